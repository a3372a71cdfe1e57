#include "common/base/process.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "tests/support/suite.h"

static struct process child(const char *name)
{
	struct process p = {0};

	snprintf(p.name, sizeof(p.name), "%s", name);
	snprintf(p.log, sizeof(p.log), "%s/%s.log", suite_tmp(), name);
	return p;
}

static void start(struct process *p, const char *script)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	struct err e = ERR_INIT;

	ck_ok(process_start(p, argv, &e), &e);
}

static int wait_end(struct process *p, struct err *e)
{
	int64_t until = clock_mono_ms() + 30000;
	int rc;

	while ((rc = process_check(p, e)) == 0 && clock_mono_ms() < until)
		usleep(2000);
	return rc;
}

START_TEST(tells_how_a_child_ended)
{
	struct process p = child("code"), q = child("signal");
	struct err e = ERR_INIT;

	start(&p, "exit 3");
	ck_fails(wait_end(&p, &e), E_UNAVAILABLE, &e, "code ended with code 3");
	ck_assert_int_eq(p.pid, 0);
	ck_fails(process_check(&p, &e), E_UNAVAILABLE, &e, "not running");
	start(&q, "kill -9 $$");
	ck_fails(wait_end(&q, &e), E_UNAVAILABLE, &e, "ended by signal 9");
}
END_TEST

START_TEST(a_program_that_is_not_there_ends_with_127)
{
	const char *const argv[] = {"/no/such/program", NULL};
	struct process p = child("missing");
	struct err e = ERR_INIT;

	ck_ok(process_start(&p, argv, &e), &e);
	ck_fails(wait_end(&p, &e), E_UNAVAILABLE, &e, "code 127");
}
END_TEST

START_TEST(ends_all_even_the_stubborn)
{
	struct process p[3] = {child("meek"), child("stubborn"), child("never-started")};
	pid_t stubborn;

	start(&p[0], "exec sleep 60");
	start(&p[1], "trap '' TERM; echo ready; while :; do sleep 0.1; done");
	stubborn = p[1].pid;
	for (int i = 0; i < 500; i++) {
		struct buf log = BUF_INIT;
		bool ready = file_read(p[1].log, 100, &log, NULL) == 0 && log.len > 0;

		buf_release(&log);
		if (ready)
			break;
		usleep(10000);
	}
	process_stop_all(p, 3, 300);
	ck_assert_int_eq(p[0].pid, 0);
	ck_assert_int_eq(p[1].pid, 0);
	ck_assert_int_eq(kill(stubborn, 0), -1);
}
END_TEST

START_TEST(shows_the_last_lines_of_the_log)
{
	struct process p = child("tail");
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	start(&p, "for i in 1 2 3 4 5; do echo line $i; done; printf 'no newline' >&2");
	ck_assert_int_lt(wait_end(&p, NULL), 0);
	process_tail(&p, 3, out);
	fclose(out);
	ck_assert_str_eq(text, "    line 4\n    line 5\n    no newline\n");
	free(text);
}
END_TEST

START_TEST(finds_programs_in_path)
{
	char path[PROCESS_PATH_MAX];
	struct err e = ERR_INIT;

	ck_ok(process_find("sh", path, sizeof(path), &e), &e);
	ck_assert_int_eq(access(path, X_OK), 0);
	ck_fails(process_find("no-such-program", path, sizeof(path), &e), E_NOT_FOUND, &e, "nor in PATH");
}
END_TEST

static void *yielding(void *nice)
{
	process_yield(3);
	process_yield(3);
	*(int *)nice = getpriority(PRIO_PROCESS, (id_t)gettid());
	return NULL;
}

START_TEST(a_thread_yields_by_what_it_is_told)
{
	int own = getpriority(PRIO_PROCESS, (id_t)getpid()), nice = 0;
	pthread_t thread;

	ck_assert_int_eq(setpriority(PRIO_PROCESS, (id_t)getpid(), own + 2), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, yielding, &nice), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(nice, own + 5 > 19 ? 19 : own + 5);
	ck_assert_int_eq(getpriority(PRIO_PROCESS, (id_t)getpid()), own + 2 > 19 ? 19 : own + 2);
}
END_TEST

SUITE("base/process", a_thread_yields_by_what_it_is_told, tells_how_a_child_ended,
      a_program_that_is_not_there_ends_with_127, ends_all_even_the_stubborn, shows_the_last_lines_of_the_log,
      finds_programs_in_path)
