#include "cloud/policy/envs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/policy/estimator.h"
#include "cloud/policy/instances.h"
#include "cloud/policy/potential.h"
#include "common/base/mem.h"
#include "common/contract/choice.h"

#define GUESS_STRENGTH 4 /* observations a row that the first guess of the transition is worth */

struct env {
	struct instance truth; /* prior: of the types among the active */
	struct instance seen;
	double fresh[CONTRACT_TYPES_MAX]; /* the instance's own prior */
	double active;
	uint64_t episode;
	int round;
	struct potential potential; /* endogenous only */
};

struct envs {
	struct env_spec spec;
	int count, state_size, action_size;
	uint64_t seed;
	struct env *all;
};

/* A generator for one purpose at one place; no two places share one. */
static struct rng generator(const struct envs *v, int i, const char *purpose)
{
	const struct env *x = &v->all[i];
	struct rng r;

	rng_seed(&r, v->seed ^ rng_stream(purpose), (uint64_t)i << 48 ^ x->episode << 8 ^ (uint64_t)x->round);
	return r;
}

void envs_estimate(struct rng *r, const struct instance *truth, int witnesses, struct instance *seen)
{
	int types = truth->terms.types;
	double beliefs[ENVS_WITNESSES_MAX][CONTRACT_TYPES_MAX] = {{0}}, flat[CONTRACT_TYPES_MAX];
	struct terms guess = truth->terms;
	struct estimator s;

	for (int k = 0; k < types; k++) {
		flat[k] = 1.0 / types;
		for (int l = 0; l < types; l++)
			guess.transition[k][l] = 0.5 / types + (k == l ? 0.5 : 0);
	}
	estimator_init(&s, &guess, flat, GUESS_STRENGTH);
	for (int w = 0; w < witnesses; w++) {
		int now = (int)rng_pick(r, truth->prior, (size_t)types);

		belief_reveal(&s, now, beliefs[w]);
		estimator_learn_transition(&s, now, (int)rng_pick(r, truth->terms.transition[now], (size_t)types));
	}
	*seen = *truth;
	estimator_instance(&s, (const double(*)[CONTRACT_TYPES_MAX])beliefs, (size_t)witnesses, seen);
}

static void look(struct envs *v, int i)
{
	struct env *x = &v->all[i];

	if (v->spec.observed) {
		struct rng r = generator(v, i, "env/estimate");
		int more = (int)rng_below(&r, ENVS_WITNESSES_MAX - ENVS_WITNESSES_MIN + 1);

		envs_estimate(&r, &x->truth, ENVS_WITNESSES_MIN + more, &x->seen);
	} else {
		x->seen = x->truth;
	}
}

static void begin_episode(struct envs *v, int i)
{
	struct env *x = &v->all[i];
	struct rng r;

	x->round = 0;
	x->active = 1;
	r = generator(v, i, "env/instance");
	instance_draw(&r, v->spec.types, v->spec.participation, &x->truth);
	memcpy(x->fresh, x->truth.prior, sizeof(x->fresh));
	if (v->spec.endogenous)
		potential_init(&x->potential, &x->truth);
	look(v, i);
}

int envs_new(const struct env_spec *spec, int count, uint64_t seed, struct envs **out, struct err *e)
{
	struct envs *v;

	if (spec->types < 1 || spec->types > CONTRACT_TYPES_MAX)
		return err_set(e, E_INVALID, "%d types (accepted: 1 to %d)", spec->types, CONTRACT_TYPES_MAX);
	if (count < 1 || count > ENVS_MAX)
		return err_set(e, E_LIMIT, "%d environments (accepted: 1 to %d)", count, ENVS_MAX);
	v = mem_zalloc(sizeof(*v));
	v->spec = *spec;
	v->count = count;
	v->seed = seed;
	v->state_size = env_state_size(spec);
	v->action_size = env_action_size(spec);
	v->all = mem_array((size_t)count, sizeof(*v->all));
	for (int i = 0; i < count; i++)
		begin_episode(v, i);
	*out = v;
	return 0;
}

void envs_free(struct envs *v)
{
	if (!v)
		return;
	free(v->all);
	free(v);
}

int envs_count(const struct envs *v)
{
	return v->count;
}

const struct env_spec *envs_spec(const struct envs *v)
{
	return &v->spec;
}

const struct instance *envs_truth(const struct envs *v, int i)
{
	return &v->all[i].truth;
}

