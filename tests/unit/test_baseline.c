#include "cloud/policy/baseline.h"

#include <math.h>

#include "cloud/policy/envs.h"
#include "common/base/rng.h"
#include "tests/support/suite.h"

#define COUNT 16

static const struct env_spec spec = {.types = 3, .endogenous = true};

static void draw_actions(float *actions, uint64_t seed)
{
	struct rng r;

	rng_seed(&r, seed, 1);
	for (int i = 0; i < COUNT * env_action_size(&spec); i++)
		actions[i] = (float)rng_uniform(&r, -0.9, 0.9);
}

START_TEST(it_is_for_structured_episodes)
{
	ck_assert(baseline_fits(&spec));
	ck_assert(!baseline_fits(&(struct env_spec){.types = 3}));
	ck_assert(!baseline_fits(&(struct env_spec){.types = 3, .endogenous = true, .direct = true}));
	ck_assert(!baseline_fits(
	    &(struct env_spec){.types = 3, .endogenous = true, .participation = PARTICIPATION_PER_PERIOD}));
}
END_TEST

/* Exact in the first round; later only the types of fresh edges are guessed. */
START_TEST(it_says_what_the_environment_then_pays)
{
	int s = env_state_size(&spec), a = env_action_size(&spec);
	float *states = mem_floats((size_t)(COUNT * s)), *next = mem_floats((size_t)(COUNT * s));
	float *actions = mem_floats((size_t)(COUNT * a)), reward[COUNT], shaping[COUNT], worth[COUNT];
	struct err e = ERR_INIT;
	struct envs *v;

	ck_ok(envs_new(&spec, COUNT, 3, &v, &e), &e);
	for (int round = 0; round < ENV_ROUNDS; round++) {
		float value[COUNT], staying[COUNT * 3];

		draw_actions(actions, (uint64_t)round);
		envs_states(v, states);
		baseline_look(&spec, states, actions, COUNT, value, staying);
		ck_ok(envs_step(v, actions, &(struct envs_outcome){reward, shaping, next, worth}, &e), &e);
		for (int i = 0; i < COUNT; i++) {
			ck_assert_float_eq_tol(value[i], reward[i] + shaping[i], round == 0 ? 1e-5f : 0.1f);
			for (int k = 0; k < 3; k++)
				ck_assert(fabsf(staying[3 * i + k]) <= 1);
			ck_assert(staying[3 * i] < staying[3 * i + 2]); /* rents rise with the type */
		}
	}
	envs_free(v);
	free(states);
	free(next);
	free(actions);
}
END_TEST

/* 2 * value + 0.5 * staying[0] - staying[1] + 1.5 * staying[2] of one problem. */
static double mixed(const float *state, const float *action)
{
	float value, staying[3];

	baseline_look(&spec, state, action, 1, &value, staying);
	return 2 * (double)value + 0.5 * (double)staying[0] - (double)staying[1] + 1.5 * (double)staying[2];
}

START_TEST(its_gradient_is_that_of_small_differences)
{
	int s = env_state_size(&spec), a = env_action_size(&spec);
	float *states = mem_floats((size_t)(COUNT * s)), *actions = mem_floats((size_t)(COUNT * a));
	float *da = mem_floats((size_t)(COUNT * a)), by_staying[3 * COUNT], h = 5e-3f;
	struct err e = ERR_INIT;
	struct envs *v;

	ck_ok(envs_new(&spec, COUNT, 4, &v, &e), &e);
	envs_states(v, states);
	draw_actions(actions, 9);
	for (int i = 0; i < COUNT; i++) {
		by_staying[3 * i] = 0.5f;
		by_staying[3 * i + 1] = -1;
		by_staying[3 * i + 2] = 1.5f;
	}
	baseline_slope(&spec, states, actions, COUNT, 2, by_staying, da);
	for (int i = 0; i < COUNT * a; i++) {
		const float *state = states + i / a * s, *action = actions + i / a * a;
		float at = actions[i];
		double up, down, want;

		actions[i] = at + h;
		up = mixed(state, action);
		actions[i] = at - h;
		down = mixed(state, action);
		actions[i] = at;
		want = (up - down) / (2 * (double)h);
		ck_assert_msg(fabs((double)da[i] - want) < 2e-3 * (1 + fabs(want)),
		              "coordinate %d: %g, differences %g", i, (double)da[i], want);
	}
	envs_free(v);
	free(states);
	free(actions);
	free(da);
}
END_TEST

SUITE("policy/baseline", it_is_for_structured_episodes, it_says_what_the_environment_then_pays,
      its_gradient_is_that_of_small_differences)
