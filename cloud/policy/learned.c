#include "cloud/policy/learned.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/policy/learner_file.h"
#include "cloud/policy/polish.h"
#include "common/base/digest.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/contract/choice.h"

struct learned {
	struct policy_ops ops;
	char name[32];
	struct env_spec env;
	struct actor actor;
	float *params, *states; /* states [samples][S] */
	int samples;
	char weights[LEARNED_WEIGHTS + 1];
	uint64_t updates;
	bool as_drawn;        /* not polished */
	bool finite;          /* all parameters: the chain clamps what others would make of an action */
	pthread_mutex_t lock; /* the actor's work space */
};

static int solve(const struct policy *p, const struct instance *in, struct menu *out, struct err *e)
{
	return learned_solve_at(p, in, &ENV_MOMENT_START, out, e);
}

static void release(struct policy *p)
{
	struct learned *l = p->state;

	actor_release(&l->actor);
	pthread_mutex_destroy(&l->lock);
	free(l->params);
	free(l->states);
	free(l);
}

/* Empty but for its actor, whose parameters are to be filled. */
static int make(const char *name, const struct env_spec *env, const struct actor_shape *shape, int samples,
                struct policy *out, struct err *e)
{
	struct learned *l;
	int rc;

	if (samples < 1 || samples > LEARNED_SAMPLES_MAX)
		return err_set(e, E_INVALID, "%d samples (accepted: 1 to %d)", samples, LEARNED_SAMPLES_MAX);
	l = mem_zalloc(sizeof(*l));
	rc = actor_init(&l->actor, shape, samples, e);
	if (rc) {
		free(l);
		return rc;
	}
	snprintf(l->name, sizeof(l->name), "%s", name);
	l->ops = (struct policy_ops){
	    .name = l->name, .summary = "learned, from a checkpoint", .solve = solve, .release = release};
	l->env = *env;
	l->samples = samples;
	l->params = mem_floats(l->actor.params);
	l->states = mem_floats((size_t)samples * (size_t)shape->state);
	pthread_mutex_init(&l->lock, NULL);
	*out = (struct policy){.ops = &l->ops, .state = l};
	return 0;
}

/* Once the parameters are there. */
static void look_at_weights(struct learned *l)
{
	struct digest d = digest_of(l->params, l->actor.params * sizeof(*l->params));

	str_hex(d.bytes, LEARNED_WEIGHTS / 2, l->weights);
	l->finite = true;
	for (size_t i = 0; i < l->actor.params; i++)
		l->finite = l->finite && isfinite(l->params[i]);
}

int learned_from(const char *name, const struct env_spec *env, const struct actor_shape *shape,
                 const float *params, int samples, struct policy *out, struct err *e)
{
	int rc = make(name, env, shape, samples, out, e);
	struct learned *l;

	if (rc)
		return rc;
	l = out->state;
	memcpy(l->params, params, l->actor.params * sizeof(*params));
	look_at_weights(l);
	return 0;
}

int learned_open(const char *path, int samples, struct policy *out, struct err *e)
{
	struct checkpoint c;
	struct learner_spec spec;
	struct actor_shape shape;
	int rc = checkpoint_read(path, &c, e);

	if (rc)
		return rc;
	*out = (struct policy){0};
	rc = checkpoint_spec(&c, &spec, &shape, e);
	if (rc == 0)
		rc = make(spec.algorithm, &spec.env, &shape, samples, out, e);
	if (rc == 0) {
		struct learned *l = out->state;

		rc = checkpoint_actor(&c, &l->actor, l->params, e);
		l->updates = (uint64_t)json_integer_value(json_object_get(c.learner, "done"));
		look_at_weights(l);
		if (rc == 0 && !l->finite)
			rc = err_set(e, E_INVALID, "some of the actor's parameters are not finite");
	}
	if (rc) {
		err_wrap(e, "%s", path);
		policy_release(out);
	}
	checkpoint_release(&c);
	return rc;
}

bool learned_is(const struct policy *p)
{
	return p->ops && p->ops->solve == solve;
}

const char *learned_weights(const struct policy *p)
{
	return ((const struct learned *)p->state)->weights;
}

uint64_t learned_updates(const struct policy *p)
{
	return ((const struct learned *)p->state)->updates;
}

void learned_set_updates(struct policy *p, uint64_t updates)
{
	((struct learned *)p->state)->updates = updates;
}

void learned_as_drawn(struct policy *p)
{
	((struct learned *)p->state)->as_drawn = true;
}

const struct env_spec *learned_env(const struct policy *p)
{
	const struct learned *l = p->state;

	return &l->env;
}

size_t learned_parameters(const struct policy *p)
{
	const struct learned *l = p->state;

	return l->actor.params;
}

static int check(const struct learned *l, const struct instance *in, struct err *e)
{
	if (in->terms.types != l->env.types)
		return err_set(e, E_INVALID, "the checkpoint is for %d types, the instance has %d", l->env.types,
		               in->terms.types);
	if (in->participation != l->env.participation)
		return err_set(e, E_INVALID, "the checkpoint is for %s participation, the instance has %s",
		               participation_name(l->env.participation), participation_name(in->participation));
	return 0;
}

/* The n actions' best contract, by modelled profit. */
static int pick(const struct learned *l, const struct instance *in, const float *actions, int n, double *best,
                struct menu *out, struct err *e)
{
	int size = l->actor.shape.action;

	for (int i = 0; i < n; i++) {
		struct menu m;
		double profit;
		int rc;

		for (int c = 0; c < size; c++)
			if (!isfinite(actions[i * size + c]))
				return err_set(e, E_STATE, "the actor's output is not finite");
		rc = env_menu(&l->env, actions + i * size, in, &m, e);
		if (rc)
			return rc;
		profit = menu_realised_profit(&m, in);
		if (profit > *best) {
			*best = profit;
			*out = m;
		}
	}
	return 0;
}

/* The last touch; *best is what the contract earns then. */
static int touch_up(const struct learned *l, const struct instance *in, double *best, struct menu *m,
                    struct err *e)
{
	int rc;

	if (l->as_drawn || l->env.direct || l->env.endogenous)
		return 0;
	rc = polish(in, m, e);
	*best = menu_realised_profit(m, in);
	return rc;
}

static int sample(struct learned *l, const struct instance *in, const struct env_moment *at, struct menu *out,
                  struct err *e)
{
	int s = l->actor.shape.state, rest = l->samples - 1, rc;
	double best = -INFINITY;
	struct rng r;

	for (int i = 0; i < l->samples; i++)
		env_encode(&l->env, in, at, l->states + i * s);
	rc = pick(l, in, actor_run(&l->actor, l->params, l->states, 1, NULL, false), 1, &best, out, e);
	if (!rc)
		rc = touch_up(l, in, &best, out, e);
	if (rc || rest == 0 || l->env.endogenous)
		return rc;
	rng_seed(&r, 1, rng_stream("policy/learned"));
	rc = pick(l, in, actor_run(&l->actor, l->params, l->states, rest, &r, false), rest, &best, out, e);
	return rc ? rc : touch_up(l, in, &best, out, e);
}

int learned_solve_at(const struct policy *p, const struct instance *in, const struct env_moment *at,
                     struct menu *out, struct err *e)
{
	struct learned *l = p->state;
	int rc = check(l, in, e);

	if (!rc && !l->finite)
		rc = err_set(e, E_STATE, "some of the actor's parameters are not finite");
	if (rc)
		return rc;
	pthread_mutex_lock(&l->lock);
	rc = sample(l, in, at, out, e);
	pthread_mutex_unlock(&l->lock);
	return rc;
}
