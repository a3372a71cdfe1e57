#include "tests/support/farm.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/agent/key.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/str.h"
#include "common/net/pki.h"
#include "tests/support/images.h"
#include "tests/support/suite.h"

#define TRAIN_IMAGES 1200
#define TEST_IMAGES  300
#define WORDS_MAX    72
#define START_MS     60000
#define STOP_MS      30000 /* the daemons give up after 8 and 10 s; then a sanitizer looks for leaks */

static struct farm *live; /* for the end of a failed test */

static void end_all(void)
{
	if (live)
		process_stop_all(live->process, ARRAY_LEN(live->process), 2000);
}

const char *farm_path(const struct farm *f, char *out, const char *fmt, ...)
{
	int n = snprintf(out, FARM_PATH, "%s/", f->dir);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out + n, FARM_PATH - (size_t)n, fmt, ap);
	va_end(ap);
	return out;
}

static void write_part(const struct farm *f, const char *prefix, size_t count, uint64_t seed)
{
	struct dataset d = images_make(count, seed);
	struct buf images = BUF_INIT, labels = BUF_INIT;
	struct err e = ERR_INIT;
	char path[FARM_PATH];

	images_idx(&d, &images);
	labels_idx(&d, &labels);
	ck_ok(file_write(farm_path(f, path, "data/%s-images-idx3-ubyte", prefix), images.data, images.len, 0600,
	                 &e),
	      &e);
	ck_ok(file_write(farm_path(f, path, "data/%s-labels-idx1-ubyte", prefix), labels.data, labels.len, 0600,
	                 &e),
	      &e);
	buf_release(&images);
	buf_release(&labels);
	dataset_release(&d);
}

static void issue(const struct farm *f, const char *name, enum net_role role)
{
	struct pki_terms t = {.role = role, .days = 1, .hosts = role == NET_ROLE_CLOUD ? "127.0.0.1" : NULL};
	char pki[FARM_PATH], keys[FARM_PATH];
	struct err e = ERR_INIT;

	ck_ok(pki_issue(farm_path(f, pki, "pki"), name, &t, farm_path(f, keys, "keys"), NULL, &e), &e);
}

void farm_issue(const struct farm *f, const char *name)
{
	issue(f, name, NET_ROLE_EDGE);
}

struct raw_identity farm_identity(const struct farm *f, const char *name)
{
	static char cert[FARM_PATH], key[FARM_PATH], ca[FARM_PATH];

	return (struct raw_identity){.cert = farm_path(f, cert, "keys/%s.crt", name),
	                             .key = farm_path(f, key, "keys/%s.key", name),
	                             .ca = farm_path(f, ca, "pki/ca.crt")};
}

static void make_keys(const struct farm *f)
{
	struct agent_key *key = agent_key_new();
	char path[FARM_PATH], name[32];
	struct err e = ERR_INIT;

	ck_ok(pki_init(farm_path(f, path, "pki"), "test", 1, &e), &e);
	issue(f, "cloud", NET_ROLE_CLOUD);
	for (int i = 0; i < FARM_EDGES_MAX; i++) {
		snprintf(name, sizeof(name), "edge-%d", i + 1);
		farm_issue(f, name);
	}
	ck_ok(agent_key_save(key, farm_path(f, path, "keys/agent-key.pem"), &e), &e);
	ck_ok(agent_key_public_save(key, farm_path(f, path, "keys/agent-pub.pem"), &e), &e);
	agent_key_free(key);
}

/* A port that stays the farm's own, also while no cloud runs: bound but not listened on, it is given to
 * nobody else, and who dials it is refused. */
static int hold_port(int *holder)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);

	*holder = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(setsockopt(*holder, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)), 0);
	ck_assert_int_eq(bind(*holder, (struct sockaddr *)&at, n), 0);
	ck_assert_int_eq(getsockname(*holder, (struct sockaddr *)&at, &n), 0);
	return ntohs(at.sin_port);
}

struct farm *farm_new(struct farm_options o)
{
	struct farm *f = mem_zalloc(sizeof(*f));
	struct err e = ERR_INIT;
	char path[FARM_PATH];

	f->o = o;
	snprintf(f->dir, sizeof(f->dir), "%s/farm-%d", suite_tmp(), (int)getpid());
	ck_ok(dir_make(farm_path(f, path, "data"), 0700, &e), &e);
	ck_ok(dir_make(farm_path(f, path, "keys"), 0700, &e), &e);
	write_part(f, "train", TRAIN_IMAGES, 1);
	write_part(f, "t10k", TEST_IMAGES, 2);
	make_keys(f);
	f->listen = hold_port(&f->holder[0]);
	f->admin = hold_port(&f->holder[1]);
	if (!live)
		atexit(end_all);
	live = f;
	return f;
}

void farm_free(struct farm *f)
{
	process_stop_all(f->process, ARRAY_LEN(f->process), STOP_MS);
	close(f->holder[0]);
	close(f->holder[1]);
	ck_assert_int_eq(dir_remove(f->dir, NULL), 0);
	live = NULL;
	free(f);
}

static void show_logs(const struct farm *f)
{
	for (size_t i = 0; i < ARRAY_LEN(f->process); i++)
		if (*f->process[i].name) {
			fprintf(stderr, "  %s:\n", f->process[i].name);
			process_tail(&f->process[i], 25, stderr);
		}
}

/* The daemons are beside the tests' own folder: BUILD names it (tests/run.sh, Makefile). */
static void program_path(const char *program, char *out)
{
	const char *build = getenv("BUILD");

	snprintf(out, FARM_PATH, "%s/%s", build ? build : "build", program);
	ck_assert_msg(access(out, X_OK) == 0, "%s is not built (BUILD names the folder)", out);
}

