/* The update that EDMSAC, DMSAC and SAC share: act, remember, value, improve. Each part is shared out among
 * the learner's workers; what lies between the parts is the caller's alone. */
#include <math.h>
#include <string.h>

#include "cloud/policy/baseline.h"
#include "cloud/policy/learner_internal.h"
#include "cloud/policy/logit.h"

#define WARM_UP_BATCHES  8     /* of random actions, before the first update */
#define TAU              0.02  /* how fast targets follow */
#define TEMPERATURE_RATE 3e-3  /* of the log temperature, towards the target entropy */
#define TAU_WIDE         0.03  /* of the model's choices (logit.h) at the start, falling in proportion */
#define TAU_SHARP        0.002 /* to this when that */
#define TAU_SHARP_AT     0.7   /* share of the planned updates is done */

/* 0 at the start, 1 from TAU_SHARP_AT on. */
static double sharpening(const struct learner *l)
{
	return fmin(1, (double)l->done / (double)l->spec.updates / TAU_SHARP_AT);
}

static float model_tau(const struct learner *l)
{
	return (float)(TAU_WIDE * pow(TAU_SHARP / TAU_WIDE, sharpening(l)));
}

/* One part of an update at work, and the rows of a batch that are worker `i`'s. */
struct part {
	struct learner *l;
	bool random; /* actions, of the warm-up */
};

static int rows_of(const struct learner *l, int n, int worker, int *first)
{
	return crew_share(n, l->lanes.workers, worker, first);
}

/* ---- act ----------------------------------------------------------------------------------------- */

static void explore(struct learner *l, struct lane *x, int first, int count, bool random)
{
	int width = l->actor.shape.action, n = count * width;
	double progress = fmin(1, (double)l->done / (double)l->spec.updates);
	double sd = l->spec.explore + (l->spec.explore_end - l->spec.explore) * progress;
	float *action = l->fresh.action + first * width;
	const float *state = l->fresh.state + first * l->actor.shape.state;

	if (random) {
		for (int i = 0; i < n; i++)
			action[i] = (float)rng_uniform(&x->rng, -1, 1);
		return;
	}
	memcpy(action, actor_run(x->actor, learner_acting(l), state, count, &x->rng, false),
	       (size_t)n * sizeof(float));
	for (int i = 0; i < n; i++) {
		float a = action[i] + (sd > 0 ? (float)(sd * rng_normal(&x->rng)) : 0);

		action[i] = a > 1 ? 1 : a < -1 ? -1 : a;
	}
}

static void live_some(void *arg, int worker)
{
	struct part *p = arg;
	struct learner *l = p->l;
	struct lane *x = &l->lanes.all[worker];
	int all = envs_count(l->envs), first, count = rows_of(l, all, worker, &first);

	envs_states_some(l->envs, first, count, l->fresh.state);
	explore(l, x, first, count, p->random);
	x->rc = envs_step_some(l->envs, first, count, l->fresh.action,
	                       &(struct envs_outcome){l->fresh.reward, l->shaping, l->fresh.next, l->fresh.worth},
	                       &x->err);
	x->reward = 0;
	for (int i = first; i < first + count; i++) {
		x->reward += (double)l->fresh.reward[i] / all;
		l->fresh.reward[i] += l->shaping[i];
	}
}

static int live(struct learner *l, bool random, struct err *e)
{
	for (int i = 0; i < l->lanes.workers; i++)
		rng_seed(&l->lanes.all[i].rng, rng_u64(&l->rng), (uint64_t)i);
	crew_run(l->lanes.crew, live_some, &(struct part){.l = l, .random = random});
	l->last.reward = 0;
	for (int i = 0; i < l->lanes.workers; i++) {
		const struct lane *x = &l->lanes.all[i];

		if (x->rc) {
			*e = x->err;
			return x->rc;
		}
		l->last.reward += x->reward;
	}
	replay_add(&l->replay, &l->fresh, envs_count(l->envs));
	l->env_steps += envs_count(l->envs);
	return 0;
}

/* ---- value --------------------------------------------------------------------------------------- */

