/* Steps that were taken in earnest, beside those of the environments. */
#include <math.h>

#include "cloud/policy/learner_internal.h"

#define FIELD_SHARE 8 /* one row of so many in a batch */

static bool all_finite(const float *v, int n)
{
	for (int i = 0; i < n; i++)
		if (!isfinite(v[i]))
			return false;
	return true;
}

/* In the unit that the critics learn; a state tells the instance well enough. */
static int earnings(const struct env_spec *env, const float *state, float *reward, struct err *e)
{
	struct instance in = {.participation = env->participation};
	double gain = 0;
	int rc;

	if (!env->relative)
		return 0;
	env_decode(env->types, state, &in);
	rc = env_gain(&in, (double)*reward, &gain, e);
	*reward = (float)gain;
	return rc;
}

int learner_remember(struct learner *l, const float *state, const float *action, float reward,
                     const float *next, struct err *e)
{
	const struct actor_shape *s = &l->actor.shape;
	const struct env_spec *env = &l->spec.env;
	float worth = 0, earned = reward;
	struct replay_batch step = {.reward = &earned, .worth = &worth};
	int rc;

	if (l->algorithm->on_policy || env->direct || env->endogenous)
		return err_set(
		    e, E_INVALID,
		    "%s with %s actions and %s dynamics does not learn from the field (accepted: structured "
		    "and exogenous, with a replay buffer)",
		    l->algorithm->name, env->direct ? "direct" : "structured",
		    env->endogenous ? "endogenous" : "exogenous");
	if (!all_finite(state, s->state) || !all_finite(action, s->action) || !all_finite(next, s->state) ||
	    !isfinite(reward))
		return err_set(e, E_INVALID, "a step of the field with numbers that are not finite");
	rc = earnings(env, state, &earned, e);
	if (rc == 0 && !l->field.rows)
		rc = replay_init(&l->field, s->state, s->action, LEARNER_FIELD_MAX, e);
	if (rc)
		return rc;
	/* replay_add() only reads */
	step.state = (float *)(uintptr_t)state;
	step.action = (float *)(uintptr_t)action;
	step.next = (float *)(uintptr_t)next;
	replay_add(&l->field, &step, 1);
	return 0;
}

void learner_reseed(struct learner *l, uint64_t seed)
{
	rng_seed(&l->rng, l->spec.seed ^ rng_u64(&l->rng), seed);
}

size_t learner_remembered(const struct learner *l)
{
	return l->field.used;
}

void learner_draw_field(struct learner *l)
{
	if (l->field.used > 0)
		replay_draw(&l->field, &l->rng, l->spec.batch / FIELD_SHARE, &l->batch);
}
