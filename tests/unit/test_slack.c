#include "cloud/policy/slack.h"

#include <math.h>

#include "cloud/policy/env.h"
#include "cloud/policy/instances.h"
#include "common/contract/choice.h"
#include "tests/support/nn_oracle.h"
#include "tests/support/suite.h"

#define TYPES 3
#define ITEMS (TYPES + TYPES * TYPES)
#define SIZE  (3 * ITEMS)

struct fixture {
	struct instance in;
	float state[ENV_STATE_MAX], action[2 * ITEMS], out[SIZE];
	struct rng rng;
};

/* Actions near what contracts of worth look like: pay that about covers the cost. */
static void fixture_init(struct fixture *f, uint64_t seed)
{
	const struct env_spec spec = {.types = TYPES, .direct = true};

	rng_seed(&f->rng, seed, 1);
	instance_draw(&f->rng, TYPES, PARTICIPATION_INTERTEMPORAL, &f->in);
	env_encode(&spec, &f->in, NULL, f->state);
	for (int i = 0; i < ITEMS; i++) {
		f->action[i] = (float)rng_uniform(&f->rng, -0.9, 0);
		f->action[ITEMS + i] = (float)rng_uniform(&f->rng, -0.9, -0.4);
	}
}

START_TEST(signs_tell_what_types_choose)
{
	const struct env_spec spec = {.types = TYPES, .direct = true};
	int own = 0;

	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct err e = ERR_INIT;
		struct fixture f;
		struct menu m;
		const float *slack = f.out + ITEMS, *edge = slack + ITEMS;

		fixture_init(&f, seed);
		slack_of(TYPES, f.state, f.action, f.out);
		ck_ok(env_menu(&spec, f.action, &f.in, &m, &e), &e);
		for (int k = 0; k < TYPES; k++) {
			if (fabsf(slack[k]) > 1e-5f)
				ck_assert_int_eq(choose_period1(&m, &f.in.terms, k) == k, slack[k] > 0);
			own += slack[k] > 0;
			for (int l = 0; l < TYPES; l++) {
				float s = slack[TYPES + k * TYPES + l];

				if (fabsf(s) > 1e-5f)
					ck_assert_int_eq(choose_period2(&m, &f.in.terms, k, l) == l, s > 0);
			}
		}
		for (int i = 0; i < ITEMS; i++)
			ck_assert_int_eq(edge[i] > 0, slack[i] > 0);
	}
	ck_assert_int_gt(own, 30);
	ck_assert_int_lt(own, 570);
}
END_TEST

START_TEST(margins_add_up_to_the_profit_of_truth)
{
	const struct env_spec spec = {.types = TYPES, .direct = true};
	struct err e = ERR_INIT;
	struct fixture f;
	struct menu m;
	double sum = 0;

	fixture_init(&f, 7);
	slack_of(TYPES, f.state, f.action, f.out);
	ck_ok(env_menu(&spec, f.action, &f.in, &m, &e), &e);
	for (int k = 0; k < TYPES; k++) {
		double later = 0;

		for (int l = 0; l < TYPES; l++)
			later += f.in.terms.transition[k][l] * (double)f.out[TYPES + k * TYPES + l];
		sum += f.in.prior[k] * ((double)f.out[k] + f.in.terms.delta * later);
	}
	ck_assert_double_eq_tol(sum, menu_profit(&m, &f.in) / env_scale(&f.in), 1e-5);
}
END_TEST

static double weighed(struct fixture *f, const float *dout)
{
	double sum = 0;

	slack_of(TYPES, f->state, f->action, f->out);
	for (int i = 0; i < SIZE; i++)
		sum += (double)dout[i] * (double)f->out[i];
	return sum;
}

START_TEST(gradients_are_slopes)
{
	const float step = 1e-3f;
	float dout[SIZE], da[2 * ITEMS] = {0};
	struct fixture f;

	fixture_init(&f, 11);
	for (int i = 0; i < SIZE; i++)
		dout[i] = (float)rng_uniform(&f.rng, -1, 1);
	slack_back(TYPES, f.state, f.action, dout, da);
	for (size_t i = 0; i < 2 * ITEMS; i++) {
		float was = f.action[i];
		double up, down;

		f.action[i] = was + step;
		up = weighed(&f, dout);
		f.action[i] = was - step;
		down = weighed(&f, dout);
		f.action[i] = was;
		oracle_near("coordinate", i, (double)da[i], (up - down) / (2 * (double)step), 2e-2);
	}
}
END_TEST

SUITE("policy/slack", signs_tell_what_types_choose, margins_add_up_to_the_profit_of_truth,
      gradients_are_slopes)
