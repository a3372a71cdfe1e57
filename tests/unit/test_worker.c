#include "common/net/worker.h"

#include <uv.h>

#include "tests/support/suite.h"

#define JOBS 100

struct job {
	int number, worked;
	uv_thread_t where;
};

static struct job jobs[JOBS];
static int worked, ended;

static void work(void *p)
{
	struct job *j = p;

	j->worked = worked++;
	j->where = uv_thread_self();
}

static void done(void *p)
{
	struct job *j = p;

	ck_assert_int_eq(j->number, ended);
	ended++;
}

static void give(struct executor *x)
{
	for (int i = 0; i < JOBS; i++) {
		jobs[i].number = i;
		executor_run(x, work, done, &jobs[i]);
	}
}

START_TEST(jobs_run_in_order_on_another_thread_and_end_on_ours)
{
	uv_thread_t self = uv_thread_self();
	struct executor *x;
	uv_loop_t loop;

	ck_assert_int_eq(uv_loop_init(&loop), 0);
	x = net_worker_new(&loop);
	give(x);
	while (ended < JOBS)
		uv_run(&loop, UV_RUN_ONCE);
	for (int i = 0; i < JOBS; i++) {
		ck_assert_int_eq(jobs[i].worked, i);
		ck_assert(!uv_thread_equal(&jobs[i].where, &self));
	}
	net_worker_stop(x);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
}
END_TEST

static uv_sem_t begun;

static void work_slowly(void *p)
{
	work(p);
	uv_sem_post(&begun);
	uv_sleep(1000); /* until the other thread has said stop, however busy the machine is */
}

START_TEST(stopping_ends_every_job_but_works_no_more)
{
	struct executor *x;
	uv_loop_t loop;

	ck_assert_int_eq(uv_loop_init(&loop), 0);
	ck_assert_int_eq(uv_sem_init(&begun, 0), 0);
	x = net_worker_new(&loop);
	executor_run(x, work_slowly, done, &jobs[0]);
	for (int i = 1; i < JOBS; i++) {
		jobs[i].number = i;
		executor_run(x, work, done, &jobs[i]);
	}
	uv_sem_wait(&begun);
	net_worker_stop(x);
	ck_assert_int_eq(worked, 1);
	ck_assert_int_eq(ended, JOBS);
	uv_sem_destroy(&begun);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
}
END_TEST

SUITE("net/worker", jobs_run_in_order_on_another_thread_and_end_on_ours,
      stopping_ends_every_job_but_works_no_more)
