#include "cloud/policy/envs.h"

#include <math.h>
#include <string.h>

#include "cloud/policy/benchmarks.h"
#include "cloud/policy/potential.h"
#include "common/base/rng.h"
#include "common/contract/choice.h"
#include "tests/support/suite.h"

#define COUNT 5

/* One environment vector with room for what a step says. */
struct world {
	struct envs *v;
	float *states, *actions, *next, *reward, *shaping, *worth;
	int s, a;
};

static struct world world_new(const struct env_spec *spec, uint64_t seed)
{
	struct world w = {.s = env_state_size(spec), .a = env_action_size(spec)};
	struct err e = ERR_INIT;

	ck_ok(envs_new(spec, COUNT, seed, &w.v, &e), &e);
	w.states = mem_floats((size_t)(COUNT * w.s));
	w.next = mem_floats((size_t)(COUNT * w.s));
	w.actions = mem_floats((size_t)(COUNT * w.a));
	w.reward = mem_floats(COUNT);
	w.shaping = mem_floats(COUNT);
	w.worth = mem_floats(COUNT);
	return w;
}

static void world_free(struct world *w)
{
	envs_free(w->v);
	free(w->states);
	free(w->next);
	free(w->actions);
	free(w->reward);
	free(w->shaping);
	free(w->worth);
}

static void step(struct world *w, struct rng *r)
{
	struct err e = ERR_INIT;

	for (int i = 0; i < COUNT * w->a; i++)
		w->actions[i] = (float)rng_uniform(r, -1, 1);
	ck_ok(envs_step(w->v, w->actions, &(struct envs_outcome){w->reward, w->shaping, w->next, w->worth}, &e),
	      &e);
	envs_states(w->v, w->states);
}

START_TEST(rewards_are_realised_profits)
{
	const struct env_spec specs[] = {
	    {.types = 3}, {.types = 2, .direct = true}, {.types = 3, .observed = true}};
	struct err e = ERR_INIT;

	for (size_t c = 0; c < ARRAY_LEN(specs); c++) {
		struct world w = world_new(&specs[c], 1);
		struct instance truth[COUNT], seen[COUNT];
		struct rng r;

		rng_seed(&r, 1, c);
		for (int i = 0; i < COUNT; i++) {
			truth[i] = *envs_truth(w.v, i);
			seen[i] = *envs_seen(w.v, i);
		}
		step(&w, &r);
		for (int i = 0; i < COUNT; i++) {
			struct menu m;
			double want;

			ck_ok(env_menu(&specs[c], w.actions + i * w.a, &seen[i], &m, &e), &e);
			want = menu_realised_profit(&m, &truth[i]) / env_scale(&truth[i]);
			ck_assert_double_eq_tol((double)w.reward[i], want, 1e-6);
			ck_assert_float_eq(w.worth[i], 0);
			ck_assert_float_eq(w.shaping[i], 0);
			ck_assert(memcmp(&truth[i], envs_truth(w.v, i), sizeof(truth[i])) != 0);
		}
		world_free(&w);
	}
}
END_TEST

START_TEST(episodes_keep_their_instance_for_twenty_rounds)
{
	const struct env_spec spec = {.types = 2, .endogenous = true};
	struct world w = world_new(&spec, 3);
	struct instance first = *envs_truth(w.v, 0);
	struct rng r;

	rng_seed(&r, 2, 2);
	for (int round = 1; round < ENV_ROUNDS; round++) {
		step(&w, &r);
		ck_assert_int_eq(envs_position(w.v, 0).round, round);
		ck_assert_mem_eq(&first.terms, &envs_truth(w.v, 0)->terms, sizeof(first.terms));
		ck_assert_float_eq_tol(w.worth[0], 0.95f, 1e-7f);
		ck_assert_mem_eq(w.next, w.states, (size_t)w.s * sizeof(float));
	}
	ck_assert_double_lt(envs_position(w.v, 0).active, 1);
	step(&w, &r);
	ck_assert_int_eq(envs_position(w.v, 0).round, 0);
	ck_assert_double_eq(envs_position(w.v, 0).active, 1);
	ck_assert_float_eq(w.worth[0], 0); /* over */
	ck_assert(memcmp(w.next, w.states, (size_t)w.s * sizeof(float)) != 0);
	world_free(&w);
}
END_TEST

