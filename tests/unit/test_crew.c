#include "cloud/policy/crew.h"

#include "tests/support/suite.h"

struct tally {
	int calls[CREW_MAX];
	long sum;
};

static void note(void *arg, int worker)
{
	struct tally *t = arg;

	t->calls[worker]++;
	__atomic_fetch_add(&t->sum, worker + 1, __ATOMIC_RELAXED);
}

static void check_jobs(int workers)
{
	struct tally t = {0};
	struct crew *c;
	struct err e = ERR_INIT;

	ck_ok(crew_new(workers, &c, &e), &e);
	ck_assert_int_eq(crew_workers(c), workers);
	for (int i = 1; i <= 500; i++) {
		crew_run(c, note, &t);
		/* All are done when it is back. */
		ck_assert_int_eq(t.sum, (long)i * workers * (workers + 1) / 2);
	}
	for (int i = 0; i < CREW_MAX; i++)
		ck_assert_int_eq(t.calls[i], i < workers ? 500 : 0);
	crew_free(c);
}

START_TEST(every_worker_does_every_job_once)
{
	check_jobs(1);
	check_jobs(2);
	check_jobs(5);
}
END_TEST

START_TEST(a_crew_that_never_worked_goes_home)
{
	struct crew *c;
	struct err e = ERR_INIT;

	ck_ok(crew_new(4, &c, &e), &e);
	crew_free(c);
	crew_free(NULL);
}
END_TEST

START_TEST(numbers_of_threads_are_checked)
{
	struct crew *c;
	struct err e = ERR_INIT;

	ck_fails(crew_new(0, &c, &e), E_INVALID, &e, "0 threads");
	ck_fails(crew_new(CREW_MAX + 1, &c, &e), E_INVALID, &e, "accepted: 1 to 64");
}
END_TEST

START_TEST(shares_cover_everything_once)
{
	for (int n = 1; n < 40; n++)
		for (int workers = 1; workers <= n; workers++) {
			int at = 0;

			for (int i = 0; i < workers; i++) {
				int first, count = crew_share(n, workers, i, &first);

				ck_assert_int_eq(first, at);
				ck_assert(count == n / workers || count == n / workers + 1);
				at += count;
			}
			ck_assert_int_eq(at, n);
		}
}
END_TEST

SUITE("policy/crew", every_worker_does_every_job_once, a_crew_that_never_worked_goes_home,
      numbers_of_threads_are_checked, shares_cover_everything_once)