/* What the critics are shown of actions, for the rows from `first` on: these themselves, or where a model
 * knows all but the later consequences of a round (baseline.h), who stays; l->model[] is then what it says.
 */
static const float *shown(struct learner *l, int first, int n, const float *states, const float *actions)
{
	float *staying = l->staying + first * l->spec.env.types;

	if (!l->modelled)
		return actions;
	baseline_look(&l->spec.env, states, actions, n, l->model + first, staying);
	return staying;
}

/* Without what the cloud's model says of direct actions, which the critics need not learn. */
static void take_model(struct learner *l, int first, int n)
{
	const float *state = l->batch.state + first * l->actor.shape.state;
	const float *action = l->batch.action + first * l->actor.shape.action;

	for (int i = 0; l->spec.model && i < n; i++)
		l->goal[first + i] -= logit_profit(l->spec.env.types, model_tau(l), state + i * l->actor.shape.state,
		                                   action + i * l->actor.shape.action);
}

/* goal = reward, and what the next state is worth to the target networks. */
static void set_goals(struct learner *l, struct lane *x, int first, int n)
{
	double temperature = exp(l->log_temperature);
	const struct replay_batch *b = &l->batch;
	const float *following = b->next + first * l->actor.shape.state, *next;
	float *worth_of_next = l->da + first * l->actor.shape.action;
	bool follows = false;

	memcpy(l->goal + first, b->reward + first, (size_t)n * sizeof(*l->goal));
	take_model(l, first, n);
	for (int i = first; i < first + n; i++)
		follows = follows || b->worth[i] > 0;
	if (!follows)
		return;
	next = actor_run(x->actor, l->pruning ? l->spoken[1] : l->policy.target, following, n, &x->rng, true);
	if (l->spec.temperature > 0)
		actor_entropy_cost(x->actor, n, l->cost + first);
	critic_target(x->critic, following, shown(l, first, n, following, next), n, worth_of_next);
	for (int i = 0; i < n; i++) {
		double entropy = l->spec.temperature > 0 ? -temperature * (double)l->cost[first + i] : 0;
		float model = l->modelled ? l->model[first + i] : 0;

		l->goal[first + i] += b->worth[first + i] * (worth_of_next[i] + model + (float)entropy);
	}
}

static void value_some(void *arg, int worker)
{
	struct learner *l = ((struct part *)arg)->l;
	struct lane *x = &l->lanes.all[worker];
	int first, n = rows_of(l, l->spec.batch, worker, &first);
	const float *state = l->batch.state + first * l->actor.shape.state, *actions;

	set_goals(l, x, first, n);
	actions = shown(l, first, n, state, l->batch.action + first * l->actor.shape.action);
	for (int i = first; l->modelled && i < first + n; i++)
		l->goal[i] -= l->model[i];
	x->loss = critic_gradients(x->critic, state, actions, l->goal + first, n, l->spec.batch);
}

/* One critic each, as far as there are workers. */
static void step_critics(void *arg, int worker)
{
	struct learner *l = ((struct part *)arg)->l;

	for (int i = worker; i < 2; i += l->lanes.workers) {
		lanes_add_critic(&l->lanes, i);
		critic_step(&l->critic, i, l->spec.critic_rate * learner_decay(l));
	}
}

/* ---- improve ------------------------------------------------------------------------------------- */

static void add_model(const struct learner *l, const float *state, const float *action, int n, float *da)
{
	for (int i = 0; l->spec.model && i < n; i++)
		logit_slope(l->spec.env.types, model_tau(l), state + i * l->actor.shape.state,
		            action + i * l->actor.shape.action, -1 / (float)l->spec.batch,
		            da + i * l->actor.shape.action);
}

/* l->da = gradient of minus the mean value, by the actions. The critics copy what they are shown, so the
 * gradient by it takes its place. */
