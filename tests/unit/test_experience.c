/* What a finished round teaches: its profit, by what was accepted. */
#include <math.h>

#include "cloud/core/learn.h"
#include "cloud/policy/monotone.h"
#include "common/contract/model.h"
#include "tests/support/contracts.h"
#include "tests/support/suite.h"

static struct round round_with(int seats)
{
	struct round r = {.id = 3, .phase = PHASE_DONE, .has_menu = true, .instance = small_market()};
	struct err e = ERR_INIT;

	ck_ok(monotone_solve(&r.instance, &r.menu, &e), &e);
	for (int i = 0; i < seats; i++) {
		char name[16];

		snprintf(name, sizeof(name), "edge-%d", i);
		ck_assert(round_add_seat(&r, name) != NULL);
		r.seat[i].signalled[0] = true;
	}
	return r;
}

static void did(struct round *r, size_t seat, int stage, enum task_state state, double effort, double reward)
{
	struct task *t = &r->seat[seat].task[stage];

	t->state = state;
	t->order.effort = effort;
	t->order.reward_micro = credits_micro(reward);
	t->paid_micro = state == TASK_ACCEPTED ? t->order.reward_micro : 0;
}

START_TEST(accepted_work_counts_and_nothing_else)
{
	struct round r = round_with(4);
	const struct instance *in = &r.instance;
	struct experience x;

	did(&r, 0, 0, TASK_ACCEPTED, 4, 2);
	did(&r, 0, 1, TASK_ACCEPTED, 6, 3);
	did(&r, 1, 0, TASK_ACCEPTED, 2, -1); /* a deposit */
	did(&r, 1, 1, TASK_LATE, 9, 5);
	did(&r, 2, 0, TASK_REJECTED, 9, 5);
	did(&r, 0, 2, TASK_ACCEPTED, 7, 7); /* deriving is not bought */
	ck_assert(experience_of(&r, &x));
	ck_assert_uint_eq(x.round, 3);
	ck_assert_double_eq_tol(
	    x.profit, (effort_value(in, 4) - 2 + 0.9 * (effort_value(in, 6) - 3) + effort_value(in, 2) + 1) / 4,
	    1e-12);
	ck_assert(menu_equal(&x.menu, &r.menu));
	r.seat[3].signalled[0] = false; /* was never asked */
	ck_assert(experience_of(&r, &x));
	ck_assert_double_eq_tol(
	    x.profit * 3, effort_value(in, 4) - 2 + 0.9 * (effort_value(in, 6) - 3) + effort_value(in, 2) + 1,
	    1e-9);
	round_release(&r);
}
END_TEST

START_TEST(other_rounds_teach_nothing)
{
	struct round r = round_with(1), empty = round_with(0);
	struct experience x;

	ck_assert(experience_of(&r, &x));
	ck_assert(!experience_of(&empty, &x));
	r.phase = PHASE_FAILED;
	ck_assert(!experience_of(&r, &x));
	r.phase = PHASE_TRAIN1;
	ck_assert(!experience_of(&r, &x));
	r.phase = PHASE_DONE;
	r.has_menu = false;
	ck_assert(!experience_of(&r, &x));
	round_release(&r);
	round_release(&empty);
}
END_TEST

SUITE("core/experience", accepted_work_counts_and_nothing_else, other_rounds_teach_nothing)