/* Over an episode the shaping adds up to minus the forecast at its start, whatever was done: it cannot make
 * another policy the best one. */
START_TEST(shaping_adds_up_to_the_forecast)
{
	const struct env_spec spec = {.types = 3, .endogenous = true};
	double sum[COUNT] = {0}, worth = 1;
	struct world w = world_new(&spec, 6);
	struct potential p[COUNT];
	struct rng r;

	rng_seed(&r, 2, 4);
	for (int i = 0; i < COUNT; i++)
		potential_init(&p[i], envs_truth(w.v, i));
	for (int round = 0; round < ENV_ROUNDS; round++, worth *= ENV_GAMMA) {
		double want[COUNT];

		for (int i = 0; i < COUNT; i++)
			want[i] = potential_at(&p[i], envs_truth(w.v, i)->prior,
			                       &(struct env_moment){envs_position(w.v, i).active, ENV_ROUNDS - round});
		for (int i = 0; round == 0 && i < COUNT; i++)
			sum[i] = want[i];
		step(&w, &r);
		for (int i = 0; i < COUNT; i++)
			sum[i] += worth * (double)w.shaping[i];
		if (round == ENV_ROUNDS - 1)
			for (int i = 0; i < COUNT; i++)
				ck_assert_double_eq_tol((double)w.shaping[i], -want[i], 1e-6);
	}
	for (int i = 0; i < COUNT; i++)
		ck_assert_double_eq_tol(sum[i], 0, 1e-5);
	world_free(&w);
}
END_TEST

START_TEST(what_is_seen_are_sound_estimates)
{
	const struct env_spec spec = {.types = 4, .endogenous = true, .observed = true};
	struct world w = world_new(&spec, 4);
	double off = 0;
	struct err e = ERR_INIT;
	struct rng r;

	rng_seed(&r, 2, 3);
	for (int round = 0; round < 30; round++) {
		for (int i = 0; i < COUNT; i++) {
			ck_ok(instance_check(envs_seen(w.v, i), &e), &e);
			off += fabs(envs_seen(w.v, i)->prior[0] - envs_truth(w.v, i)->prior[0]) / (30 * COUNT);
			ck_assert_double_eq(envs_seen(w.v, i)->alpha, envs_truth(w.v, i)->alpha);
		}
		step(&w, &r);
	}
	ck_assert_double_gt(off, 0.01); /* sampling error of 8 to 64 edges */
	ck_assert_double_lt(off, 0.1);
	world_free(&w);
}
END_TEST

START_TEST(a_restored_position_goes_on_alike)
{
	const struct env_spec spec = {.types = 3, .endogenous = true, .observed = true};
	struct world one = world_new(&spec, 5), two = world_new(&spec, 5);
	struct env_position at;
	struct err e = ERR_INIT;
	struct rng r, same;

	rng_seed(&r, 3, 3);
	for (int i = 0; i < 33; i++)
		step(&one, &r);
	for (int i = 0; i < COUNT; i++) {
		at = envs_position(one.v, i);
		ck_ok(envs_restore(two.v, i, &at, &e), &e);
	}
	same = r;
	for (int i = 0; i < 30; i++) {
		step(&one, &r);
		step(&two, &same);
		ck_assert_mem_eq(one.reward, two.reward, COUNT * sizeof(float));
		ck_assert_mem_eq(one.states, two.states, (size_t)(COUNT * one.s) * sizeof(float));
	}
	world_free(&one);
	world_free(&two);
}
END_TEST

