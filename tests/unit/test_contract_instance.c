#include "common/contract/instance.h"

#include <math.h>
#include <string.h>

#include "cloud/policy/instances.h"
#include "tests/support/suite.h"

static struct instance sound(void)
{
	struct instance in = {
	    .id = "sound",
	    .terms = {.types = 2,
	              .theta = {1, 2},
	              .transition = {{0.7, 0.3}, {0.2, 0.8}},
	              .delta = 0.9,
	              .e1 = 0.5,
	              .e3 = 0.01,
	              .q_max = 10},
	    .prior = {0.4, 0.6},
	    .alpha = 8,
	    .beta = 1,
	};

	return in;
}

START_TEST(a_sound_instance_passes)
{
	struct instance in = sound();
	struct err e = ERR_INIT;

	ck_ok(instance_check(&in, &e), &e);
	in.terms.delta = 1;
	in.terms.e3 = 0;
	ck_ok(instance_check(&in, &e), &e);
}
END_TEST

START_TEST(errors_name_the_field_and_the_row)
{
	struct err e = ERR_INIT;
	struct instance in;

#define BROKEN(change, code, part)                                                                           \
	in = sound();                                                                                            \
	change;                                                                                                  \
	ck_fails(instance_check(&in, &e), code, &e, part)

	BROKEN(in.terms.types = 0, E_LIMIT, "types: there are 0; accepted are 1 to 10");
	BROKEN(in.terms.types = 11, E_LIMIT, "types: there are 11");
	BROKEN(in.terms.theta[1] = 1, E_INVALID, "types: element 2 (1) is not above element 1");
	BROKEN(in.terms.theta[0] = -1, E_INVALID, "types: element 1 is -1");
	BROKEN(in.terms.theta[1] = NAN, E_INVALID, "types: element 2");
	BROKEN(in.terms.transition[1][0] = 0.3, E_INVALID, "transition, row 2 sums to 1.1");
	BROKEN(in.terms.transition[0][0] = -0.1, E_INVALID, "transition, row 1: element 1 is -0.1");
	BROKEN(in.terms.transition[0][1] = NAN, E_INVALID, "transition, row 1: element 2");
	BROKEN((in.terms.transition[1][0] = 0.8, in.terms.transition[1][1] = 0.2), E_INVALID,
	       "transition: row 2 is not ordered after row 1");
	BROKEN(in.prior[0] = 0.5, E_INVALID, "prior sums to 1.1");
	BROKEN(in.terms.delta = 1.01, E_INVALID, "delta is 1.01");
	BROKEN(in.terms.delta = 0, E_INVALID, "delta is 0");
	BROKEN(in.terms.e1 = 0, E_INVALID, "e1 is 0");
	BROKEN(in.terms.e3 = -0.1, E_INVALID, "e3 is -0.1");
	BROKEN(in.terms.q_max = INFINITY, E_INVALID, "q_max is inf");
	BROKEN(in.alpha = 0, E_INVALID, "alpha is 0");
	BROKEN(in.beta = NAN, E_INVALID, "beta is nan");
	BROKEN(in.participation = (enum participation)7, E_INVALID, "accepted are intertemporal and per-period");
#undef BROKEN
}
END_TEST

START_TEST(tidying_makes_sums_exact_and_leaves_exact_ones_alone)
{
	struct instance in = sound();
	struct instance same = in;
	struct err e = ERR_INIT;
	int row;

	instance_tidy(&in);
	ck_assert_mem_eq(&in, &same, sizeof(in));
	in.prior[0] += 5e-7;
	in.terms.transition[0][0] += 5e-7;
	in.terms.transition[1][0] = 0.7 + 9e-7;
	in.terms.transition[1][1] = 0.3 - 9e-7;
	ck_ok(instance_check(&in, &e), &e);
	instance_tidy(&in);
	ck_assert_double_eq_tol(in.prior[0] + in.prior[1], 1, 1e-15);
	ck_assert_double_eq_tol(in.terms.transition[0][0] + in.terms.transition[0][1], 1, 1e-15);
	ck_assert_double_le(fosd_breach(in.terms.transition, 2, &row), 1e-15);
}
END_TEST

