#include "cloud/policy/learner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/policy/baseline.h"
#include "cloud/policy/learner_internal.h"
#include "common/base/mem.h"

#define LAST_NOISE 0.05f /* sd of a chain's last step where its entropy counts; the bound diverges with 0 */

static const struct algorithm *const algorithms[] = {&algorithm_edmsac, &algorithm_dmsac, &algorithm_sac,
                                                     &algorithm_ppo};

static int find(const char *name, const struct algorithm **out, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (strcmp(algorithms[i]->name, name) == 0) {
			*out = algorithms[i];
			return 0;
		}
	return err_set(e, E_NOT_FOUND, "algorithm '%.32s' is not one of edmsac, dmsac, sac, ppo", name);
}

int learner_defaults(const char *algorithm, struct learner_spec *out, struct err *e)
{
	const struct algorithm *a = NULL;
	int rc = find(algorithm, &a, e);

	if (rc)
		return rc;
	*out = a->defaults;
	out->algorithm = a->name;
	out->env.types = 3;
	out->seed = 1;
	out->updates = 20000;
	out->threads = 1;
	out->explore_end = out->explore / 10;
	out->prune_start = 0.3;
	out->prune_end = 0.6;
	out->entropy = out->entropy_end = -2;
	return 0;
}

int64_t learner_steps_each(const struct learner_spec *s)
{
	const struct algorithm *a = NULL;

	return (int64_t)s->envs * (find(s->algorithm, &a, NULL) == 0 && a->on_policy ? LEARNER_ROLLOUT : 1);
}

bool learner_is_gaussian(const char *algorithm)
{
	const struct algorithm *a = NULL;

	return find(algorithm, &a, NULL) == 0 && a->gaussian;
}

static void ppo_init(struct learner *l)
{
	size_t rows = (size_t)l->spec.envs * LEARNER_ROLLOUT;

	l->ppo = (struct ppo_rows){.pre = mem_floats(rows * (size_t)l->actor.shape.action),
	                           .logp = mem_floats(rows),
	                           .next_value = mem_floats(rows),
	                           .advantage = mem_floats(rows),
	                           .goal = mem_floats(rows),
	                           .cut = mem_array(rows, sizeof(bool)),
	                           .order = mem_array(rows, sizeof(uint32_t))};
}

static void ppo_release(struct learner *l)
{
	free(l->ppo.pre);
	free(l->ppo.logp);
	free(l->ppo.next_value);
	free(l->ppo.advantage);
	free(l->ppo.goal);
	free(l->ppo.cut);
	free(l->ppo.order);
}

static int largest_batch(const struct learner_spec *s)
{
	return s->batch > s->envs ? s->batch : s->envs;
}

/* Of one worker. */
static int actor_batch(const struct learner_spec *s)
{
	return lanes_rows(largest_batch(s), s->threads);
}

/* The other workers' work space beside the learner's own. */
static int lanes_new(struct learner *l, struct err *e)
{
	int rc = lanes_init(&l->lanes, l->spec.threads, largest_batch(&l->spec), e);

	if (rc == 0)
		rc = lanes_critics(&l->lanes, &l->critic, e);
	return rc ? rc : lanes_actors(&l->lanes, &l->actor, l->policy.g, e);
}

static int networks_new(struct learner *l, struct err *e)
{
	const struct learner_spec *s = &l->spec;
	const struct actor_shape shape = {.gaussian = l->algorithm->gaussian,
	                                  .state = env_state_size(&s->env),
	                                  .action = env_action_size(&s->env),
	                                  .hidden = {s->hidden, s->hidden},
	                                  .steps = s->steps,
	                                  .clean = s->clean};
	const struct mlp_spec value = {.in = shape.state,
	                               .layers = 3,
	                               .out = {s->hidden, s->hidden, 1},
	                               .hidden = MLP_MISH,
	                               .last = MLP_LINEAR};
	int rc = actor_init(&l->actor, &shape, actor_batch(s), e);

	if (rc)
		return rc;
	if (s->temperature > 0)
		l->actor.diffusion.last_sd = LAST_NOISE;
	weights_init(&l->policy, l->actor.params, true);
	if (l->algorithm->on_policy) {
		rc = mlp_init(&l->value, &value, actor_batch(s), e);
		if (rc == 0)
			weights_init(&l->value_weights, l->value.params, false);
		return rc;
	}
	rc = critic_init(&l->critic,
	                 &(struct critic_shape){.state = shape.state,
	                                        .action = l->modelled ? s->env.types : shape.action,
	                                        .hidden = s->critic_hidden > 0 ? s->critic_hidden : s->hidden,
	                                        .sight_types = s->sight ? s->env.types : 0,
	                                        .direct = s->env.direct},
	                 lanes_rows(s->batch, s->threads), e);
	if (rc == 0)
		rc = replay_init(&l->replay, shape.state, shape.action, (size_t)s->replay, e);
	return rc ? rc : lanes_new(l, e);
}

static void networks_draw(struct learner *l)
{
	actor_draw(&l->actor, l->policy.w, &l->rng);
	weights_aim(&l->policy);
	if (l->algorithm->on_policy)
		mlp_draw(&l->value, l->value_weights.w, &l->rng);
	else
		critic_draw(&l->critic, &l->rng);
}

static void pruning_init(struct learner *l)
{
	unsigned long updates = (unsigned long)l->spec.updates; /* shares of it are rounded down */
	struct prune_plan plan = {.rate = l->spec.prune_rate,
	                          .start = (unsigned long)((double)updates * l->spec.prune_start),
	                          .end = (unsigned long)((double)updates * l->spec.prune_end),
	                          .every = updates / 200 + 1,
	                          .pull = 1e-4};

	if (!l->algorithm->prunes)
		return;
	prune_init(&l->prune, &plan, &l->actor.diffusion.shape);
	for (int i = 0; i < 2; i++)
		l->spoken[i] = mem_floats(l->actor.params);
}

