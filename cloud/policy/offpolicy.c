/* The update that EDMSAC, DMSAC and SAC share: act, remember, value, improve. */
#include <math.h>
#include <string.h>

#include "cloud/policy/learner_internal.h"

#define WARM_UP_BATCHES  8      /* of random actions, before the first update */
#define TAU              0.02  /* how fast targets follow */
#define TEMPERATURE_RATE 3e-3   /* of the log temperature, towards the target entropy */
#define ENTROPY_TARGET   (-2.0) /* a coordinate; the box's uniform distribution has log 2 */

static void explore(struct learner *l, bool random)
{
	int n = envs_count(l->envs) * l->actor.shape.action;
	double sd = l->spec.explore * fmax(0.1, 1 - (double)l->done / (double)l->spec.updates);

	if (random) {
		for (int i = 0; i < n; i++)
			l->fresh.action[i] = (float)rng_uniform(&l->rng, -1, 1);
		return;
	}
	memcpy(l->fresh.action,
	       actor_run(&l->actor, learner_acting(l), l->fresh.state, envs_count(l->envs), &l->rng, false),
	       (size_t)n * sizeof(float));
	for (int i = 0; i < n; i++) {
		float a = l->fresh.action[i] + (sd > 0 ? (float)(sd * rng_normal(&l->rng)) : 0);

		l->fresh.action[i] = a > 1 ? 1 : a < -1 ? -1 : a;
	}
}

static int live(struct learner *l, bool random, struct err *e)
{
	int count = envs_count(l->envs), rc;

	envs_states(l->envs, l->fresh.state);
	explore(l, random);
	rc = envs_step(l->envs, l->fresh.action,
	               &(struct envs_outcome){l->fresh.reward, l->shaping, l->fresh.next, l->fresh.worth}, e);
	if (rc)
		return rc;
	l->env_steps += count;
	l->last.reward = 0;
	for (int i = 0; i < count; i++) {
		l->last.reward += (double)l->fresh.reward[i] / count;
		l->fresh.reward[i] += l->shaping[i];
	}
	replay_add(&l->replay, &l->fresh, count);
	return 0;
}

/* goal = reward, and what the next state is worth to the target networks. */
static void set_goals(struct learner *l)
{
	int n = l->spec.batch;
	double temperature = exp(l->log_temperature);
	const struct replay_batch *b = &l->batch;
	bool follows = false;
	const float *next;

	memcpy(l->goal, b->reward, (size_t)n * sizeof(*l->goal));
	for (int i = 0; i < n; i++)
		follows = follows || b->worth[i] > 0;
	if (!follows)
		return;
	next = actor_run(&l->actor, l->pruning ? l->spoken[1] : l->policy.target, b->next, n, &l->rng, true);
	if (l->spec.temperature > 0)
		actor_entropy_cost(&l->actor, n, l->cost);
	critic_target(&l->critic, b->next, next, n, l->da);
	for (int i = 0; i < n; i++) {
		double entropy = l->spec.temperature > 0 ? -temperature * (double)l->cost[i] : 0;

		l->goal[i] += b->worth[i] * (l->da[i] + (float)entropy);
	}
}

/* The temperature rises while the policy is more certain than the target asks. */
static void set_temperature(struct learner *l)
{
	int n = l->spec.batch;
	double entropy = 0;

	actor_entropy_cost(&l->actor, n, l->cost);
	for (int i = 0; i < n; i++)
		entropy -= (double)l->cost[i] / n;
	l->last.entropy = entropy;
	entropy = fmax(-10, fmin(10, entropy / l->actor.shape.action - ENTROPY_TARGET));
	l->log_temperature = fmax(-15, l->log_temperature - TEMPERATURE_RATE * entropy);
	l->last.temperature = exp(l->log_temperature);
}

static void improve(struct learner *l)
{
	int n = l->spec.batch;
	bool soft = l->spec.temperature > 0;
	float weight = soft ? (float)(exp(l->log_temperature) / n) : 0;
	const float *params = learner_acting(l);
	const float *actions = actor_run(&l->actor, params, l->batch.state, n, &l->rng, true);

	l->last.value = critic_slope(&l->critic, l->batch.state, actions, n, l->da);
	if (soft)
		set_temperature(l);
	actor_backward(&l->actor, params, l->batch.state, n, l->da, weight, l->policy.g);
	if (l->pruning)
		prune_pull(&l->prune, &l->actor.diffusion, l->policy.w, l->policy.g);
	weights_step(&l->policy, l->spec.actor_rate * learner_decay(l), LEARNER_GRADIENT_MAX);
	weights_follow(&l->policy, TAU);
	for (int i = 0; i < 2; i++)
		weights_follow(&l->critic.q[i], TAU);
}

int offpolicy_update(struct learner *l, struct err *e)
{
	int n = l->spec.batch, rc = 0;

	while (rc == 0 && l->replay.used < (size_t)n * WARM_UP_BATCHES && l->replay.used < l->replay.capacity)
		rc = live(l, true, e);
	if (rc == 0)
		rc = live(l, false, e);
	if (rc)
		return rc;
	replay_draw(&l->replay, &l->rng, n, &l->batch);
	set_goals(l);
	l->last.critic_loss = critic_learn(&l->critic, l->batch.state, l->batch.action, l->goal, n,
	                                   l->spec.critic_rate * learner_decay(l));
	improve(l);
	l->done++;
	if (!isfinite(l->last.critic_loss) || !isfinite(l->last.value))
		return err_set(e, E_STATE, "update %lld: the critics' values are not finite", (long long)l->done);
	return 0;
}
