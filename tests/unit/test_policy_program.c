#include "cloud/policy/exact_program.h"

#include <math.h>
#include <string.h>

#include "cloud/policy/exact_ipopt.h"
#include "cloud/policy/exact_repair.h"
#include "cloud/policy/instances.h"
#include "cloud/policy/monotone.h"
#include "common/contract/feasible.h"
#include "common/contract/rewards.h"
#include "tests/support/suite.h"

static void draw(uint64_t stream, int types, enum participation mode, struct instance *in, struct program *p)
{
	struct rng r;

	rng_seed(&r, suite_seed(), stream);
	instance_draw(&r, types, mode, in);
	program_build(p, in);
}

START_TEST(derivatives_match_differences)
{
	static struct program p;
	double x[PROGRAM_VARIABLES_MAX], gradient[PROGRAM_VARIABLES_MAX], up[PROGRAM_VARIABLES_MAX],
	    down[PROGRAM_VARIABLES_MAX], curvature[PROGRAM_VARIABLES_MAX];
	struct instance in;

	draw(51, 4, PARTICIPATION_PER_PERIOD, &in, &p);
	program_start(&p, x);
	program_gradient(&p, x, gradient);
	program_curvature(&p, x, curvature);
	for (int i = 0; i < p.variables; i++) {
		double h = 1e-5, was = x[i], high, low;

		x[i] = was + h;
		high = program_objective(&p, x);
		program_gradient(&p, x, up);
		x[i] = was - h;
		low = program_objective(&p, x);
		program_gradient(&p, x, down);
		x[i] = was;
		ck_assert_double_eq_tol(gradient[i], (high - low) / (2 * h), 1e-7);
		if (i < p.efforts)
			ck_assert_double_eq_tol(curvature[i], (up[i] - down[i]) / (2 * h),
			                        1e-6 * (1 + fabs(curvature[i])));
		for (int j = 0; j < p.variables; j++)
			if (j != i)
				ck_assert_double_eq_tol(up[j], down[j], 1e-12);
	}
}
END_TEST

START_TEST(the_objective_bends_upwards_everywhere)
{
	static struct program p;
	double x[PROGRAM_VARIABLES_MAX] = {0}, curvature[PROGRAM_VARIABLES_MAX];
	struct instance in;

	draw(52, 3, PARTICIPATION_INTERTEMPORAL, &in, &p);
	for (double z = 0; z <= p.z_max; z += p.z_max / 64) {
		for (int i = 0; i < p.efforts; i++)
			x[i] = z;
		program_curvature(&p, x, curvature);
		for (int i = 0; i < p.efforts; i++)
			ck_assert_double_gt(curvature[i], 0);
	}
}
END_TEST

START_TEST(the_start_lies_inside)
{
	static struct program p;
	double x[PROGRAM_VARIABLES_MAX], value[PROGRAM_ROWS_MAX];
	struct instance in;

	for (int types = 2; types <= CONTRACT_TYPES_MAX; types++) {
		draw(53, types, PARTICIPATION_PER_PERIOD, &in, &p);
		ck_assert_int_eq(p.variables, 2 * types + 2 * types * types - types);
		program_start(&p, x);
		program_constraints(&p, x, value);
		for (int i = 0; i < p.variables; i++)
			ck_assert(x[i] > 0 && (i >= p.efforts || x[i] < p.z_max));
		/* The rows of period 2 come first. */
		for (int i = 0; i < 2 * types * (types - 1); i++)
			ck_assert_double_gt(value[i], 0);
	}
}
END_TEST

START_TEST(a_noisy_point_is_mended_into_a_feasible_menu_nearby)
{
	static struct program p;
	double x[PROGRAM_VARIABLES_MAX], noisy[PROGRAM_VARIABLES_MAX];
	struct err e = ERR_INIT;
	struct instance in;
	struct menu m;
	struct rng r;

	rng_seed(&r, suite_seed(), 54);
	for (int i = 0; i < 24; i++) {
		double promised;

		draw(100 + (uint64_t)i, 2 + i % 6, (enum participation)(i % 2), &in, &p);
		program_start(&p, x);
		ck_ok(program_minimise(&p, 0, x, &e), &e);
		promised = -program_objective(&p, x) * p.money;
		for (int j = 0; j < p.variables; j++)
			noisy[j] = x[j] + 1e-7 * rng_normal(&r);
		ck_ok(program_menu(&p, noisy, &m, &e), &e);
		ck_ok(menu_require_feasible(&m, &in, &e), &e);
		ck_assert_double_ge(menu_profit(&m, &in), promised - 1e-4 * p.money);
	}
}
END_TEST

START_TEST(every_option_set_finds_the_same_optimum)
{
	static struct program p;
	struct err e = ERR_INIT;
	struct instance in;
	double first = 0;

	draw(55, 5, PARTICIPATION_INTERTEMPORAL, &in, &p);
	for (int attempt = 0; attempt < PROGRAM_ATTEMPTS; attempt++) {
		double x[PROGRAM_VARIABLES_MAX], found;

		program_start(&p, x);
		ck_ok(program_minimise(&p, attempt, x, &e), &e);
		found = program_objective(&p, x);
		if (attempt == 0)
			first = found;
		ck_assert_double_eq_tol(found, first, 1e-6);
	}
}
END_TEST

START_TEST(a_hopeless_problem_is_an_error_not_a_menu)
{
	static struct program p;
	double x[PROGRAM_VARIABLES_MAX];
	struct err e = ERR_INIT;
	struct instance in;

	draw(56, 3, PARTICIPATION_INTERTEMPORAL, &in, &p);
	program_start(&p, x);
	x[0] = NAN;
	ck_fails(program_minimise(&p, 0, x, &e), E_SOLVER, &e, "Ipopt ended with status");
}
END_TEST

/* Against any other monotone efforts, drawn at random. */
START_TEST(the_monotone_menu_is_the_best_of_its_kind)
{
	struct err e = ERR_INIT;
	struct instance in;
	struct menu best, other;
	struct rng r;

	rng_seed(&r, suite_seed(), 57);
	for (int i = 0; i < 30; i++) {
		double top;

		instance_draw(&r, 2 + i % 4, PARTICIPATION_INTERTEMPORAL, &in);
		ck_ok(monotone_solve(&in, &best, &e), &e);
		ck_ok(menu_require_feasible(&best, &in, &e), &e);
		top = menu_profit(&best, &in);
		for (int j = 0; j < 200; j++) {
			double near = pow(10, rng_uniform(&r, -3, 0)), lo = 0;

			other = best;
			for (int k = 0; k < in.terms.types; k++) {
				lo = other.q1[k] = fmin(10, fmax(lo, best.q1[k] + near * rng_normal(&r)));
				for (int l = 0; l < in.terms.types; l++) {
					double floor2 = fmax(k ? other.q2[k - 1][l] : 0, l ? other.q2[k][l - 1] : 0);

					other.q2[k][l] = fmin(10, fmax(floor2, best.q2[k][l] + near * rng_normal(&r)));
				}
			}
			ck_ok(menu_least_rewards(&other, &in, &e), &e);
			ck_assert_double_le(menu_profit(&other, &in), top + 1e-9);
		}
	}
}
END_TEST

SUITE("policy/program", derivatives_match_differences, the_objective_bends_upwards_everywhere,
      the_start_lies_inside, a_noisy_point_is_mended_into_a_feasible_menu_nearby,
      every_option_set_finds_the_same_optimum, a_hopeless_problem_is_an_error_not_a_menu,
      the_monotone_menu_is_the_best_of_its_kind)
