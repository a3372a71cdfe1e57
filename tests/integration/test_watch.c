/* `foedus round watch` by the cloud's events: over a restart of the cloud, without a stream, and stopped. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "tests/support/farm.h"
#include "tests/support/sse.h"
#include "tests/support/suite.h"

enum { STREAMS = 64, LIMIT_MS = 400000 };
/* Enough work for a restart of the cloud to come in the middle of it. */
#ifdef __SANITIZE_ADDRESS__
#define SAMPLES 200
#else
#define SAMPLES 4000
#endif

static struct farm *f;
static struct process watch;
static struct buf said;

static void begin(int samples_per_effort)
{
	f = farm_new((struct farm_options){.edges_min = 2,
	                                   .samples_per_effort = samples_per_effort,
	                                   .cloud = {"--policy=exact", "--pause-ms=3600000"}});
	farm_start_cloud(f);
}

static void start_watch(const char *more)
{
	static char program[PROCESS_PATH_MAX], state[FARM_PATH];
	const char *build = getenv("BUILD");
	const char *words[] = {program, "round", "watch", "--state", farm_path(f, state, "cloud"), more, NULL};
	struct err e = ERR_INIT;

	memset(&watch, 0, sizeof(watch));
	snprintf(program, sizeof(program), "%s/foedus", build ? build : "build");
	snprintf(watch.name, sizeof(watch.name), "foedus round watch");
	snprintf(watch.log, sizeof(watch.log), "%s/watch.log", suite_tmp());
	ck_ok(process_start(&watch, words, &e), &e);
}

/* Nothing while the file is not there yet. */
static const char *output(void)
{
	buf_clear(&said);
	if (file_read(watch.log, 1 << 20, &said, NULL))
		buf_clear(&said);
	return buf_cstr(&said);
}

static void wait_says(const char *text)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;

	while (!strstr(output(), text)) {
		ck_assert_msg(clock_mono_ms() < until && process_check(&watch, NULL) == 0, "'%s' does not say '%s'",
		              output(), text);
		usleep(20000);
	}
}

/* Until somebody follows the cloud's events. */
static void wait_stream(void)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;
	json_int_t clients = 0;

	while (clients == 0) {
		json_t *status = farm_get(f, "/api/v1/status");

		clients = json_integer_value(json_object_get(json_object_get(status, "events"), "clients"));
		json_decref(status);
		ck_assert_msg(clock_mono_ms() < until, "nobody follows the events: %s", output());
	}
}

/* Its exit code. */
static int wait_end(void)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;

	while (process_check(&watch, NULL) == 0 && clock_mono_ms() < until)
		usleep(10000);
	ck_assert_msg(!watch.pid, "it does not end: %s", output());
	return WIFEXITED(watch.status) ? WEXITSTATUS(watch.status) : -1;
}

static int times(const char *text, const char *part)
{
	int n = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		n++;
	}
	return n;
}

/* Each phase once and in order, also the short ones between two questions. */
START_TEST(every_phase_is_told_once)
{
	static const char *const phases[] = {"signal1",    "policy",    "choice1", "train1",     "aggregate1",
	                                     "signal2",    "choice2",   "train2",  "aggregate2", "derive",
	                                     "aggregate3", "integrate", "deploy",  "done"};
	const char *at;

	begin(200);
	start_watch("--json");
	wait_says("No round is under way (mode open); waiting for the next.");
	farm_start_edge(f, 0);
	farm_start_edge(f, 1);
	ck_assert_int_eq(wait_end(), 0);
	at = output();
	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
		char member[64];

		snprintf(member, sizeof(member), "\"phase\":\"%s\"", phases[i]);
		at = strstr(at, member);
		ck_assert_msg(at != NULL, "phase %s is not where it belongs: %s", phases[i], output());
		ck_assert_int_eq(times(output(), member), 1);
	}
	farm_free(f);
}
END_TEST

START_TEST(a_restart_of_the_cloud_is_no_end)
{
	begin(SAMPLES);
	farm_start_edge(f, 0);
	farm_start_edge(f, 1);
	farm_wait_phase(f, "train1", LIMIT_MS);
	start_watch(NULL);
	wait_stream();
	farm_kill(&f->process[0]);
	wait_says("The events broke off: ");
	farm_start_cloud(f);
	ck_assert_int_eq(wait_end(), 0);
	ck_assert_int_eq(times(output(), "The events broke off: "), 1);
	ck_assert_int_eq(times(output(), "The cloud tells its events again."), 1);
	ck_assert(strstr(output(), "round    1\nphase    done"));
	farm_free(f);
}
END_TEST

START_TEST(without_a_stream_the_state_is_asked_for)
{
	struct sse s[STREAMS];

	begin(200);
	for (int i = 0; i < STREAMS; i++)
		sse_open(&s[i], f->admin, "/api/v1/events?types=control", NULL);
	start_watch(NULL);
	wait_says("too many streams are open; try again later. Asking for the state until they come again.");
	farm_start_edge(f, 0);
	farm_start_edge(f, 1);
	ck_assert_int_eq(wait_end(), 0);
	ck_assert(strstr(output(), "round    1\nphase    done"));
	for (int i = 0; i < STREAMS; i++)
		sse_close(&s[i]);
	farm_free(f);
}
END_TEST

START_TEST(it_can_be_stopped)
{
	begin(200);
	start_watch(NULL);
	wait_says("waiting for the next");
	wait_stream();
	kill(watch.pid, SIGINT);
	ck_assert_int_eq(wait_end(), 1);
	ck_assert(strstr(output(), "interrupted"));
	farm_free(f);
}
END_TEST

SUITE_TIMEOUT("round watch", 900, every_phase_is_told_once, a_restart_of_the_cloud_is_no_end,
              without_a_stream_the_state_is_asked_for, it_can_be_stopped)
