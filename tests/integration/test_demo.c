/* The demo on a small made-up data set: its JSON, its clean end, and what it says when something dies. */
#include <jansson.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "tests/support/farm.h"
#include "tests/support/suite.h"

#define PATIENCE_MS 600000

static struct farm *f; /* only for its data set */
static struct process demo;
static char tmpdir[FARM_PATH];

static void start(const char *const *more)
{
	const char *words[16] = {0}, *build = getenv("BUILD");
	char program[FARM_PATH], data[FARM_PATH];
	struct err e = ERR_INIT;
	size_t n = 0;

	f = farm_new((struct farm_options){0});
	snprintf(program, sizeof(program), "%s/foedus", build ? build : "build");
	farm_path(f, data, "data");
	words[n++] = program;
	words[n++] = "demo";
	words[n++] = "--edges=2";
	words[n++] = "--rounds=1";
	words[n++] = "--data";
	words[n++] = data;
	while (*more)
		words[n++] = *more++;
	/* whatever the demo leaves behind would be seen here */
	ck_ok(dir_make(farm_path(f, tmpdir, "tmp"), 0700, &e), &e);
	setenv("TMPDIR", tmpdir, 1);
	snprintf(demo.name, sizeof(demo.name), "foedus demo");
	farm_path(f, demo.log, "demo.log");
	ck_ok(process_start(&demo, words, &e), &e);
}

static int wait_end(void)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS;

	while (process_check(&demo, NULL) == 0 && clock_mono_ms() < until)
		usleep(10000);
	ck_assert_msg(demo.pid == 0, "the demo does not end");
	return WIFEXITED(demo.status) ? WEXITSTATUS(demo.status) : -1;
}

/* The whole output so far; until it says this (NULL = now). */
static const char *output(const char *wanted)
{
	static struct buf text;
	int64_t until = clock_mono_ms() + PATIENCE_MS;

	do {
		buf_clear(&text);
		if (file_read(demo.log, 1 << 20, &text, NULL))
			buf_clear(&text); /* not there yet */
		if (!wanted || strstr(buf_cstr(&text), wanted))
			return buf_cstr(&text);
		usleep(10000);
	} while (clock_mono_ms() < until);
	ck_abort_msg("the demo does not say '%s': %s", wanted, buf_cstr(&text));
	return NULL;
}

/* The daemons' process ids, as the demo prints them. */
static void find_pids(int *cloud, int *edge)
{
	const char *said = output("joined over mutual TLS");
	const char *at = strstr(said, "process "), *then = strstr(said, "2 processes from ");

	ck_assert(at && then);
	*cloud = (int)strtol(at + 8, NULL, 10);
	*edge = (int)strtol(then + 17, NULL, 10);
	ck_assert_int_gt(*cloud, 1);
	ck_assert_int_gt(*edge, 1);
}

static void ck_nothing_left(int cloud, int edge)
{
	ck_assert_int_eq(kill(cloud, 0), -1);
	ck_assert_int_eq(kill(edge, 0), -1);
	ck_assert_msg(rmdir(tmpdir) == 0, "the demo left something in %s", tmpdir);
}

static void ck_keys(const json_t *o, const char *const *keys)
{
	size_t n = 0;

	for (; keys[n]; n++)
		ck_assert_msg(json_object_get(o, keys[n]) != NULL, "no key '%s'", keys[n]);
	ck_assert_uint_eq(json_object_size(o), n);
}

