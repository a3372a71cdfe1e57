/* The daemons under a service manager: they say when they are ready, that they live, that they read their
 * configuration again and that they stop; and they stop in time. */
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "tests/support/farm.h"
#include "tests/support/suite.h"

#define PATIENCE 200000

/* Work for some seconds. */
#ifdef __SANITIZE_ADDRESS__
#define SAMPLES 400
#else
#define SAMPLES 2000
#endif

static struct farm *f;
static int manager;
static char heard[1 << 16]; /* all that was told so far */

static void listen_as_manager(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	char name[64];
	int n = snprintf(name, sizeof(name), "@foedus-service-%ld", (long)getpid());

	memcpy(at.sun_path + 1, name + 1, (size_t)n - 1);
	manager = socket(AF_UNIX, SOCK_DGRAM, 0);
	ck_assert_int_eq(bind(manager, (struct sockaddr *)&at,
	                      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)n)),
	                 0);
	ck_assert_int_eq(setsockopt(manager, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_usec = 20000},
	                            sizeof(struct timeval)),
	                 0);
	heard[0] = 0;
	setenv("NOTIFY_SOCKET", name, 1);
	setenv("WATCHDOG_USEC", "200000", 1);
	unsetenv("WATCHDOG_PID");
}

/* Waits until the manager was told this since the last forget(). */
static void hears(const char *text)
{
	int64_t until = clock_mono_ms() + PATIENCE;

	while (!strstr(heard, text)) {
		size_t n = strlen(heard);
		ssize_t got = recv(manager, heard + n, sizeof(heard) - n - 2, 0);

		ck_assert_msg(clock_mono_ms() < until, "not told '%s' but:\n%s", text, heard);
		if (got > 0) {
			heard[n + (size_t)got] = '\n';
			heard[n + (size_t)got + 1] = 0;
		}
	}
}

/* Before each step that must be heard of: the system keeps only a few datagrams, and beats fill them. */
static void forget(void)
{
	char text[2000];

	while (recv(manager, text, sizeof(text), MSG_DONTWAIT) > 0)
		;
	heard[0] = 0;
}

static void write_config(const char *path, const char *text)
{
	struct err e = ERR_INIT;

	ck_ok(file_write(path, text, strlen(text), 0600, &e), &e);
}

static bool log_says(const struct process *p, const char *text)
{
	struct buf log = BUF_INIT;
	bool said = file_read(p->log, 1 << 22, &log, NULL) == 0 && strstr(buf_cstr(&log), text);

	buf_release(&log);
	return said;
}

START_TEST(the_cloud_tells_its_life)
{
	char path[FARM_PATH], word[FARM_PATH + 16];

	f = farm_new((struct farm_options){.edges_min = 2});
	farm_path(f, path, "cloud.conf");
	snprintf(word, sizeof(word), "--config=%s", path);
	f->o.cloud[0] = word;
	write_config(path, "signal-ms = 5000\n");
	listen_as_manager();
	farm_start_cloud(f);
	hears("READY=1\nSTATUS=cloud listens for edges on port ");
	forget();
	hears("WATCHDOG=1");
	write_config(path, "signal-ms = 6000\nretry-ms = 100\ntypes = 4\n");
	forget();
	kill(f->process[0].pid, SIGHUP);
	hears("RELOADING=1\nMONOTONIC_USEC=");
	hears("READY=1\nSTATUS=runs, configuration read again");
	ck_assert(log_says(&f->process[0], "changed: signal-ms, retry-ms"));
	ck_assert(log_says(&f->process[0], "only a restart takes it over: types"));
	write_config(path, "signal-ms = soon\n");
	forget();
	kill(f->process[0].pid, SIGHUP);
	hears("STATUS=runs on as it was");
	ck_assert(log_says(&f->process[0], "all stays as it was: "));
	forget();
	ck_assert_int_eq(farm_stop(&f->process[0]), 0);
	hears("STOPPING=1");
	close(manager);
	farm_free(f);
}
END_TEST

/* Whom the cloud did not know may join after its configuration was read again; the edge tells its life too.
 */
