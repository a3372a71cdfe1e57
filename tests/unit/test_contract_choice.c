#include "common/contract/choice.h"

#include <math.h>
#include <string.h>

#include "tests/support/contracts.h"
#include "tests/support/suite.h"

START_TEST(a_feasible_menu_is_taken_truthfully_in_spite_of_ties)
{
	struct instance in = small_instance();
	struct menu m = small_menu();

	/* Type 2 is indifferent between both items, type 1 between its own and declining. */
	for (int own = 0; own < 2; own++) {
		ck_assert_int_eq(choose_period1(&m, &in.terms, own), own);
		for (int k = 0; k < 2; k++)
			ck_assert_int_eq(choose_period2(&m, &in.terms, k, own), own);
	}
}
END_TEST

START_TEST(the_better_item_is_taken_and_a_bad_menu_declined)
{
	struct instance in = small_instance();
	struct menu m = small_menu();

	m.r1[1] -= 0.01;
	ck_assert_int_eq(choose_period1(&m, &in.terms, 1), 0);
	m.r1[1] -= 5;
	m.r1[0] -= 0.01;
	ck_assert_int_eq(choose_period1(&m, &in.terms, 0), CHOICE_DECLINE);
	m.r2[0][0] -= 0.01;
	ck_assert_int_eq(choose_period2(&m, &in.terms, 0, 0), CHOICE_DECLINE);
	ck_assert_int_eq(choose_period2(&m, &in.terms, 0, 1), 1);
}
END_TEST

START_TEST(ties_of_others_go_to_the_lowest_index)
{
	struct instance in = small_instance();
	struct menu m = {.types = 3, .q1 = {1, 1, 1}, .r1 = {2, 2 + 5e-10, 1}};

	in.terms.types = 3;
	in.terms.theta[2] = 3;
	memset(in.terms.transition, 0, sizeof(in.terms.transition));
	for (int k = 0; k < 3; k++)
		in.terms.transition[k][k] = 1;
	ck_assert_int_eq(choose_period1(&m, &in.terms, 2), 0);
	ck_assert_int_eq(choose_period1(&m, &in.terms, 1), 1);
	m.r1[1] += 2e-9;
	ck_assert_int_eq(choose_period1(&m, &in.terms, 2), 1);
}
END_TEST

START_TEST(realised_profit_follows_the_choices)
{
	struct instance in = small_instance();
	struct menu m = small_menu();
	double one = 10 * log(2), half = 10 * log(1.5);
	double item1 = one - 0.96875;
	double want;

	/* Type 2 is better off in item 1 now, and type 1 declines period 2 there. */
	m.r1[1] -= 0.5;
	m.r2[0][0] = 0.25;
	want = 0.5 * (item1 + 0.5 * 0.25 * (one - 0.75)) + 0.5 * (item1 + 0.5 * 0.5 * (one - 0.75));
	ck_assert_int_eq(choose_period2(&m, &in.terms, 0, 1), 1);
	ck_assert_double_eq_tol(menu_realised_profit(&m, &in), want, 1e-12);
	/* Nobody takes a menu that pays nothing, and then nothing is earned. */
	memset(m.r1, 0, sizeof(m.r1));
	memset(m.r2, 0, sizeof(m.r2));
	ck_assert_double_eq(menu_realised_profit(&m, &in), 0);
	ck_assert_double_gt(menu_profit(&m, &in), half);
}
END_TEST

SUITE("contract/choice", a_feasible_menu_is_taken_truthfully_in_spite_of_ties,
      the_better_item_is_taken_and_a_bad_menu_declined, ties_of_others_go_to_the_lowest_index,
      realised_profit_follows_the_choices)
