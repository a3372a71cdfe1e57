#include "common/contract/menu.h"

#include <math.h>
#include <string.h>

#include "common/contract/choice.h"
#include "common/contract/feasible.h"
#include "common/contract/rewards.h"
#include "tests/support/contracts.h"
#include "tests/support/suite.h"

START_TEST(utilities_are_those_worked_out_by_hand)
{
	struct instance in = small_instance();
	struct menu m = small_menu();

	ck_assert_double_eq_tol(menu_rent2(&m, &in.terms, 0, 1, 1), 0.25, 1e-15);
	ck_assert_double_eq_tol(menu_rent2(&m, &in.terms, 1, 1, 0), -0.5, 1e-15);
	ck_assert_double_eq_tol(menu_continuation(&m, &in.terms, 0, 0), 0.0625, 1e-15);
	ck_assert_double_eq_tol(menu_continuation(&m, &in.terms, 1, 1), 0.25, 1e-15);
	ck_assert_double_eq_tol(menu_utility(&m, &in.terms, 0, 0), 0, 1e-15);
	ck_assert_double_eq_tol(menu_utility(&m, &in.terms, 1, 1), 0.53125, 1e-15);
	ck_assert_double_eq_tol(menu_utility(&m, &in.terms, 1, 0), 0.53125, 1e-15);
	/* Type 1 in item 2: 1.40625 - 2 + 0.5*0.125. */
	ck_assert_double_eq_tol(menu_utility(&m, &in.terms, 0, 1), -0.53125, 1e-15);
}
END_TEST

START_TEST(profit_is_that_worked_out_by_hand)
{
	struct instance in = small_instance();
	struct menu m = small_menu();
	double half = 10 * log(1.5), one = 10 * log(2), two = 10 * log(3);
	double first = one - 0.96875 + 0.5 * (0.75 * (half - 0.5) + 0.25 * (one - 0.75));
	double second = two - 1.40625 + 0.5 * (0.5 * (one - 1) + 0.5 * (two - 1.5));

	ck_assert_double_eq_tol(menu_profit(&m, &in), 0.5 * first + 0.5 * second, 1e-12);
	ck_assert_double_eq_tol(menu_realised_profit(&m, &in), 0.5 * first + 0.5 * second, 1e-12);
}
END_TEST

START_TEST(least_rewards_are_those_worked_out_by_hand)
{
	struct instance in = small_instance();
	struct menu want = small_menu(), m = small_menu();
	struct err e = ERR_INIT;

	memset(m.r1, 0, sizeof(m.r1));
	memset(m.r2, 0, sizeof(m.r2));
	ck_ok(menu_least_rewards(&m, &in, &e), &e);
	for (int k = 0; k < 2; k++) {
		ck_assert_double_eq_tol(m.r1[k], want.r1[k], 1e-15);
		for (int l = 0; l < 2; l++)
			ck_assert_double_eq_tol(m.r2[k][l], want.r2[k][l], 1e-15);
	}
	/* Per period, the lowest type's promise cannot be charged for in period 1: U_1 = 0.03125. */
	in.participation = PARTICIPATION_PER_PERIOD;
	ck_ok(menu_least_rewards(&m, &in, &e), &e);
	ck_assert_double_eq_tol(m.r1[0], 1, 1e-15);
	ck_assert_double_eq_tol(m.r1[1], 1.4375, 1e-15);
	ck_ok(menu_require_feasible(&m, &in, &e), &e);
}
END_TEST

START_TEST(efforts_that_cannot_be_paid_for_name_the_types)
{
	struct instance in = small_instance();
	struct menu m = small_menu();
	struct err e = ERR_INIT;

	m.q2[1][0] = 3;
	ck_fails(menu_least_rewards(&m, &in, &e), E_INFEASIBLE, &e, "period 2 after item 2");
	ck_assert_ptr_nonnull(strstr(e.text, "types 2 -> 1 -> 2"));
	m = small_menu();
	m.q1[0] = 5;
	ck_fails(menu_least_rewards(&m, &in, &e), E_INFEASIBLE, &e,
	         "period 1: no rewards implement these efforts: types");
}
END_TEST

/* No reward of a least-reward menu can be lowered by itself without breaking a constraint. */
START_TEST(least_rewards_leave_nothing_to_cut)
{
	struct instance in = small_instance();
	struct err e = ERR_INIT;

	for (int mode = 0; mode < 2; mode++) {
		struct menu m = small_menu();

		in.participation = (enum participation)mode;
		ck_ok(menu_least_rewards(&m, &in, &e), &e);
		for (int k = 0; k < 2; k++) {
			m.r1[k] -= 1e-6;
			ck_assert(!menu_is_feasible(&m, &in));
			m.r1[k] += 1e-6;
			for (int l = 0; l < 2; l++) {
				m.r2[k][l] -= 1e-6;
				ck_assert(!menu_is_feasible(&m, &in));
				m.r2[k][l] += 1e-6;
			}
		}
	}
}
END_TEST

START_TEST(menus_from_outside_are_checked)
{
	struct instance in = small_instance();
	struct err e = ERR_INIT;
	struct menu m = small_menu();

	ck_ok(menu_check(&m, &in.terms, &e), &e);
	m.q2[1][0] = 10.5;
	ck_fails(menu_check(&m, &in.terms, &e), E_INVALID, &e,
	         "period 2 after item 2, item 1: effort 10.5 is not from 0 to 10");
	m = small_menu();
	m.q1[1] = NAN;
	ck_fails(menu_check(&m, &in.terms, &e), E_INVALID, &e, "period 1, item 2: effort nan");
	m = small_menu();
	m.r2[0][1] = INFINITY;
	ck_fails(menu_check(&m, &in.terms, &e), E_INVALID, &e,
	         "period 2 after item 1, item 2: the reward is not a finite");
	m.types = 3;
	ck_fails(menu_check(&m, &in.terms, &e), E_INVALID, &e, "it is for 3 types, the instance has 2");
}
END_TEST

START_TEST(menus_are_equal_in_what_their_types_fill)
{
	struct menu a = small_menu(), b = a;

	b.q1[a.types] = 7;
	b.r2[0][a.types] = 7;
	ck_assert(menu_equal(&a, &b));
	b.r2[a.types - 1][0] += 1e-12;
	ck_assert(!menu_equal(&a, &b));
	b = a;
	b.q1[1] = 0;
	ck_assert(!menu_equal(&a, &b));
	b = a;
	b.types--;
	ck_assert(!menu_equal(&a, &b));
}
END_TEST

SUITE("contract/menu", utilities_are_those_worked_out_by_hand, profit_is_that_worked_out_by_hand,
      least_rewards_are_those_worked_out_by_hand, efforts_that_cannot_be_paid_for_name_the_types,
      least_rewards_leave_nothing_to_cut, menus_from_outside_are_checked,
      menus_are_equal_in_what_their_types_fill)