START_TEST(seeds_draw_different_problems_and_bad_positions_are_refused)
{
	const struct env_spec spec = {.types = 2, .endogenous = true};
	struct world one = world_new(&spec, 1), two = world_new(&spec, 2);
	struct env_position at = envs_position(one.v, 0);
	struct envs *none;
	struct err e = ERR_INIT;

	ck_assert_double_ne(envs_truth(one.v, 0)->alpha, envs_truth(two.v, 0)->alpha);
	ck_assert_double_ne(envs_truth(one.v, 0)->alpha, envs_truth(one.v, 1)->alpha);
	at.active = NAN;
	ck_fails(envs_restore(one.v, 0, &at, &e), E_INVALID, &e, "environment 0");
	at.active = 1;
	at.round = ENV_ROUNDS;
	ck_fails(envs_restore(one.v, 0, &at, &e), E_INVALID, &e, "environment 0");
	at.round = 0;
	at.prior[1] = -1;
	ck_fails(envs_restore(one.v, 0, &at, &e), E_INVALID, &e, "environment 0");
	ck_fails(envs_new(&(struct env_spec){.types = 11}, 1, 1, &none, &e), E_INVALID, &e, "1 to 10");
	ck_fails(envs_new(&spec, 0, 1, &none, &e), E_LIMIT, &e, "0 environments");
	world_free(&one);
	world_free(&two);
}
END_TEST

/* Learners of relative rewards are told the gain over the static menu; the reward itself stays. A state tells
 * the instance well enough for it. */
START_TEST(relative_rewards_are_gains_over_the_static_menu)
{
	const struct env_spec spec = {.types = 3, .relative = true, .priced = true, .again = 2};
	const struct policy yardstick = {.ops = &policy_static};
	struct world w = world_new(&spec, 1);
	struct instance truth[COUNT], decoded;
	struct err e = ERR_INIT;
	struct menu m;
	double gain;
	struct rng r;

	for (int i = 0; i < COUNT; i++)
		truth[i] = *envs_truth(w.v, i);
	envs_states(w.v, w.states);
	rng_seed(&r, 5, 1);
	for (int i = 0; i < COUNT; i++) {
		ck_ok(policy_solve(&yardstick, &truth[i], &m, &e), &e);
		ck_ok(env_gain(&truth[i], menu_profit(&m, &truth[i]) / env_scale(&truth[i]), &gain, &e), &e);
		ck_assert_double_eq_tol(gain, 0, 1e-9);
		ck_ok(env_gain(&truth[i], 1.1 * menu_profit(&m, &truth[i]) / env_scale(&truth[i]), &gain, &e), &e);
		ck_assert_double_eq_tol(gain, 1, 1e-9);
		env_decode(3, w.states + i * w.s, &decoded);
		ck_ok(env_gain(&decoded, 1.1 * menu_profit(&m, &truth[i]) / env_scale(&truth[i]), &gain, &e), &e);
		ck_assert_double_eq_tol(gain, 1, 1e-3);
	}
	step(&w, &r);
	for (int i = 0; i < COUNT; i++) {
		ck_ok(env_gain(&truth[i], (double)w.reward[i], &gain, &e), &e);
		ck_assert_double_eq_tol((double)(w.reward[i] + w.shaping[i]), gain, 1e-4);
		/* What went badly comes again. */
		ck_assert_int_eq(envs_position(w.v, i).round, gain < -1);
		ck_assert_int_eq(memcmp(envs_truth(w.v, i), &truth[i], sizeof(truth[i])) == 0, gain < -1);
	}
	for (int i = 0; i < 50; i++) {
		step(&w, &r);
		for (int k = 0; k < COUNT; k++)
			ck_assert_int_le(envs_position(w.v, k).round, 2);
	}
	world_free(&w);
}
END_TEST

SUITE("policy/envs", rewards_are_realised_profits, episodes_keep_their_instance_for_twenty_rounds,
      shaping_adds_up_to_the_forecast, what_is_seen_are_sound_estimates, a_restored_position_goes_on_alike,
      seeds_draw_different_problems_and_bad_positions_are_refused,
      relative_rewards_are_gains_over_the_static_menu)