START_TEST(projection_orders_any_rows_and_keeps_ordered_ones)
{
	double weight[CONTRACT_TYPES_MAX], p[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX] = {{0}}, once[10][10];
	struct rng r;
	int row;

	rng_seed(&r, suite_seed(), 11);
	for (int i = 0; i < 500; i++) {
		int n = 1 + i % CONTRACT_TYPES_MAX;

		for (int k = 0; k < n; k++) {
			rng_dirichlet(&r, 0.5, (size_t)n, p[k]);
			weight[k] = rng_uniform(&r, 0.1, 5);
		}
		fosd_project(p, n, weight);
		ck_assert_double_le(fosd_breach(p, n, &row), 1e-14);
		for (int k = 0; k < n; k++) {
			double sum = 0;

			for (int l = 0; l < n; l++) {
				ck_assert_double_ge(p[k][l], 0);
				sum += p[k][l];
			}
			ck_assert_double_eq_tol(sum, 1, 1e-12);
		}
		memcpy(once, p, sizeof(once));
		fosd_project(p, n, weight);
		for (int k = 0; k < n; k++)
			for (int l = 0; l < n; l++)
				ck_assert_double_eq_tol(p[k][l], once[k][l], 1e-14);
	}
}
END_TEST

START_TEST(projection_is_the_weighted_mean_of_a_crossing_pair)
{
	double p[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX] = {{0.2, 0.8}, {0.6, 0.4}};
	const double weight[2] = {3, 1};

	fosd_project(p, 2, weight);
	ck_assert_double_eq_tol(p[0][0], 0.3, 1e-15);
	ck_assert_double_eq_tol(p[1][0], 0.3, 1e-15);
}
END_TEST

START_TEST(modes_have_names)
{
	enum participation p = PARTICIPATION_INTERTEMPORAL;
	struct err e = ERR_INIT;

	ck_ok(participation_parse("per-period", &p, &e), &e);
	ck_assert_int_eq(p, PARTICIPATION_PER_PERIOD);
	ck_assert_str_eq(participation_name(p), "per-period");
	ck_fails(participation_parse("weekly", &p, &e), E_INVALID, &e,
	         "'weekly' is not one of intertemporal, per-period");
}
END_TEST

START_TEST(drawn_instances_follow_the_stated_distribution)
{
	struct err e = ERR_INIT;
	struct instance in, again;
	struct rng r;

	for (int i = 0; i < 500; i++) {
		int types = 1 + i % CONTRACT_TYPES_MAX;

		rng_seed(&r, suite_seed(), (uint64_t)i);
		instance_draw(&r, types, PARTICIPATION_PER_PERIOD, &in);
		ck_ok(instance_check(&in, &e), &e);
		for (int k = 0; k < types; k++) {
			ck_assert(in.terms.theta[k] >= 0.5 && in.terms.theta[k] <= 2.5);
			ck_assert(k == 0 || in.terms.theta[k] - in.terms.theta[k - 1] >= 0.5 / types);
		}
		ck_assert(in.alpha >= 4 && in.alpha <= 12 && in.beta >= 0.3 && in.beta <= 1.5);
		ck_assert(in.terms.delta >= 0.7 && in.terms.q_max == 10);
		rng_seed(&r, suite_seed(), (uint64_t)i);
		instance_draw(&r, types, PARTICIPATION_PER_PERIOD, &again);
		ck_assert_mem_eq(&in, &again, sizeof(in));
	}
}
END_TEST

SUITE("contract/instance", a_sound_instance_passes, errors_name_the_field_and_the_row,
      tidying_makes_sums_exact_and_leaves_exact_ones_alone, projection_orders_any_rows_and_keeps_ordered_ones,
      projection_is_the_weighted_mean_of_a_crossing_pair, modes_have_names,
      drawn_instances_follow_the_stated_distribution)
