#include "cloud/policy/polish.h"

#include "cloud/policy/instances.h"
#include "cloud/policy/monotone.h"
#include "common/contract/action.h"
#include "common/contract/choice.h"
#include "common/contract/feasible.h"
#include "common/contract/model.h"
#include "tests/support/suite.h"

/* The optimum of structured contracts with all its efforts off by a little. */
static void nearly_best(const struct instance *in, double off, struct menu *best, struct menu *m)
{
	double action[ACTION_STRUCTURED_MAX];
	struct err e = ERR_INIT;

	ck_ok(monotone_solve(in, best, &e), &e);
	action_of_menu(best, &in->terms, action);
	for (int i = 0; i < action_structured_size(in->terms.types); i++)
		action[i] = action[i] + off > 1 ? 1 : action[i] + off;
	ck_ok(action_structured_menu(action, in, m, &e), &e);
}

START_TEST(it_never_earns_less_and_stays_feasible)
{
	struct instance in;
	struct menu best, m;
	struct err e = ERR_INIT;
	struct rng r;
	int better = 0;

	rng_seed(&r, suite_seed(), 1);
	for (int i = 0; i < 300; i++) {
		double before, after;

		instance_draw(&r, 1 + i % 5, i % 2 ? PARTICIPATION_PER_PERIOD : PARTICIPATION_INTERTEMPORAL, &in);
		nearly_best(&in, 0.05, &best, &m);
		before = menu_realised_profit(&m, &in);
		ck_ok(polish(&in, &m, &e), &e);
		ck_ok(menu_require_feasible(&m, &in, &e), &e);
		after = menu_realised_profit(&m, &in);
		ck_assert_double_ge(after, before);
		if (in.participation == PARTICIPATION_INTERTEMPORAL) /* what monotone_solve() is the optimum of */
			ck_assert_double_le(after, menu_realised_profit(&best, &in) + 1e-9);
		better += after > before + 1e-6;
	}
	ck_assert_int_gt(better, 100);
}
END_TEST

START_TEST(the_best_type_is_asked_for_its_own_optimum)
{
	struct instance in;
	struct menu best, m;
	struct err e = ERR_INIT;
	struct rng r;
	double known;

	rng_seed(&r, 4, 1);
	instance_draw(&r, 2, PARTICIPATION_INTERTEMPORAL, &in);
	known = effort_best(&in, 1 / in.terms.theta[1]);
	nearly_best(&in, 0.02, &best, &m);
	ck_assert_double_gt(m.q1[1], known + 1e-3);
	ck_ok(polish(&in, &m, &e), &e);
	ck_assert_double_eq_tol(m.q1[1], known, 1e-12);
	ck_assert_double_eq_tol(m.q2[0][1], known, 1e-12);
	ck_assert_double_eq_tol(m.q2[1][1], known, 1e-12);
}
END_TEST

START_TEST(what_is_best_stays)
{
	struct instance in;
	struct menu best, m;
	struct err e = ERR_INIT;
	struct rng r;

	rng_seed(&r, 5, 1);
	instance_draw(&r, 3, PARTICIPATION_INTERTEMPORAL, &in);
	ck_ok(monotone_solve(&in, &best, &e), &e);
	m = best;
	ck_ok(polish(&in, &m, &e), &e);
	ck_assert_double_eq_tol(menu_realised_profit(&m, &in), menu_realised_profit(&best, &in), 1e-6);
}
END_TEST

SUITE("policy/polish", it_never_earns_less_and_stays_feasible, the_best_type_is_asked_for_its_own_optimum,
      what_is_best_stays)
