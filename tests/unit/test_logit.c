#include "cloud/policy/logit.h"

#include <math.h>

#include "cloud/policy/env.h"
#include "cloud/policy/instances.h"
#include "common/contract/choice.h"
#include "tests/support/nn_oracle.h"
#include "tests/support/suite.h"

#define TYPES 3
#define ITEMS (TYPES + TYPES * TYPES)

static const struct env_spec spec = {.types = TYPES, .direct = true};

struct fixture {
	struct instance in;
	float state[ENV_STATE_MAX], action[2 * ITEMS];
};

/* Contracts that about cover what they cost. */
static void fixture_init(struct fixture *f, uint64_t seed)
{
	struct rng r;

	rng_seed(&r, seed, 1);
	instance_draw(&r, TYPES, PARTICIPATION_INTERTEMPORAL, &f->in);
	env_encode(&spec, &f->in, NULL, f->state);
	for (int i = 0; i < ITEMS; i++) {
		f->action[i] = (float)rng_uniform(&r, -0.9, 0);
		f->action[ITEMS + i] = (float)rng_uniform(&r, -0.9, -0.4);
	}
}

static double truth(const struct fixture *f)
{
	struct err e = ERR_INIT;
	struct menu m;

	ck_ok(env_menu(&spec, f->action, &f->in, &m, &e), &e);
	return menu_realised_profit(&m, &f->in) / env_scale(&f->in);
}

START_TEST(sharp_choices_earn_what_self_selection_does)
{
	int near = 0;

	for (uint64_t seed = 1; seed <= 100; seed++) {
		struct fixture f;

		fixture_init(&f, seed);
		near += fabs((double)logit_profit(TYPES, 1e-5f, f.state, f.action) - truth(&f)) < 1e-4;
	}
	ck_assert_int_ge(near, 98); /* a near tie may fall the other way */
}
END_TEST

START_TEST(wide_choices_do_not)
{
	struct fixture f;

	fixture_init(&f, 3);
	ck_assert_double_gt(fabs((double)logit_profit(TYPES, 0.5f, f.state, f.action) - truth(&f)), 1e-2);
}
END_TEST

START_TEST(gradients_are_slopes)
{
	const float step = 1e-3f, taus[] = {0.03f, 0.1f};

	for (size_t n = 0; n < ARRAY_LEN(taus); n++) {
		float da[2 * ITEMS] = {0};
		struct fixture f;

		fixture_init(&f, 11 + n);
		logit_slope(TYPES, taus[n], f.state, f.action, 1, da);
		for (size_t i = 0; i < 2 * ITEMS; i++) {
			float was = f.action[i];
			double up, down;

			f.action[i] = was + step;
			up = (double)logit_profit(TYPES, taus[n], f.state, f.action);
			f.action[i] = was - step;
			down = (double)logit_profit(TYPES, taus[n], f.state, f.action);
			f.action[i] = was;
			oracle_near("coordinate", i, (double)da[i], (up - down) / (2 * (double)step), 5e-3);
		}
	}
}
END_TEST

START_TEST(items_that_nobody_takes_feel_where_they_would_be)
{
	float da[2 * ITEMS] = {0};
	struct fixture f;

	fixture_init(&f, 5);
	for (int i = 0; i < ITEMS; i++)
		f.action[ITEMS + i] = -0.95f; /* pays next to nothing: everyone declines */
	ck_assert_double_eq(truth(&f), 0);
	logit_slope(TYPES, 0.03f, f.state, f.action, 1, da);
	for (int k = 0; k < TYPES; k++)
		ck_assert_float_gt(da[ITEMS + k], 0);
}
END_TEST

SUITE("policy/logit", sharp_choices_earn_what_self_selection_does, wide_choices_do_not, gradients_are_slopes,
      items_that_nobody_takes_feel_where_they_would_be)
