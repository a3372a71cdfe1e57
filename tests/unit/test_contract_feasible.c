#include "common/contract/feasible.h"

#include <math.h>
#include <string.h>

#include "tests/support/contracts.h"
#include "tests/support/suite.h"

static void expect(const struct menu *m, const struct instance *in, double amount, const char *text)
{
	struct violation v = menu_violation(m, in);

	if (isfinite(amount))
		ck_assert_double_eq_tol(v.amount, amount, 1e-9);
	else
		ck_assert_double_infinite(v.amount);
	ck_assert_str_eq(v.text, text);
	ck_assert_int_eq(menu_is_feasible(m, in), amount <= 1e-9);
}

START_TEST(a_feasible_menu_has_no_violation)
{
	struct instance in = small_instance();
	struct menu m = small_menu();
	struct err e = ERR_INIT;

	ck_assert_double_le(menu_violation(&m, &in).amount, 1e-15);
	ck_ok(menu_require_feasible(&m, &in, &e), &e);
}
END_TEST

START_TEST(each_violated_constraint_is_named)
{
	struct instance in = small_instance();
	struct menu m = small_menu();
	struct err e = ERR_INIT;

	m.r1[1] -= 0.012;
	expect(&m, &in, 0.012, "IC1: type 2 prefers item 1 by 0.012");
	ck_fails(menu_require_feasible(&m, &in, &e), E_INFEASIBLE, &e,
	         "the menu is not feasible: IC1: type 2 prefers item 1 by 0.012");

	m = small_menu();
	m.r1[0] -= 0.3;
	m.r1[1] -= 0.3;
	expect(&m, &in, 0.3, "IR1: type 1 loses 0.3 by its contract");

	m = small_menu();
	m.r2[1][1] -= 0.2;
	expect(&m, &in, 0.2, "IC2: after item 2, type 2 prefers item 1 by 0.2");

	m = small_menu();
	m.r2[0][0] -= 2;
	m.r2[0][1] -= 2;
	expect(&m, &in, 2, "IR2: after item 1, type 1 loses 2 by its item");

	m = small_menu();
	m.q1[0] = 11;
	expect(&m, &in, INFINITY, "range: period 1, item 1: effort 11 is not from 0 to 10");
	m.q1[0] = NAN;
	ck_assert(!menu_is_feasible(&m, &in));
}
END_TEST

START_TEST(per_period_participation_is_one_constraint_more)
{
	struct instance in = small_instance();
	struct menu m = small_menu();

	in.participation = PARTICIPATION_PER_PERIOD;
	expect(&m, &in, 0.03125, "IR1, per-period: type 1 loses 0.0312 in period 1");
}
END_TEST

SUITE("contract/feasible", a_feasible_menu_has_no_violation, each_violated_constraint_is_named,
      per_period_participation_is_one_constraint_more)
