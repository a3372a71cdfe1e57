/* A writer is killed at random moments: what it acknowledged is there, once, and the ledger verifies. */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cloud/store/ledger.h"
#include "common/base/file.h"
#include "tests/support/rounds.h"
#include "tests/support/suite.h"

enum { KILLS = 15 };

static struct err e;
static char path[512];

/* One task's life in one transaction: the seat changes, the task is accepted, its payment is recorded. */
static int accept_one(struct store *s, struct round *r, uint64_t number)
{
	struct seat *seat = &r->seat[number % r->seat_count];
	struct task *t = &seat->task[0];
	struct ledger_entry x = {.task = number, .round = number, .period = 1, .amount_micro = (int64_t)number};
	int rc = store_begin(s, &e);

	memcpy(x.edge, seat->edge, sizeof(x.edge));
	r->id = t->order.round = number;
	t->order.task = t->update.task = number;
	t->state = TASK_ACCEPTED;
	t->paid_micro = x.amount_micro;
	if (rc == 0)
		rc = store_save_round(s, r, &e);
	if (rc == 0)
		rc = store_save_seat(s, number, seat, &e);
	if (rc == 0)
		rc = ledger_pay(s, &x, &e);
	t->ledger_entry = x.entry;
	t->ledger_hash = x.hash;
	if (rc == 0)
		rc = store_save_task(s, t, &e);
	return rc ? rc : store_commit(s, &e);
}

/* Goes on from `next` and acknowledges each number after its commit, until it is killed. */
static void writer(uint64_t next, int ack)
{
	struct store *s;
	struct round r;
	struct rng rng;

	rng_seed(&rng, suite_seed(), next);
	rounds_make(&rng, 1, 4, &r);
	if (store_open(path, &s, &e))
		_exit(1);
	for (;; next++)
		if (accept_one(s, &r, next) || write(ack, &next, sizeof(next)) != sizeof(next))
			_exit(1);
}

/* Runs a writer for `us`, perhaps from its first commit on, and kills it; the last number it acknowledged. */
static uint64_t killed_writer(uint64_t next, bool commits, unsigned us)
{
	uint64_t number, last = next - 1;
	struct pollfd acknowledged;
	int ack[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe(ack), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		writer(next, ack[1]);
	close(ack[1]);
	acknowledged = (struct pollfd){.fd = ack[0], .events = POLLIN};
	if (commits)
		ck_assert_int_eq(poll(&acknowledged, 1, 60000), 1);
	usleep(us);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	while (read(ack[0], &number, sizeof(number)) == sizeof(number)) {
		ck_assert_uint_eq(number, last + 1);
		last = number;
	}
	close(ack[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return last;
}

static int in_order(void *ctx, const struct ledger_entry *x)
{
	uint64_t *count = ctx;

	++*count;
	ck_assert_uint_eq(x->task, *count);
	ck_assert_int_eq(x->amount_micro, (int64_t)x->task);
	return 0;
}

/* All up to `last` is there; one more may be, committed just before the kill. */
static void inspect(uint64_t last)
{
	struct ledger_summary sum;
	uint64_t newest, count = 0;
	struct round r;
	struct store *s;

	ck_ok(store_open(path, &s, &e), &e);
	ck_ok(ledger_verify(s, &sum, &e), &e);
	ck_assert_uint_ge(sum.entries, last);
	ck_assert_uint_le(sum.entries, last + 1);
	ck_ok(ledger_each(s, 0, 0, in_order, &count, &e), &e);
	ck_ok(store_last_round(s, &newest, &e), &e);
	ck_assert_uint_eq(newest, sum.entries);
	for (uint64_t id = newest > 8 ? newest - 8 : 1; id <= newest; id++) {
		ck_ok(store_load_round(s, id, &r, &e), &e);
		ck_assert_uint_eq(r.seat_count, 1);
		ck_assert_int_eq(r.seat[0].task[0].state, TASK_ACCEPTED);
		ck_assert_uint_eq(r.seat[0].task[0].ledger_entry, id);
		round_release(&r);
	}
	store_close(s);
}

START_TEST(a_killed_writer_loses_nothing_it_acknowledged)
{
	uint64_t last = 0;
	struct rng rng;

	rng_seed(&rng, suite_seed(), 0);
	ck_ok(path_join(path, sizeof(path), suite_tmp(), "crash.db", &e), &e);
	for (int i = 0; i < KILLS; i++) {
		last = killed_writer(last + 1, i % 3 != 0, 5000 + (unsigned)rng_below(&rng, 60000));
		inspect(last);
	}
	ck_assert_msg(last >= KILLS * 2 / 3, "only %" PRIu64 " transactions in %d lives", last, KILLS);
}
END_TEST

SUITE("store/crash", a_killed_writer_loses_nothing_it_acknowledged)
