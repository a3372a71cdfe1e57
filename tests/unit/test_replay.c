#include "cloud/policy/replay.h"

#include <string.h>

#include "tests/support/suite.h"

static void add(struct replay *r, float v)
{
	float state[2] = {v, -v}, action[1] = {v / 2}, reward[1] = {10 * v}, worth[1] = {0.5f},
	      next[2] = {v + 1, 0};

	replay_add(r, &(struct replay_batch){state, action, reward, worth, next}, 1);
}

START_TEST(draws_whole_steps_and_forgets_the_oldest)
{
	float state[400], action[200], reward[200], worth[200], next[400];
	int seen[8] = {0};
	struct replay r;
	struct err e = ERR_INIT;
	struct rng rng;

	ck_ok(replay_init(&r, 2, 1, 5, &e), &e);
	for (int i = 0; i < 8; i++)
		add(&r, (float)i);
	ck_assert_uint_eq(r.used, 5);
	rng_seed(&rng, 1, 1);
	replay_draw(&r, &rng, 200, &(struct replay_batch){state, action, reward, worth, next});
	for (int i = 0; i < 200; i++) {
		float v = state[2 * i];

		seen[(int)v]++;
		ck_assert_float_eq(state[2 * i + 1], -v);
		ck_assert_float_eq(action[i], v / 2);
		ck_assert_float_eq(reward[i], 10 * v);
		ck_assert_float_eq(worth[i], 0.5f);
		ck_assert_float_eq(next[2 * i], v + 1);
	}
	for (int i = 0; i < 8; i++)
		ck_assert_msg(i < 3 ? seen[i] == 0 : seen[i] > 15, "step %d was drawn %d times", i, seen[i]);
	replay_release(&r);
}
END_TEST

START_TEST(sizes_are_limited)
{
	struct err e = ERR_INIT;
	struct replay r;

	ck_fails(replay_init(&r, 2, 1, 0, &e), E_LIMIT, &e, "0 steps");
	ck_fails(replay_init(&r, 100, 100, (size_t)1 << 40, &e), E_LIMIT, &e, "accepted: 1 to");
}
END_TEST

SUITE("policy/replay", draws_whole_steps_and_forgets_the_oldest, sizes_are_limited)
