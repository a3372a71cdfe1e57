#include "cloud/policy/critic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/nn_oracle.h"
#include "tests/support/rl_reference.h"
#include "tests/support/suite.h"

#define BATCH  6
#define STATE  4
#define ACTION 3

struct fixture {
	struct critic c;
	float states[BATCH * STATE], actions[BATCH * ACTION], da[BATCH * ACTION];
};

static void fixture_init(struct fixture *f)
{
	struct err e = ERR_INIT;
	struct rng r;

	ck_ok(critic_init(&f->c, &(struct critic_shape){.state = STATE, .action = ACTION, .hidden = 24}, 128, &e),
	      &e);
	rng_seed(&r, 1, 1);
	critic_draw(&f->c, &r);
	reference_fill(1000, BATCH * STATE, 1, f->states);
	reference_fill(2000, BATCH * ACTION, 1, f->actions);
}

START_TEST(slopes_are_those_of_the_lower_value)
{
	const float step = 1e-2f;
	struct fixture f;
	float keep[BATCH * ACTION], scratch[BATCH * ACTION];

	fixture_init(&f);
	(void)critic_slope(&f.c, f.states, f.actions, BATCH, BATCH, f.da);
	memcpy(keep, f.da, sizeof(keep));
	for (size_t i = 0; i < BATCH * ACTION; i++) {
		float was = f.actions[i];
		double up, down;

		f.actions[i] = was + step;
		up = critic_slope(&f.c, f.states, f.actions, BATCH, BATCH, scratch);
		f.actions[i] = was - step;
		down = critic_slope(&f.c, f.states, f.actions, BATCH, BATCH, scratch);
		f.actions[i] = was;
		oracle_near("action", i, -(double)keep[i], (up - down) / (2 * (double)step), 1e-3);
	}
	critic_release(&f.c);
}
END_TEST

enum { TYPES = 3, STATES = TYPES * TYPES + 2 * TYPES + 5, ACTIONS = 2 * (TYPES * TYPES + TYPES) };

static void check_sight(bool direct, float step, double tolerance)
{
	const struct critic_shape shape = {.state = STATES,
	                                   .action = direct ? ACTIONS : ACTIONS / 2,
	                                   .hidden = 24,
	                                   .sight_types = TYPES,
	                                   .direct = direct};
	float state[STATES], action[ACTIONS], da[ACTIONS], scratch[ACTIONS];
	struct err e = ERR_INIT;
	struct critic c;
	struct rng r;

	ck_ok(critic_init(&c, &shape, 1, &e), &e);
	rng_seed(&r, 3, 1);
	critic_draw(&c, &r);
	reference_fill(50, STATES, 0.8f, state);
	reference_fill(90, ACTIONS, 0.8f, action);
	(void)critic_slope(&c, state, action, 1, 1, da);
	for (int i = 0; i < shape.action; i++) {
		float was = action[i];
		double up, down;

		action[i] = was + step;
		up = critic_slope(&c, state, action, 1, 1, scratch);
		action[i] = was - step;
		down = critic_slope(&c, state, action, 1, 1, scratch);
		action[i] = was;
		oracle_near("action", (size_t)i, -(double)da[i], (up - down) / (2 * (double)step), tolerance);
	}
	critic_release(&c);
}

/* With sight the gradient leads back through the efforts, over all coordinates below; */
START_TEST(slopes_see_efforts)
{
	check_sight(false, 1e-2f, 2e-3);
}
END_TEST

/* and with direct actions through what they leave to each type. */
START_TEST(slopes_see_slack)
{
	check_sight(true, 2e-3f, 5e-3);
}
END_TEST

START_TEST(targets_are_the_lower_of_both_and_follow_slowly)
{
	struct fixture f;
	float value[BATCH], before;
	const float *v;

	fixture_init(&f);
	critic_target(&f.c, f.states, f.actions, BATCH, value);
	v = f.c.net[0].layers[2].y;
	for (int b = 0; b < BATCH; b++)
		ck_assert_float_eq(value[b], fminf(v[b], f.c.net[1].layers[2].y[b]));
	before = f.c.q[0].target[5];
	f.c.q[0].w[5] += 1;
	weights_follow(&f.c.q[0], 0.25);
	ck_assert_float_eq_tol(f.c.q[0].target[5], before + 0.25f, 1e-6f);
	critic_release(&f.c);
}
END_TEST

