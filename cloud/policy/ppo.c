#include "cloud/policy/ppo.h"

#include <math.h>
#include <string.h>

#include "cloud/policy/learner_internal.h"

#define EPOCHS        4
#define ENTROPY_BONUS 1e-3

/* One step of every environment into row t * envs of the rollout. */
static int live(struct learner *l, int t, struct err *e)
{
	int count = envs_count(l->envs), s = l->actor.shape.state, n = l->actor.shape.action, first = t * count;
	float *states = l->fresh.state + first * s, *actions = l->fresh.action + first * n;
	const struct gaussian *g = &l->actor.gaussian;
	int rc;

	envs_states(l->envs, states);
	memcpy(actions, actor_run(&l->actor, l->policy.w, states, count, &l->rng, true),
	       (size_t)(count * n) * sizeof(*actions));
	for (int i = 0; i < count; i++) {
		const float *mean = g->out + 2 * i * n, *raw = mean + n;
		float *pre = l->ppo.pre + (first + i) * n;

		for (int c = 0; c < n; c++)
			pre[c] = mean[c] +
			         expf(fminf(GAUSSIAN_LOG_SD_MAX, fmaxf(GAUSSIAN_LOG_SD_MIN, raw[c]))) * g->z[i * n + c];
		l->ppo.logp[first + i] = (float)ppo_density(n, mean, raw, pre);
	}
	rc = envs_step(l->envs, actions,
	               &(struct envs_outcome){l->fresh.reward + first, l->shaping, l->fresh.next + first * s,
	                                      l->fresh.worth + first},
	               e);
	for (int i = 0; i < count; i++) {
		l->ppo.cut[first + i] = envs_position(l->envs, i).round == 0;
		l->last.reward += (double)l->fresh.reward[first + i] / (count * LEARNER_ROLLOUT);
		l->fresh.reward[first + i] += l->shaping[i];
	}
	return rc;
}

static void values(struct learner *l, int t, const float *states, float *out)
{
	int count = envs_count(l->envs), first = t * count;

	memcpy(out + first,
	       mlp_forward(&l->value, l->value_weights.w, states + first * l->actor.shape.state, count),
	       (size_t)count * sizeof(*out));
}

static void estimate(struct learner *l)
{
	int count = envs_count(l->envs), rows = count * LEARNER_ROLLOUT;
	double mean = 0, square = 0;
	struct ppo_rows *p = &l->ppo;

	for (int t = 0; t < LEARNER_ROLLOUT; t++) {
		values(l, t, l->fresh.state, p->goal);
		values(l, t, l->fresh.next, p->next_value);
	}
	for (int i = 0; i < count; i++)
		ppo_advantages(LEARNER_ROLLOUT, count, l->fresh.reward + i, l->fresh.worth + i, p->goal + i,
		               p->next_value + i, p->cut + i, p->advantage + i);
	l->last.value = 0;
	for (int i = 0; i < rows; i++) {
		l->last.value += (double)p->goal[i] / rows;
		p->goal[i] += p->advantage[i];
		mean += (double)p->advantage[i] / rows;
		square += (double)p->advantage[i] * (double)p->advantage[i] / rows;
	}
	for (int i = 0; i < rows; i++)
		p->advantage[i] =
		    (float)(((double)p->advantage[i] - mean) / (sqrt(fmax(0, square - mean * mean)) + 1e-8));
}

static void improve_policy(struct learner *l, const uint32_t *rows, int n)
{
	struct gaussian *g = &l->actor.gaussian;
	int a = l->actor.shape.action;
	const float *out = mlp_forward(&g->net, l->policy.w, l->batch.state, n);

	for (int i = 0; i < n; i++) {
		const float *mean = out + 2 * i * a;
		float *dmean = g->dout + 2 * i * a;

		ppo_sample(a, mean, mean + a, l->ppo.pre + rows[i] * (uint32_t)a, (double)l->ppo.logp[rows[i]],
		           (double)l->ppo.advantage[rows[i]], ENTROPY_BONUS, 1.0 / n, dmean, dmean + a);
	}
	mlp_backward(&g->net, l->policy.w,
	             &(struct mlp_back){.x = l->batch.state, .dy = g->dout, .batch = n, .grads = l->policy.g});
	weights_step(&l->policy, l->spec.actor_rate * learner_decay(l), 0.5);
}

static void improve_value(struct learner *l, const uint32_t *rows, int n)
{
	const float *v = mlp_forward(&l->value, l->value_weights.w, l->batch.state, n);

	l->last.critic_loss = 0;
	for (int i = 0; i < n; i++) {
		float off = v[i] - l->ppo.goal[rows[i]];

		l->last.critic_loss += (double)off * (double)off / n;
		l->goal[i] = 2 * off / (float)n;
	}
	mlp_backward(
	    &l->value, l->value_weights.w,
	    &(struct mlp_back){.x = l->batch.state, .dy = l->goal, .batch = n, .grads = l->value_weights.g});
	weights_step(&l->value_weights, l->spec.critic_rate * learner_decay(l), LEARNER_GRADIENT_MAX);
}

static int update(struct learner *l, struct err *e)
{
	int count = envs_count(l->envs), rows = count * LEARNER_ROLLOUT, s = l->actor.shape.state;

	l->last.reward = 0;
	for (int t = 0; t < LEARNER_ROLLOUT; t++) {
		int rc = live(l, t, e);

		if (rc)
			return rc;
	}
	l->env_steps += rows;
	estimate(l);
	for (int i = 0; i < rows; i++)
		l->ppo.order[i] = (uint32_t)i;
	for (int epoch = 0; epoch < EPOCHS; epoch++) {
		rng_shuffle(&l->rng, l->ppo.order, (size_t)rows);
		for (int at = 0; at < rows; at += l->spec.batch) {
			int n = rows - at < l->spec.batch ? rows - at : l->spec.batch;

			for (int i = 0; i < n; i++)
				memcpy(l->batch.state + i * s, l->fresh.state + l->ppo.order[at + i] * (uint32_t)s,
				       (size_t)s * sizeof(float));
			improve_policy(l, l->ppo.order + at, n);
			improve_value(l, l->ppo.order + at, n);
		}
	}
	l->done++;
	if (!isfinite(l->last.critic_loss))
		return err_set(e, E_STATE, "update %lld: the values are not finite", (long long)l->done);
	return 0;
}

const struct algorithm algorithm_ppo = {
    .name = "ppo",
    .gaussian = true,
    .on_policy = true,
    .defaults = {.hidden = 256,
                 .steps = 1,
                 .batch = 256,
                 .envs = 64,
                 .replay = 1,
                 .actor_rate = 3e-4,
                 .critic_rate = 1e-3},
    .update = update,
};