const struct instance *envs_seen(const struct envs *v, int i)
{
	return &v->all[i].seen;
}

static struct env_moment moment(const struct env *x)
{
	return (struct env_moment){.active = x->active, .left = ENV_ROUNDS - x->round};
}

static void encode(const struct envs *v, int i, float *state)
{
	struct env_moment at = moment(&v->all[i]);

	env_encode(&v->spec, &v->all[i].seen, &at, state);
}

void envs_states(const struct envs *v, float *states)
{
	envs_states_some(v, 0, v->count, states);
}

void envs_states_some(const struct envs *v, int first, int count, float *states)
{
	for (int i = first; i < first + count; i++)
		encode(v, i, states + (size_t)i * (size_t)v->state_size);
}

/* A round is over: who stays makes the next one. Returns what that adds to the forecast. */
static double pass_round(struct envs *v, int i, const struct menu *m)
{
	struct env *x = &v->all[i];
	struct env_moment at = moment(x);
	double before = potential_at(&x->potential, x->truth.prior, &at);

	env_retain(&x->truth, &x->active, x->fresh, m);
	x->round++;
	look(v, i);
	at = moment(x);
	return ENV_GAMMA * potential_at(&x->potential, x->truth.prior, &at) - before;
}

/* What turns a reward into its gain. */
static int relate(const struct instance *in, const float *reward, float *shaping, struct err *e)
{
	double gain = 0;
	int rc = env_gain(in, (double)*reward, &gain, e);

	*shaping = (float)gain - *reward;
	return rc;
}

/* A single problem that went badly; the round counts how often it came. */
static bool comes_again(const struct envs *v, const struct env *x, float gain)
{
	return v->spec.relative && x->round < v->spec.again && gain < -1;
}

static int step_one(struct envs *v, int i, const float *action, const struct envs_outcome *out, struct err *e)
{
	struct env *x = &v->all[i];
	struct menu m;
	int rc = env_menu(&v->spec, action, &x->seen, &m, e);

	if (rc)
		return rc;
	out->reward[i] = (float)(x->active * menu_realised_profit(&m, &x->truth) / env_scale(&x->truth));
	out->shaping[i] = 0;
	if (v->spec.endogenous)
		out->shaping[i] = (float)pass_round(v, i, &m);
	else if (v->spec.relative)
		rc = relate(&x->truth, &out->reward[i], &out->shaping[i], e);
	if (rc)
		return rc;
	out->worth[i] = v->spec.endogenous && x->round < ENV_ROUNDS ? (float)ENV_GAMMA : 0;
	encode(v, i, out->next + (size_t)i * (size_t)v->state_size);
	if (comes_again(v, x, out->reward[i] + out->shaping[i])) {
		x->round++;
		look(v, i);
	} else if (!v->spec.endogenous || x->round == ENV_ROUNDS) {
		x->episode++;
		begin_episode(v, i);
	}
	return 0;
}

int envs_step(struct envs *v, const float *actions, const struct envs_outcome *out, struct err *e)
{
	return envs_step_some(v, 0, v->count, actions, out, e);
}

int envs_step_some(struct envs *v, int first, int count, const float *actions, const struct envs_outcome *out,
                   struct err *e)
{
	int rc = 0;

	for (int i = first; rc == 0 && i < first + count; i++)
		rc = step_one(v, i, actions + (size_t)i * (size_t)v->action_size, out, e);
	return rc;
}

struct env_position envs_position(const struct envs *v, int i)
{
	const struct env *x = &v->all[i];
	struct env_position at = {.episode = x->episode, .round = x->round, .active = x->active};

	memcpy(at.prior, x->truth.prior, sizeof(at.prior));
	return at;
}

int envs_restore(struct envs *v, int i, const struct env_position *at, struct err *e)
{
	struct env *x = &v->all[i];
	double sum = 0;

	for (int k = 0; k < v->spec.types; k++)
		sum += at->prior[k] >= 0 ? at->prior[k] : NAN;
	if (at->episode >> 40 || at->round < 0 || at->round >= ENV_ROUNDS ||
	    !(at->active > 0 && at->active <= 1) || !(fabs(sum - 1) < CONTRACT_SUM_TOLERANCE))
		return err_set(e, E_INVALID, "environment %d: no position of an episode", i);
	x->episode = at->episode;
	begin_episode(v, i);
	x->round = at->round;
	x->active = at->active;
	memcpy(x->truth.prior, at->prior, sizeof(at->prior));
	look(v, i);
	return 0;
}