static double learn(struct critic *c, const float *s, const float *a, const float *goal, int n)
{
	double loss = critic_gradients(c, s, a, goal, n, n);

	critic_step(c, 0, 3e-3);
	critic_step(c, 1, 3e-3);
	return loss;
}

START_TEST(learns_a_known_value)
{
	float s[64 * STATE], a[64 * ACTION], goal[64];
	struct fixture f;
	double first, last = 0;

	fixture_init(&f);
	reference_fill(0, 64 * STATE, 1, s);
	reference_fill(5000, 64 * ACTION, 1, a);
	for (int b = 0; b < 64; b++)
		goal[b] = s[b * STATE] - a[b * ACTION] * a[b * ACTION];
	first = learn(&f.c, s, a, goal, 64);
	for (int i = 0; i < 400; i++)
		last = learn(&f.c, s, a, goal, 64);
	ck_assert_double_gt(first, 0.1);
	ck_assert_double_lt(last, 0.01);
	critic_release(&f.c);
}
END_TEST

START_TEST(parts_of_a_batch_add_up)
{
	struct fixture f;
	struct critic other;
	struct err e = ERR_INIT;
	float goal[BATCH], da[BATCH * ACTION], part[BATCH * ACTION], *whole;
	double loss, value;
	size_t n;

	fixture_init(&f);
	ck_ok(critic_init_beside(&other, &f.c, &e), &e);
	reference_fill(7000, BATCH, 1, goal);
	n = f.c.q[0].n;
	whole = calloc(n, sizeof(*whole));
	loss = critic_gradients(&f.c, f.states, f.actions, goal, BATCH, BATCH);
	memcpy(whole, f.c.q[0].g, n * sizeof(*whole));
	value = critic_slope(&f.c, f.states, f.actions, BATCH, BATCH, da);
	loss -= critic_gradients(&f.c, f.states, f.actions, goal, 2, BATCH);
	loss -=
	    critic_gradients(&other, f.states + 2 * STATE, f.actions + 2 * ACTION, goal + 2, BATCH - 2, BATCH);
	ck_assert_double_eq_tol(loss, 0, 1e-6);
	for (size_t i = 0; i < n; i++)
		ck_assert_float_eq_tol(whole[i], f.c.q[0].g[i] + other.q[0].g[i], 1e-5f);
	value -= critic_slope(&f.c, f.states, f.actions, 2, BATCH, part);
	value -= critic_slope(&other, f.states + 2 * STATE, f.actions + 2 * ACTION, BATCH - 2, BATCH,
	                      part + 2 * ACTION);
	ck_assert_double_eq_tol(value, 0, 1e-6);
	for (size_t i = 0; i < BATCH * ACTION; i++)
		ck_assert_float_eq_tol(da[i], part[i], 1e-6f);
	critic_release(&other);
	critic_release(&f.c);
	free(whole);
}
END_TEST

START_TEST(steps_are_scaled_down_to_the_largest_norm)
{
	struct weights one, two;

	weights_init(&one, 20, false);
	weights_init(&two, 20, false);
	for (int i = 0; i < 20; i++) {
		one.g[i] = 3000;
		two.g[i] = 3;
	}
	weights_step(&one, 0.1, 1);
	weights_step(&two, 0.1, 1);
	for (int i = 0; i < 20; i++)
		ck_assert_float_eq_tol(one.m[i], two.m[i], 1e-7f);
	ck_assert_float_eq_tol(one.w[0], -0.1f, 1e-4f);
	weights_release(&one);
	weights_release(&two);
}
END_TEST

SUITE("policy/critic", slopes_are_those_of_the_lower_value, slopes_see_efforts, slopes_see_slack,
      targets_are_the_lower_of_both_and_follow_slowly, learns_a_known_value, parts_of_a_batch_add_up,
      steps_are_scaled_down_to_the_largest_norm)
