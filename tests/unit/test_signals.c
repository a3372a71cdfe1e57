#include "common/net/signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/suite.h"

static struct signals signals;
static uv_loop_t loop;
static int told[8], count;

static void on_signal(void *ctx, int number)
{
	ck_assert_ptr_eq(ctx, &loop);
	told[count++ % 8] = number;
}

static void open_all(void)
{
	uv_loop_init(&loop);
	signals_open(&signals, &loop, on_signal, &loop);
}

static void close_all(void)
{
	signals_close(&signals);
	signals_close(&signals);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
}

static void run_until(int wanted)
{
	while (count < wanted)
		uv_run(&loop, UV_RUN_ONCE);
}

START_TEST(signals_before_the_loop_runs_are_told)
{
	open_all();
	kill(getpid(), SIGHUP);
	kill(getpid(), SIGTERM);
	kill(getpid(), SIGINT);
	run_until(3);
	ck_assert_int_eq(told[0] + told[1] + told[2], SIGHUP + SIGTERM + SIGINT);
	close_all();
}
END_TEST

static void *sleep_on(void *go)
{
	char byte;

	while (read(*(int *)go, &byte, 1) < 0)
		;
	return NULL;
}

/* As of a library that starts threads when it is loaded. */
START_TEST(a_thread_that_was_there_before_may_get_them)
{
	pthread_t thread;
	int go[2];

	ck_assert_int_eq(pipe(go), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, sleep_on, &go[0]), 0);
	open_all();
	ck_assert_int_eq(pthread_kill(thread, SIGHUP), 0);
	run_until(1);
	ck_assert_int_eq(told[0], SIGHUP);
	close_all();
	close(go[1]);
	pthread_join(thread, NULL);
	close(go[0]);
}
END_TEST

START_TEST(one_after_the_end_changes_nothing)
{
	open_all();
	close_all();
	raise(SIGHUP);
	raise(SIGTERM);
	ck_assert_int_eq(count, 0);
}
END_TEST

SUITE("net/signals", signals_before_the_loop_runs_are_told, a_thread_that_was_there_before_may_get_them,
      one_after_the_end_changes_nothing)
