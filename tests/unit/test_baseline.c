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
		float value[COUNT] = {0};

		draw_actions(actions, (uint64_t)round);
		envs_states(v, states);
		baseline_add(&spec, states, actions, COUNT, 1, value);
		ck_ok(envs_step(v, actions, &(struct envs_outcome){reward, shaping, next, worth}, &e), &e);
		for (int i = 0; i < COUNT; i++)
			ck_assert_float_eq_tol(value[i], reward[i] + shaping[i], round == 0 ? 1e-5f : 0.1f);
	}
	envs_free(v);
	free(states);
	free(next);
	free(actions);
}
END_TEST

START_TEST(its_gradient_is_that_of_small_differences)
{
	int s = env_state_size(&spec), a = env_action_size(&spec);
	float *states = mem_floats((size_t)(COUNT * s)), *actions = mem_floats((size_t)(COUNT * a));
	float *da = mem_floats((size_t)(COUNT * a)), h = 5e-3f;
	struct err e = ERR_INIT;
	struct envs *v;

	ck_ok(envs_new(&spec, COUNT, 4, &v, &e), &e);
	envs_states(v, states);
	draw_actions(actions, 9);
	baseline_slope(&spec, states, actions, COUNT, 2, da);
	for (int i = 0; i < COUNT; i++)
		for (int c = 0; c < a; c++) {
			float *x = &actions[i * a + c], at = *x, up = 0, down = 0;

			*x = at + h;
			baseline_add(&spec, states + i * s, actions + i * a, 1, 1, &up);
			*x = at - h;
			baseline_add(&spec, states + i * s, actions + i * a, 1, 1, &down);
			*x = at;
			ck_assert_msg(fabsf(da[i * a + c] / 2 - (up - down) / (2 * h)) < 2e-4f,
			              "instance %d, coordinate %d: %g, differences %g", i, c, (double)da[i * a + c] / 2,
			              (double)((up - down) / (2 * h)));
		}
	envs_free(v);
	free(states);
	free(actions);
	free(da);
}
END_TEST

SUITE("policy/baseline", it_is_for_structured_episodes, it_says_what_the_environment_then_pays,
      its_gradient_is_that_of_small_differences)