static void slope(struct learner *l, struct lane *x, int first, int n, const float *actions)
{
	float *da = l->da + first * l->actor.shape.action, *by_staying = l->staying + first * l->spec.env.types;
	const float *state = l->batch.state + first * l->actor.shape.state,
	            *at = shown(l, first, n, state, actions);

	x->value = critic_slope(x->critic, state, at, n, l->spec.batch, l->modelled ? by_staying : da);
	add_model(l, state, actions, n, da);
	if (!l->modelled)
		return;
	baseline_slope(&l->spec.env, state, actions, n, -1 / (float)l->spec.batch, by_staying, da);
	for (int i = first; i < first + n; i++)
		x->value += (double)l->model[i] / l->spec.batch;
}

static void improve_some(void *arg, int worker)
{
	struct learner *l = ((struct part *)arg)->l;
	struct lane *x = &l->lanes.all[worker];
	int first, n = rows_of(l, l->spec.batch, worker, &first);
	bool soft = l->spec.temperature > 0;
	float weight = soft ? (float)(exp(l->log_temperature) / l->spec.batch) : 0;
	const float *params = learner_acting(l), *state = l->batch.state + first * l->actor.shape.state;
	float *da = l->da + first * l->actor.shape.action;
	const float *actions = actor_run(x->actor, params, state, n, &x->rng, true);

	slope(l, x, first, n, actions);
	x->entropy = 0;
	if (soft)
		actor_entropy_cost(x->actor, n, l->cost + first);
	for (int i = first; soft && i < first + n; i++)
		x->entropy -= (double)l->cost[i] / l->spec.batch;
	actor_backward(x->actor, params, state, n, da, weight, x->grads);
}

/* The actor, and the targets of one critic each, as far as there are workers. */
static void step_actor(void *arg, int worker)
{
	struct learner *l = ((struct part *)arg)->l;

	for (int i = worker; i < 3; i += l->lanes.workers) {
		if (i > 0) {
			weights_follow(&l->critic.q[i - 1], TAU);
			continue;
		}
		lanes_add_actor(&l->lanes);
		if (l->pruning)
			prune_pull(&l->prune, &l->actor.diffusion, l->policy.w, l->policy.g);
		weights_step(&l->policy, l->spec.actor_rate * learner_decay(l), LEARNER_GRADIENT_MAX);
		weights_follow(&l->policy, TAU);
	}
}

/* The temperature rises while the policy is more certain than the target asks. */
static void set_temperature(struct learner *l)
{
	double goal = l->spec.entropy + (l->spec.entropy_end - l->spec.entropy) * sharpening(l);
	double over = fmax(-10, fmin(10, l->last.entropy / l->actor.shape.action - goal));

	l->log_temperature = fmax(-15, l->log_temperature - TEMPERATURE_RATE * over);
	l->last.temperature = exp(l->log_temperature);
}

static void sum_up(struct learner *l)
{
	l->last.critic_loss = l->last.value = l->last.entropy = 0;
	for (int i = 0; i < l->lanes.workers; i++) {
		l->last.critic_loss += l->lanes.all[i].loss;
		l->last.value += l->lanes.all[i].value;
		l->last.entropy += l->lanes.all[i].entropy;
	}
}

static void learn(struct learner *l)
{
	struct part p = {.l = l};

	replay_draw(&l->replay, &l->rng, l->spec.batch, &l->batch);
	learner_draw_field(l);
	crew_run(l->lanes.crew, value_some, &p);
	crew_run(l->lanes.crew, step_critics, &p);
	crew_run(l->lanes.crew, improve_some, &p);
	crew_run(l->lanes.crew, step_actor, &p);
	sum_up(l);
	if (l->spec.temperature > 0)
		set_temperature(l);
}

int offpolicy_update(struct learner *l, struct err *e)
{
	size_t warm = (size_t)l->spec.batch * WARM_UP_BATCHES;
	int rc = 0;

	while (rc == 0 && l->replay.used < warm && l->replay.used < l->replay.capacity)
		rc = live(l, true, e);
	if (rc == 0)
		rc = live(l, false, e);
	if (rc)
		return rc;
	learn(l);
	l->done++;
	if (!isfinite(l->last.critic_loss) || !isfinite(l->last.value))
		return err_set(e, E_STATE, "update %lld: the critics' values are not finite", (long long)l->done);
	return 0;
}