int learner_new(const struct learner_spec *spec, struct learner **out, struct err *e)
{
	struct learner *l = mem_zalloc(sizeof(*l));
	int rc = find(spec->algorithm, &l->algorithm, e);

	l->spec = *spec;
	l->modelled = baseline_fits(&spec->env);
	if (rc == 0)
		rc = learner_check(spec, l->algorithm, e);
	if (rc == 0)
		rc = networks_new(l, e);
	if (rc == 0)
		rc = envs_new(&spec->env, spec->envs, spec->seed, &l->envs, e);
	if (rc) {
		learner_free(l);
		return rc;
	}
	l->spec.algorithm = l->algorithm->name;
	l->log_temperature = spec->temperature > 0 ? log(spec->temperature) : 0;
	rng_seed(&l->rng, spec->seed, rng_stream("learner"));
	networks_draw(l);
	pruning_init(l);
	replay_batch_init(&l->batch, l->actor.shape.state, l->actor.shape.action, (size_t)spec->batch);
	replay_batch_init(&l->fresh, l->actor.shape.state, l->actor.shape.action,
	                  (size_t)spec->envs * (l->algorithm->on_policy ? LEARNER_ROLLOUT : 1));
	if (l->algorithm->on_policy)
		ppo_init(l);
	l->model = mem_floats((size_t)spec->batch);
	l->staying = mem_floats((size_t)spec->batch * (size_t)spec->env.types);
	l->shaping = mem_floats((size_t)spec->envs);
	l->goal = mem_floats((size_t)spec->batch);
	l->cost = mem_floats((size_t)spec->batch);
	l->da = mem_floats((size_t)spec->batch * (size_t)l->actor.shape.action);
	*out = l;
	return 0;
}

void learner_free(struct learner *l)
{
	if (!l)
		return;
	envs_free(l->envs);
	lanes_release(&l->lanes);
	actor_release(&l->actor);
	weights_release(&l->policy);
	prune_release(&l->prune);
	free(l->spoken[0]);
	free(l->spoken[1]);
	critic_release(&l->critic);
	replay_release(&l->replay);
	replay_release(&l->field);
	mlp_release(&l->value);
	weights_release(&l->value_weights);
	ppo_release(l);
	replay_batch_release(&l->batch);
	replay_batch_release(&l->fresh);
	free(l->model);
	free(l->staying);
	free(l->shaping);
	free(l->goal);
	free(l->cost);
	free(l->da);
	free(l);
}

double learner_decay(const struct learner *l)
{
	double progress = fmin(1, (double)l->done / (double)l->spec.updates);

	return 0.01 + 0.99 * 0.5 * (1 + cos(M_PI * progress));
}

const float *learner_acting(const struct learner *l)
{
	return l->pruning ? l->spoken[0] : l->policy.w;
}

void learner_mask(struct learner *l)
{
	prune_apply(&l->prune, &l->actor.diffusion, l->policy.w, l->spoken[0]);
	prune_apply(&l->prune, &l->actor.diffusion, l->policy.target, l->spoken[1]);
}

int learner_reshape(struct learner *l, const struct actor_shape *shape, struct err *e)
{
	struct actor other;
	int rc;

	if (memcmp(shape->hidden, l->actor.shape.hidden, sizeof(shape->hidden)) == 0)
		return 0;
	if (!l->algorithm->prunes)
		return err_set(e, E_INVALID, "an actor of %d and %d hidden neurons: %s does not prune",
		               shape->hidden[0], shape->hidden[1], l->algorithm->name);
	rc = actor_init(&other, shape, actor_batch(&l->spec), e);
	if (rc)
		return rc;
	other.diffusion.last_sd = l->actor.diffusion.last_sd;
	actor_release(&l->actor);
	l->actor = other;
	weights_release(&l->policy);
	weights_init(&l->policy, l->actor.params, true);
	return lanes_actors(&l->lanes, &l->actor, l->policy.g, e);
}

int learner_compact(struct learner *l, struct err *e)
{
	struct diffusion_shape left = prune_shape(&l->prune, &l->actor.diffusion.shape);
	struct actor_shape shape = l->actor.shape;
	struct actor compact;
	int rc;

	memcpy(shape.hidden, left.hidden, sizeof(shape.hidden));
	rc = actor_init(&compact, &shape, actor_batch(&l->spec), e);
	if (rc)
		return rc;
	compact.diffusion.last_sd = l->actor.diffusion.last_sd;
	prune_compact(&l->prune, &l->actor.diffusion, &compact.diffusion, &l->policy);
	actor_release(&l->actor);
	l->actor = compact;
	l->pruning = false;
	return lanes_actors(&l->lanes, &l->actor, l->policy.g, e);
}

int learner_update(struct learner *l, struct learner_report *out, struct err *e)
{
	int rc = l->algorithm->update(l, e);

	if (rc)
		return rc;
	l->last.update = l->done;
	l->last.env_steps = l->env_steps;
	for (int i = 0; i < 2; i++)
		l->last.hidden[i] = l->actor.shape.hidden[i] - (l->pruning ? prune_masked(&l->prune, i) : 0);
	*out = l->last;
	return 0;
}

const struct learner_spec *learner_spec(const struct learner *l)
{
	return &l->spec;
}

int64_t learner_updates(const struct learner *l)
{
	return l->done;
}

const struct actor_shape *learner_actor_shape(const struct learner *l)
{
	return &l->actor.shape;
}

const float *learner_actor_params(const struct learner *l)
{
	return learner_acting(l);
}
