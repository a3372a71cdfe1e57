#include "common/contract/model.h"

#include <math.h>

#include "cloud/policy/instances.h"
#include "tests/support/suite.h"

START_TEST(cost_and_effort_are_inverse)
{
	struct terms t = {.types = 1, .theta = {1}, .e1 = 0.5, .e3 = 0.01, .q_max = 10};
	const double e3[] = {0, 1e-12, 0.002, 0.02, 1, 1e6};

	for (size_t i = 0; i < ARRAY_LEN(e3); i++) {
		t.e3 = e3[i];
		for (double q = 1e-9; q < 1e5; q *= 7)
			ck_assert_double_eq_tol(effort_of_cost(&t, effort_cost(&t, q)) / q, 1, 1e-13);
	}
	ck_assert_double_eq(effort_of_cost(&t, 0), 0);
	ck_assert_double_eq(effort_of_cost(&t, -1), 0);
}
END_TEST

START_TEST(slopes_match_differences)
{
	struct instance in;
	struct rng r;

	rng_seed(&r, suite_seed(), 21);
	for (int i = 0; i < 100; i++) {
		double q, h = 1e-6;

		instance_draw(&r, 3, PARTICIPATION_INTERTEMPORAL, &in);
		q = rng_uniform(&r, 0.01, 10);
		ck_assert_double_eq_tol(effort_cost_slope(&in.terms, q),
		                        (effort_cost(&in.terms, q + h) - effort_cost(&in.terms, q - h)) / (2 * h),
		                        1e-7);
		ck_assert_double_eq_tol(effort_value_slope(&in, q),
		                        (effort_value(&in, q + h) - effort_value(&in, q - h)) / (2 * h), 1e-7);
	}
}
END_TEST

START_TEST(the_best_effort_beats_a_grid_of_others)
{
	struct instance in;
	struct rng r;

	rng_seed(&r, suite_seed(), 22);
	for (int i = 0; i < 100; i++) {
		double price, best;

		instance_draw(&r, 2, PARTICIPATION_INTERTEMPORAL, &in);
		price = rng_uniform(&r, 0, 30);
		best = effort_best(&in, price);
		for (double q = 0; q <= 10; q += 0.01)
			ck_assert_double_ge(effort_value(&in, best) - price * effort_cost(&in.terms, best),
			                    effort_value(&in, q) - price * effort_cost(&in.terms, q) - 1e-12);
	}
	ck_assert_double_eq(effort_best(&in, 0), in.terms.q_max);
	ck_assert_double_eq(effort_best(&in, 1e9), 0);
	ck_assert_double_eq(effort_best(&in, INFINITY), 0);
}
END_TEST

SUITE("contract/model", cost_and_effort_are_inverse, slopes_match_differences,
      the_best_effort_beats_a_grid_of_others)