struct words {
	char text[WORDS_MAX][FARM_PATH];
	const char *list[WORDS_MAX + 1];
	size_t count;
};

static void word(struct words *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void word(struct words *w, const char *fmt, ...)
{
	va_list ap;

	ck_assert_uint_lt(w->count, WORDS_MAX);
	va_start(ap, fmt);
	vsnprintf(w->text[w->count], FARM_PATH, fmt, ap);
	va_end(ap);
	w->list[w->count] = w->text[w->count];
	w->count++;
}

static void common_words(const struct farm *f, struct words *w, const char *who, const char *agent_key)
{
	char path[FARM_PATH];

	word(w, "--state=%s", farm_path(f, path, "%s", who));
	word(w, "--cert=%s", farm_path(f, path, "keys/%s.crt", who));
	word(w, "--key=%s", farm_path(f, path, "keys/%s.key", who));
	word(w, "--ca=%s", farm_path(f, path, "pki/ca.crt"));
	word(w, "--agent-key=%s", farm_path(f, path, "keys/%s", agent_key));
	word(w, "--data=%s", farm_path(f, path, "data"));
}

static void launch(struct farm *f, struct process *p, struct words *w)
{
	struct err e = ERR_INIT;

	ck_ok(process_start(p, w->list, &e), &e);
	free(w);
	(void)f;
}

/* Reads a port file; waits for it while the process lives. */
static int wait_port(struct farm *f, struct process *p, const char *file)
{
	int64_t until = clock_mono_ms() + START_MS, port = 0;
	struct err e = ERR_INIT;
	char path[FARM_PATH];

	farm_path(f, path, "%s", file);
	while (clock_mono_ms() < until) {
		struct buf text = BUF_INIT;
		int rc = file_read(path, 16, &text, NULL);

		if (rc == 0) {
			char *digits = buf_cstr(&text);

			digits[strcspn(digits, "\n")] = '\0';
			ck_ok(str_to_int(digits, path, 1, 65535, &port, &e), &e);
		}
		buf_release(&text);
		if (port)
			return (int)port;
		if (process_check(p, &e))
			break;
		usleep(5000);
	}
	show_logs(f);
	ck_abort_msg("no %s: %s", path, e.code ? e.text : "too late");
	return 0;
}

void farm_start_cloud(struct farm *f)
{
	struct words *w = mem_zalloc(sizeof(*w));
	struct process *p = &f->process[0];
	char path[FARM_PATH];

	program_path("foedus-cloud", path);
	word(w, "%s", path);
	common_words(f, w, "cloud", "agent-key.pem");
	word(w, "--crl=%s", farm_path(f, path, "pki/ca.crl"));
	word(w, "--listen=127.0.0.1:%d", f->listen);
	word(w, "--admin=127.0.0.1:%d", f->admin);
	word(w, "--rounds=%d", f->o.rounds);
	word(w, "--edges-min=%d", f->o.edges_min ? f->o.edges_min : 2);
	word(w, "--samples-per-effort=%d", f->o.samples_per_effort ? f->o.samples_per_effort : 200);
	word(w, "--heartbeat-ms=2000");
	word(w, "--policy-dir=%s",
	     farm_path(f, path, "policy")); /* not what this build happens to have trained */
	word(w, "--pause-ms=50");
	if (!f->o.closed)
		word(w, "--open-enrolment");
	for (size_t i = 0; f->o.cloud[i]; i++)
		word(w, "%s", f->o.cloud[i]);
	snprintf(p->name, sizeof(p->name), "foedus-cloud");
	farm_path(f, p->log, "cloud-%lld.log", (long long)clock_mono_ms());
	unlink(farm_path(f, path, "cloud/listen.port"));
	unlink(farm_path(f, path, "cloud/admin.port"));
	launch(f, p, w);
	ck_assert_int_eq(wait_port(f, p, "cloud/listen.port"), f->listen);
	ck_assert_int_eq(wait_port(f, p, "cloud/admin.port"), f->admin);
}

void farm_start_edge(struct farm *f, int i)
{
	struct words *w = mem_zalloc(sizeof(*w));
	struct process *p = &f->process[1 + i];
	char path[FARM_PATH], name[32];

	snprintf(name, sizeof(name), "edge-%d", i + 1);
	program_path("foedus-edge", path);
	word(w, "%s", path);
	common_words(f, w, name, "agent-pub.pem");
	word(w, "--cloud=127.0.0.1:%d", f->listen);
	word(w, "--shard=%d", i);
	word(w, "--shards=%d", FARM_EDGES_MAX);
	word(w, "--alpha=0.5");
	word(w, "--data-seed=1");
	word(w, "--willingness=markov");
	word(w, "--will-seed=%d", 1 + i);
	word(w, "--serve=127.0.0.1:0");
	for (size_t k = 0; f->o.edge[k]; k++)
		word(w, "%s", f->o.edge[k]);
	snprintf(p->name, sizeof(p->name), "foedus-edge %s", name);
	farm_path(f, p->log, "%s-%lld.log", name, (long long)clock_mono_ms());
	unlink(farm_path(f, path, "%s/serve.port", name));
	launch(f, p, w);
}

int farm_serve_port(struct farm *f, int i)
{
	char file[64];

	snprintf(file, sizeof(file), "edge-%d/serve.port", i + 1);
	return wait_port(f, &f->process[1 + i], file);
}

void farm_kill(struct process *p)
{
	ck_assert_int_gt(p->pid, 0);
	kill(p->pid, SIGKILL);
	waitpid(p->pid, &p->status, 0);
	p->pid = 0;
}

int farm_stop(struct process *p)
{
	process_stop_all(p, 1, STOP_MS);
	return WIFEXITED(p->status) ? WEXITSTATUS(p->status) : -1;
}
