/* Steps of the field in a learner's batches. */
#include <math.h>

#include "cloud/policy/learner_internal.h"
#include "tests/support/suite.h"

static struct learner *small(const char *algorithm, bool direct, bool endogenous)
{
	struct learner_spec s;
	struct learner *l = NULL;
	struct err e = ERR_INIT;

	ck_ok(learner_defaults(algorithm, &s, &e), &e);
	s.env.types = 2;
	s.env.direct = direct;
	s.env.endogenous = endogenous;
	s.hidden = 8;
	s.steps = 2;
	s.batch = 32;
	s.envs = 4;
	s.replay = 400;
	s.updates = 50;
	ck_ok(learner_new(&s, &l, &e), &e);
	return l;
}

static int remember(struct learner *l, float reward, struct err *e)
{
	float state[ENV_STATE_MAX] = {7}, action[ENV_ACTION_MAX] = {0.5f}, next[ENV_STATE_MAX] = {9};

	return learner_remember(l, state, action, reward, next, e);
}

START_TEST(an_eighth_of_a_batch_is_of_the_field)
{
	struct learner *l = small("edmsac", false, false);
	struct learner_report r;
	struct err e = ERR_INIT;
	int n = 0;

	ck_ok(learner_update(l, &r, &e), &e);
	ck_assert_uint_eq(learner_remembered(l), 0);
	ck_ok(remember(l, 0.25f, &e), &e);
	ck_assert_uint_eq(learner_remembered(l), 1);
	ck_ok(learner_update(l, &r, &e), &e);
	for (int i = 0; i < 32; i++) {
		const float *state = l->batch.state + i * l->actor.shape.state;

		if (state[0] < 6.5f)
			continue;
		n++;
		ck_assert_float_eq(l->batch.reward[i], 0.25f);
		ck_assert_float_eq(l->batch.worth[i], 0);
		ck_assert_float_eq(l->batch.action[i * l->actor.shape.action], 0.5f);
	}
	ck_assert_int_eq(n, 4);
	for (int i = 0; i < LEARNER_FIELD_MAX + 5; i++)
		ck_ok(remember(l, 0.1f, &e), &e);
	ck_assert_uint_eq(learner_remembered(l), LEARNER_FIELD_MAX);
	learner_free(l);
}
END_TEST

START_TEST(what_cannot_be_learned_from_is_refused)
{
	struct learner *l = small("ppo", false, false);
	struct err e = ERR_INIT;

	ck_fails(remember(l, 0, &e), E_INVALID, &e, "ppo");
	learner_free(l);
	l = small("dmsac", true, false);
	ck_fails(remember(l, 0, &e), E_INVALID, &e, "direct actions");
	learner_free(l);
	l = small("edmsac", false, true);
	ck_fails(remember(l, 0, &e), E_INVALID, &e, "endogenous dynamics");
	learner_free(l);
	l = small("edmsac", false, false);
	ck_fails(remember(l, NAN, &e), E_INVALID, &e, "not finite");
	ck_assert_uint_eq(learner_remembered(l), 0);
	learner_free(l);
}
END_TEST

START_TEST(other_chances_give_other_weights)
{
	struct learner *a = small("edmsac", false, false), *b = small("edmsac", false, false);
	struct learner_report r;
	struct err e = ERR_INIT;

	learner_reseed(b, 1);
	for (int i = 0; i < 2; i++) {
		ck_ok(learner_update(a, &r, &e), &e);
		ck_ok(learner_update(b, &r, &e), &e);
	}
	ck_assert_float_ne(learner_actor_params(a)[0], learner_actor_params(b)[0]);
	learner_free(a);
	learner_free(b);
}
END_TEST

SUITE("policy/field", an_eighth_of_a_batch_is_of_the_field, what_cannot_be_learned_from_is_refused,
      other_chances_give_other_weights)