START_TEST(the_results_as_json)
{
	static const char *const top[] = {"edges",    "rounds", "agent",  "local_only", "deployed",
	                                  "requests", "ledger", "wall_s", NULL};
	static const char *const round[] = {"round", "policy", "menu", "choices", "paid", "accuracy", NULL};
	static const char *const menu[] = {"q1", "r1", "q2", "r2", NULL};
	static const char *const choice[] = {"edge", "period1", "period2", NULL};
	static const char *const agent[] = {"id", "version", "modules", NULL};
	static const char *const module[] = {"kind", "metric", "value", NULL};
	static const char *const requests[] = {"count", "failed", "p50_ms", "p99_ms", NULL};
	static const char *const ledger[] = {"entries", "verified", "paid_total", NULL};
	static const char *const local[] = {"mean", "max", NULL};
	char file[FARM_PATH];
	const char *const more[] = {"--json", file, NULL};
	json_t *report, *r;
	int cloud, edge, code;

	snprintf(file, sizeof(file), "%s/demo.json", suite_tmp());
	start(more);
	find_pids(&cloud, &edge);
	code = wait_end();
	/* on data this easy an edge alone may do as well as all together, and the demo says so */
	ck_assert_msg(code == 0 || strstr(output(NULL), "not all of it held"), "code %d: %s", code, output(NULL));
	report = json_load_file(file, 0, NULL);
	ck_assert_ptr_nonnull(report);
	ck_keys(report, top);
	r = json_array_get(json_object_get(report, "rounds"), 0);
	ck_keys(r, round);
	ck_keys(json_object_get(r, "menu"), menu);
	ck_keys(json_array_get(json_object_get(r, "choices"), 0), choice);
	ck_keys(json_object_get(report, "agent"), agent);
	ck_keys(json_array_get(json_object_get(json_object_get(report, "agent"), "modules"), 0), module);
	ck_keys(json_object_get(report, "requests"), requests);
	ck_keys(json_object_get(report, "ledger"), ledger);
	ck_keys(json_object_get(report, "local_only"), local);
	ck_assert_int_eq(json_integer_value(json_object_get(report, "deployed")), 2);
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(report, "requests"), "failed")), 0);
	ck_assert(json_is_true(json_object_get(json_object_get(report, "ledger"), "verified")));
	ck_nothing_left(cloud, edge);
	json_decref(report);
	farm_free(f);
}
END_TEST

START_TEST(an_interrupt_ends_everything)
{
	const char *const more[] = {NULL};
	int cloud, edge;

	start(more);
	find_pids(&cloud, &edge);
	kill(demo.pid, SIGINT);
	ck_assert_int_eq(wait_end(), 128 + SIGINT);
	ck_nothing_left(cloud, edge);
	farm_free(f);
}
END_TEST

START_TEST(a_daemon_that_dies_is_named)
{
	const char *const more[] = {NULL};
	int cloud, edge;

	start(more);
	find_pids(&cloud, &edge);
	kill(edge, SIGKILL);
	ck_assert_int_eq(wait_end(), 1);
	ck_assert_ptr_nonnull(strstr(output(NULL), "foedus-edge edge-1 was ended by signal 9"));
	ck_assert_ptr_nonnull(strstr(output(NULL), "the end of its log:"));
	ck_nothing_left(cloud, edge);
	farm_free(f);
}
END_TEST

START_TEST(what_is_to_be_kept_is_kept)
{
	char keep[FARM_PATH], path[FARM_PATH + 32];
	const char *const more[] = {"--keep", keep, NULL};
	int cloud, edge;

	snprintf(keep, sizeof(keep), "%s/kept", suite_tmp());
	start(more);
	find_pids(&cloud, &edge);
	kill(demo.pid, SIGTERM);
	ck_assert_int_eq(wait_end(), 128 + SIGTERM);
	snprintf(path, sizeof(path), "%s/logs/cloud.log", keep);
	ck_assert(file_exists(path));
	snprintf(path, sizeof(path), "%s/cloud/foedus.db", keep);
	ck_assert(file_exists(path));
	farm_free(f);
	start(more); /* and is not overwritten */
	ck_assert_int_eq(wait_end(), 2);
	ck_assert_ptr_nonnull(strstr(output(NULL), "not an empty folder"));
	farm_free(f);
}
END_TEST

SUITE_TIMEOUT("demo", 900, the_results_as_json, an_interrupt_ends_everything, a_daemon_that_dies_is_named,
              what_is_to_be_kept_is_kept)