START_TEST(what_is_reloaded_counts_at_once)
{
	char path[FARM_PATH], word[FARM_PATH + 16];

	f = farm_new((struct farm_options){.edges_min = 2, .closed = true});
	farm_path(f, path, "cloud.conf");
	snprintf(word, sizeof(word), "--config=%s", path);
	f->o.cloud[0] = word;
	write_config(path, "open-enrolment = no\n");
	listen_as_manager();
	farm_start_cloud(f);
	hears("READY=1");
	write_config(path, "open-enrolment = yes\n");
	forget();
	kill(f->process[0].pid, SIGHUP);
	hears("configuration read again");
	forget();
	farm_start_edge(f, 0);
	hears("samples, users at ");
	farm_wait_connected(f, 1, PATIENCE);
	forget();
	kill(f->process[1].pid, SIGHUP);
	hears("RELOADING=1");
	hears("READY=1\nSTATUS=runs, configuration read again");
	forget();
	ck_assert_int_eq(farm_stop(&f->process[1]), 0);
	hears("STOPPING=1");
	close(manager);
	farm_free(f);
}
END_TEST

/* Until the process is gone, after it was asked to end. */
static int end_under_signals(struct process *p)
{
	struct err e = ERR_INIT;
	int64_t from = clock_mono_ms();

	kill(p->pid, SIGTERM);
	while (process_check(p, &e) == 0 && clock_mono_ms() - from < PATIENCE) {
		kill(p->pid, SIGHUP);
		usleep(200);
	}
	ck_assert_msg(p->pid == 0, "%s goes on under signals", p->name);
	return WIFEXITED(p->status) ? WEXITSTATUS(p->status) : -WTERMSIG(p->status);
}

/* By default SIGHUP ends a process: not even the last steps of ending may leave it to that. */
START_TEST(signals_while_it_ends_are_no_crash)
{
	f = farm_new((struct farm_options){.edges_min = 2});
	farm_start_cloud(f);
	farm_start_edge(f, 0);
	farm_wait_connected(f, 1, PATIENCE);
	ck_assert_int_eq(end_under_signals(&f->process[1]), 0);
	ck_assert_int_eq(end_under_signals(&f->process[0]), 0);
	farm_free(f);
}
END_TEST

/* The first asks for an orderly end; who cannot wait asks again. */
START_TEST(a_second_stop_ends_at_once)
{
	struct err e = ERR_INIT;
	siginfo_t stopped;
	int64_t from;

	f = farm_new((struct farm_options){.rounds = 1, .edges_min = 2, .samples_per_effort = 20000});
	farm_start_cloud(f);
	farm_start_edge(f, 0);
	farm_start_edge(f, 1);
	farm_wait_phase(f, "train1", PATIENCE);
	/* It finds both at once, so that it cannot have ended by the first alone. */
	kill(f->process[1].pid, SIGSTOP);
	ck_assert_int_eq(waitid(P_PID, (id_t)f->process[1].pid, &stopped, WSTOPPED), 0);
	kill(f->process[1].pid, SIGTERM);
	kill(f->process[1].pid, SIGINT);
	kill(f->process[1].pid, SIGCONT);
	from = clock_mono_ms();
	while (process_check(&f->process[1], &e) == 0 && clock_mono_ms() - from < PATIENCE)
		usleep(2000);
	ck_assert(f->process[1].pid == 0 && WIFEXITED(f->process[1].status));
	ck_assert_int_eq(WEXITSTATUS(f->process[1].status), 1);
	farm_free(f);
}
END_TEST

/* Work is under way at both: each ends in time and with 0, and the round goes on afterwards. */
START_TEST(a_stop_in_the_middle_of_a_round_is_orderly)
{
	int64_t from;

	f = farm_new((struct farm_options){.rounds = 1, .edges_min = 2, .samples_per_effort = SAMPLES});
	farm_start_cloud(f);
	farm_start_edge(f, 0);
	farm_start_edge(f, 1);
	farm_wait_phase(f, "train1", PATIENCE);
	from = clock_mono_ms();
	ck_assert_int_eq(farm_stop(&f->process[0]), 0);
	ck_assert_int_le(clock_mono_ms() - from, 12000);
	farm_start_cloud(f);
	farm_wait_rounds(f, 1, PATIENCE);
	farm_free(f);
}
END_TEST

SUITE_TIMEOUT("service", 400, the_cloud_tells_its_life, what_is_reloaded_counts_at_once,
              a_stop_in_the_middle_of_a_round_is_orderly, signals_while_it_ends_are_no_crash,
              a_second_stop_ends_at_once)
