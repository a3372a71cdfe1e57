#include "cloud/policy/benchmarks.h"

#include <math.h>
#include <string.h>

#include "cloud/policy/instances.h"
#include "common/contract/choice.h"
#include "common/contract/feasible.h"
#include "common/contract/model.h"
#include "tests/support/suite.h"

START_TEST(policies_are_found_by_name)
{
	struct err e = ERR_INIT;
	struct policy p;

	for (size_t i = 0; policy_at(i); i++) {
		ck_ok(policy_find(policy_at(i)->name, &p, &e), &e);
		ck_assert_ptr_eq(p.ops, policy_at(i));
		policy_release(&p);
	}
	ck_fails(policy_find("best", &p, &e), E_NOT_FOUND, &e,
	         "'best' is not one of exact, first-best, static, monotone");
}
END_TEST

START_TEST(first_best_equates_marginal_value_and_cost)
{
	struct instance in;
	struct menu m;
	struct rng r;

	rng_seed(&r, suite_seed(), 61);
	for (int i = 0; i < 50; i++) {
		instance_draw(&r, 3, PARTICIPATION_INTERTEMPORAL, &in);
		ck_assert_int_eq(policy_first_best.solve(NULL, &in, &m, NULL), 0);
		for (int l = 0; l < 3; l++) {
			double q = m.q2[1][l];
			double slope = effort_value_slope(&in, q) - effort_cost_slope(&in.terms, q) / in.terms.theta[l];

			ck_assert(fabs(slope) < 1e-9 || (q == 10 && slope > 0) || (q == 0 && slope < 0));
			ck_assert_double_eq_tol(menu_rent2(&m, &in.terms, 1, l, l), 0, 1e-12);
			ck_assert_double_eq(m.q1[l], q);
		}
	}
}
END_TEST

static double single_period_profit(const struct instance *in, const double *p, const double *q)
{
	const struct terms *t = &in->terms;
	double rent = 0, total = 0;

	for (int k = 0; k < t->types; k++) {
		if (k > 0)
			rent += effort_cost(t, q[k - 1]) * (1 / t->theta[k - 1] - 1 / t->theta[k]);
		total += p[k] * (effort_value(in, q[k]) - effort_cost(t, q[k]) / t->theta[k] - rent);
	}
	return total;
}

START_TEST(single_period_efforts_are_monotone_and_best)
{
	struct instance in;
	struct rng r;
	int pooled = 0;

	rng_seed(&r, suite_seed(), 62);
	for (int i = 0; i < 100; i++) {
		double p[CONTRACT_TYPES_MAX], q[CONTRACT_TYPES_MAX], other[CONTRACT_TYPES_MAX], best;

		instance_draw(&r, 4, PARTICIPATION_INTERTEMPORAL, &in);
		rng_dirichlet(&r, 0.5, 4, p); /* uneven, so that virtual costs come out of order */
		single_period_efforts(&in, p, q);
		best = single_period_profit(&in, p, q);
		for (int k = 1; k < 4; k++) {
			ck_assert_double_ge(q[k], q[k - 1]);
			pooled += q[k] == q[k - 1] && q[k] > 0 && q[k] < 10;
		}
		for (int j = 0; j < 200; j++) {
			double lo = 0, near = pow(10, rng_uniform(&r, -3, 0.5));

			for (int k = 0; k < 4; k++)
				lo = other[k] = fmin(10, fmax(lo, q[k] + near * rng_normal(&r)));
			ck_assert_double_le(single_period_profit(&in, p, other), best + 1e-9);
		}
	}
	ck_assert_int_gt(pooled, 0);
}
END_TEST

START_TEST(static_repeats_two_single_period_menus)
{
	double second[CONTRACT_TYPES_MAX] = {0}, q[CONTRACT_TYPES_MAX];
	struct err e = ERR_INIT;
	struct instance in;
	struct menu m;
	struct rng r;
	double want;

	rng_seed(&r, suite_seed(), 63);
	instance_draw(&r, 3, PARTICIPATION_INTERTEMPORAL, &in);
	ck_ok(policy_static.solve(NULL, &in, &m, &e), &e);
	for (int k = 0; k < 3; k++)
		for (int l = 0; l < 3; l++)
			second[l] += in.prior[k] * in.terms.transition[k][l];
	single_period_efforts(&in, in.prior, q);
	want = single_period_profit(&in, in.prior, q);
	single_period_efforts(&in, second, q);
	want += in.terms.delta * single_period_profit(&in, second, q);
	ck_assert_double_eq_tol(menu_realised_profit(&m, &in), want, 1e-9);
	ck_ok(menu_require_feasible(&m, &in, &e), &e);
	in.participation = PARTICIPATION_PER_PERIOD;
	ck_ok(menu_require_feasible(&m, &in, &e), &e);
}
END_TEST

SUITE("policy/benchmarks", policies_are_found_by_name, first_best_equates_marginal_value_and_cost,
      single_period_efforts_are_monotone_and_best, static_repeats_two_single_period_menus)
