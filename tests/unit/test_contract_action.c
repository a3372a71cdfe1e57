#include "common/contract/action.h"

#include <math.h>
#include <string.h>

#include "cloud/policy/instances.h"
#include "common/contract/choice.h"
#include "common/contract/feasible.h"
#include "tests/support/suite.h"

static void draw_action(struct rng *r, int size, double *action)
{
	/* Half of the coordinates at a bound or beyond it, where efforts bunch and corners are met. */
	for (int i = 0; i < size; i++)
		action[i] = rng_uniform(r, -2, 2);
}

START_TEST(every_structured_action_is_a_feasible_contract)
{
	double action[ACTION_STRUCTURED_MAX];
	struct err e = ERR_INIT;
	struct instance in;
	struct menu m;
	struct rng r;

	rng_seed(&r, suite_seed(), 1);
	for (int i = 0; i < 3000; i++) {
		int types = 1 + i % CONTRACT_TYPES_MAX;

		instance_draw(&r, types, i % 2 ? PARTICIPATION_PER_PERIOD : PARTICIPATION_INTERTEMPORAL, &in);
		draw_action(&r, action_structured_size(types), action);
		ck_ok(action_structured_menu(action, &in, &m, &e), &e);
		ck_ok(menu_require_feasible(&m, &in, &e), &e);
		ck_assert_double_eq_tol(menu_profit(&m, &in), menu_realised_profit(&m, &in), 1e-7);
	}
}
END_TEST

START_TEST(structured_efforts_rise_with_the_type)
{
	double low[ACTION_STRUCTURED_MAX], high[ACTION_STRUCTURED_MAX];
	struct instance in;
	struct menu m;
	struct rng r;

	rng_seed(&r, suite_seed(), 2);
	instance_draw(&r, 3, PARTICIPATION_INTERTEMPORAL, &in);
	for (int i = 0; i < ACTION_STRUCTURED_MAX; i++) {
		low[i] = -1;
		high[i] = 1;
	}
	action_efforts(low, &in.terms, &m);
	ck_assert_double_eq(m.q1[2] + m.q2[2][2], 0);
	action_efforts(high, &in.terms, &m);
	ck_assert_double_eq(m.q1[0] + m.q2[0][0], 2 * in.terms.q_max);
	low[0] = 0;
	action_efforts(low, &in.terms, &m);
	ck_assert_double_eq(m.q1[0], in.terms.q_max / 2);
	ck_assert_double_eq(m.q1[2], in.terms.q_max / 2);
}
END_TEST

START_TEST(a_menu_leads_back_to_its_action)
{
	double action[ACTION_STRUCTURED_MAX], back[ACTION_STRUCTURED_MAX];
	struct instance in;
	struct menu m, again;
	struct rng r;

	rng_seed(&r, suite_seed(), 3);
	for (int i = 0; i < 200; i++) {
		int types = 1 + i % CONTRACT_TYPES_MAX;

		instance_draw(&r, types, PARTICIPATION_INTERTEMPORAL, &in);
		draw_action(&r, action_structured_size(types), action);
		action_efforts(action, &in.terms, &m);
		action_of_menu(&m, &in.terms, back);
		action_efforts(back, &in.terms, &again);
		for (int k = 0; k < types; k++) {
			ck_assert_double_eq_tol(m.q1[k], again.q1[k], 1e-9);
			for (int l = 0; l < types; l++)
				ck_assert_double_eq_tol(m.q2[k][l], again.q2[k][l], 1e-9);
		}
	}
}
END_TEST

/* A weighted sum of an action's efforts. */
static double weighed(const double *action, const struct terms *t, const struct menu *weight)
{
	struct menu m;
	double sum = 0;

	action_efforts(action, t, &m);
	for (int k = 0; k < t->types; k++) {
		sum += weight->q1[k] * m.q1[k];
		for (int l = 0; l < t->types; l++)
			sum += weight->q2[k][l] * m.q2[k][l];
	}
	return sum;
}

START_TEST(gradients_by_efforts_lead_back_to_the_action)
{
	double action[ACTION_STRUCTURED_MAX];
	float narrow[ACTION_STRUCTURED_MAX];
	struct instance in;
	struct menu m, weight, by;
	struct rng r;

	rng_seed(&r, suite_seed(), 5);
	for (int i = 0; i < 100; i++) {
		int types = 1 + i % 5, n = action_structured_size(types);
		float da[ACTION_STRUCTURED_MAX] = {0};

		instance_draw(&r, types, PARTICIPATION_INTERTEMPORAL, &in);
		for (int c = 0; c < n; c++)
			action[c] = (double)(narrow[c] = (float)rng_uniform(&r, -0.9, 0.9));
		for (int k = 0; k < types; k++) {
			weight.q1[k] = rng_uniform(&r, -1, 1);
			for (int l = 0; l < types; l++)
				weight.q2[k][l] = rng_uniform(&r, -1, 1);
		}
		by = weight;
		action_efforts(action, &in.terms, &m);
		action_efforts_back(narrow, &in.terms, &m, &by, da);
		for (int c = 0; c < n; c++) {
			const double step = 1e-6, at = action[c];
			double up, down;

			action[c] = at + step;
			up = weighed(action, &in.terms, &weight);
			action[c] = at - step;
			down = weighed(action, &in.terms, &weight);
			action[c] = at;
			ck_assert_double_eq_tol((double)da[c], (up - down) / (2 * step), 1e-4);
		}
	}
}
END_TEST

START_TEST(direct_actions_fill_the_whole_menu)
{
	double action[ACTION_DIRECT_MAX];
	struct instance in;
	struct menu m;
	struct rng r;
	int size;

	rng_seed(&r, suite_seed(), 4);
	instance_draw(&r, 2, PARTICIPATION_INTERTEMPORAL, &in);
	size = action_direct_size(2);
	ck_assert_int_eq(size, 12);
	for (int i = 0; i < size; i++)
		action[i] = -1 + 2.0 * i / (size - 1);
	action_direct_menu(action, &in, &m);
	ck_assert_double_eq(m.q1[0], 0);
	ck_assert_double_eq_tol(m.q2[1][1], in.terms.q_max * 5 / 11, 1e-12);
	ck_assert_double_eq_tol(m.r2[1][1], in.alpha * log1p(in.beta * in.terms.q_max), 1e-12);
}
END_TEST

SUITE("contract/action", every_structured_action_is_a_feasible_contract,
      structured_efforts_rise_with_the_type, a_menu_leads_back_to_its_action,
      gradients_by_efforts_lead_back_to_the_action, direct_actions_fill_the_whole_menu)
