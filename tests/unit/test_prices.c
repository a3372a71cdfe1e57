#include "cloud/policy/prices.h"

#include <math.h>
#include <string.h>

#include "cloud/policy/env.h"
#include "cloud/policy/instances.h"
#include "common/contract/model.h"
#include "common/contract/rewards.h"
#include "tests/support/suite.h"

static double unlog(float v, double lo, double hi)
{
	return exp(((double)v * (hi - lo) + lo + hi) / 2);
}

/* Profit of a monotone menu by its definition, least rewards included. */
static double profit_at(const struct instance *in, const struct menu *efforts)
{
	struct menu m = *efforts;
	struct err e = ERR_INIT;

	ck_ok(menu_least_rewards(&m, in, &e), &e);
	return menu_profit(&m, in);
}

/* A small effort more costs mass * price * its base cost, in each period. */
START_TEST(prices_are_what_an_effort_costs)
{
	enum { TYPES = 3 };
	float out[PRICES_MAX];
	struct instance in;
	struct rng r;

	for (int i = 0; i < 20; i++) {
		struct menu m = {.types = TYPES};
		double base;

		rng_seed(&r, 4, (uint64_t)i);
		instance_draw(&r, TYPES, PARTICIPATION_INTERTEMPORAL, &in);
		prices_of(&in, out);
		for (int k = 0; k < TYPES; k++) {
			m.q1[k] = 1 + k;
			for (int l = 0; l < TYPES; l++)
				m.q2[k][l] = 1 + k + l;
		}
		base = profit_at(&in, &m);
		for (int k = 0; k < TYPES; k++) {
			double price = unlog(out[k], -1, 2), q = m.q1[k], more = q + 1e-3, want;

			m.q1[k] = more;
			want = in.prior[k] * (effort_value(&in, more) - effort_value(&in, q) -
			                      price * (effort_cost(&in.terms, more) - effort_cost(&in.terms, q)));
			/* A price at the end of the scale says no more than that it is higher. */
			if (out[k] < 3)
				ck_assert_double_eq_tol(profit_at(&in, &m) - base, want, 1e-6);
			m.q1[k] = q;
		}
		for (int k = 0; k < TYPES; k++)
			for (int l = 0; l < TYPES; l++) {
				double price = unlog(out[TYPES + k * TYPES + l], -1, 2), q = m.q2[k][l], more = q + 1e-3;
				double mass = in.terms.delta * in.prior[k] * in.terms.transition[k][l];
				double want = mass * (effort_value(&in, more) - effort_value(&in, q) -
				                      price * (effort_cost(&in.terms, more) - effort_cost(&in.terms, q)));

				m.q2[k][l] = more;
				if (out[TYPES + k * TYPES + l] < 3)
					ck_assert_double_eq_tol(profit_at(&in, &m) - base, want, 1e-6);
				m.q2[k][l] = q;
			}
	}
}
END_TEST

START_TEST(prices_stay_in_bounds)
{
	struct instance in = {.terms = {.types = 2,
	                                .theta = {1, 2},
	                                .transition = {{0, 1}, {0, 1}},
	                                .delta = 1,
	                                .e1 = 1e-9,
	                                .e3 = 0,
	                                .q_max = 10},
	                      .prior = {0, 1},
	                      .alpha = 1e6,
	                      .beta = 1e3};
	float out[PRICES_MAX];

	ck_assert_int_eq(prices_size(2), 8);
	prices_of(&in, out);
	for (int i = 0; i < prices_size(2); i++)
		ck_assert(out[i] >= -3 && out[i] <= 3);
	ck_assert_float_eq(out[0], 3);
}
END_TEST

START_TEST(a_priced_state_ends_with_them)
{
	const struct env_spec plain = {.types = 3}, priced = {.types = 3, .priced = true};
	float a[ENV_STATE_MAX], b[ENV_STATE_MAX], out[PRICES_MAX];
	int n = env_state_size(&plain);
	struct instance in;
	struct rng r;

	rng_seed(&r, 6, 1);
	instance_draw(&r, 3, PARTICIPATION_INTERTEMPORAL, &in);
	env_encode(&plain, &in, NULL, a);
	env_encode(&priced, &in, NULL, b);
	prices_of(&in, out);
	ck_assert_int_eq(env_state_size(&priced), n + prices_size(3));
	ck_assert_mem_eq(a, b, (size_t)n * sizeof(float));
	ck_assert_mem_eq(b + n, out, (size_t)prices_size(3) * sizeof(float));
}
END_TEST

SUITE("policy/prices", prices_are_what_an_effort_costs, prices_stay_in_bounds, a_priced_state_ends_with_them)
