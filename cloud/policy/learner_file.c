#include "cloud/policy/learner_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/policy/learner_internal.h"
#include "cloud/policy/learner_spec.h"
#include "common/base/mem.h"

#define POSITION_WORDS (2 * (3 + CONTRACT_TYPES_MAX)) /* 64-bit numbers as two 32-bit words each */

/* Visits every tensor of a learner: `see` writes it or reads it. */
struct visitor {
	int (*see)(struct visitor *v, const char *name, float *data, int rows, int columns, struct err *e);
	struct checkpoint *c;
};

static int write_tensor(struct visitor *v, const char *name, float *data, int rows, int columns,
                        struct err *e)
{
	(void)e;
	checkpoint_add(v->c, name, data, rows, columns);
	return 0;
}

static int read_tensor(struct visitor *v, const char *name, float *data, int rows, int columns, struct err *e)
{
	return checkpoint_get(v->c, name, rows, columns, data, e);
}

static int visit_actor(struct visitor *v, const struct actor *a, const char *prefix, float *block,
                       struct err *e)
{
	struct actor_tensor tensors[ACTOR_TENSORS_MAX];
	int n = actor_tensors(a, tensors), rc = 0;

	for (int i = 0; rc == 0 && i < n; i++) {
		char name[CHECKPOINT_NAME_MAX];

		snprintf(name, sizeof(name), "%.20s.%.24s", prefix, tensors[i].name);
		rc = v->see(v, name, block + tensors[i].offset, tensors[i].rows, tensors[i].columns, e);
	}
	return rc;
}

static int visit_block(struct visitor *v, const char *of, const char *part, float *block, size_t n,
                       struct err *e)
{
	char name[CHECKPOINT_NAME_MAX];

	snprintf(name, sizeof(name), "%.20s.%.24s", of, part);
	return block ? v->see(v, name, block, 1, (int)n, e) : 0;
}

/* Critics and PPO's value network: whole blocks, in the order of mlp.h. */
static int visit_weights(struct visitor *v, const char *of, struct weights *x, struct err *e)
{
	int rc = visit_block(v, of, "weights", x->w, x->n, e);

	if (rc == 0)
		rc = visit_block(v, of, "target", x->target, x->n, e);
	if (rc == 0)
		rc = visit_block(v, of, "adam.m", x->m, x->n, e);
	return rc ? rc : visit_block(v, of, "adam.v", x->v, x->n, e);
}

static int visit_policy(struct visitor *v, struct learner *l, struct err *e)
{
	int rc = visit_actor(v, &l->actor, "actor", l->policy.w, e);

	if (rc == 0)
		rc = visit_actor(v, &l->actor, "actor.target", l->policy.target, e);
	if (rc == 0)
		rc = visit_actor(v, &l->actor, "actor.adam.m", l->policy.m, e);
	if (rc == 0)
		rc = visit_actor(v, &l->actor, "actor.adam.v", l->policy.v, e);
	for (int i = 0; rc == 0 && l->algorithm->prunes && i < 2; i++)
		rc = v->see(v, i ? "mask.2" : "mask.1", l->prune.mask[i], 1, l->prune.hidden[i], e);
	return rc;
}

static int visit(struct visitor *v, struct learner *l, struct err *e)
{
	int rc = visit_policy(v, l, e);

	if (rc == 0 && l->algorithm->on_policy)
		rc = visit_weights(v, "value", &l->value_weights, e);
	for (int i = 0; rc == 0 && !l->algorithm->on_policy && i < 2; i++)
		rc = visit_weights(v, i ? "critic.2" : "critic.1", &l->critic.q[i], e);
	return rc;
}

static int masks_load(const struct checkpoint *c, struct prune *p, struct err *e)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < 2; i++)
		rc = checkpoint_get(c, i ? "mask.2" : "mask.1", 1, p->hidden[i], p->mask[i], e);
	return rc;
}

int checkpoint_actor(const struct checkpoint *c, const struct actor *a, float *block, struct err *e)
{
	struct visitor v = {.see = read_tensor, .c = (struct checkpoint *)(uintptr_t)c};
	struct prune masks;
	int rc = visit_actor(&v, a, "actor", block, e);

	if (rc || a->shape.gaussian || !json_is_true(json_object_get(c->learner, "pruning")))
		return rc;
	prune_init(&masks, &(struct prune_plan){0}, &a->diffusion.shape);
	rc = masks_load(c, &masks, e);
	if (rc == 0)
		prune_apply(&masks, &a->diffusion, block, block);
	prune_release(&masks);
	return rc;
}

/* ---- numbers that are no float32 ----------------------------------------------------------------- */

static void positions_save(const struct learner *l, float *words)
{
	for (int i = 0; i < envs_count(l->envs); i++, words += POSITION_WORDS) {
		struct env_position at = envs_position(l->envs, i);
		int64_t round = at.round;

		memcpy(words, &at.episode, 8);
		memcpy(words + 2, &round, 8);
		memcpy(words + 4, &at.active, 8);
		memcpy(words + 6, at.prior, sizeof(at.prior));
	}
}

static int positions_load(struct learner *l, const float *words, struct err *e)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < envs_count(l->envs); i++, words += POSITION_WORDS) {
		struct env_position at;
		int64_t round;

		memcpy(&at.episode, words, 8);
		memcpy(&round, words + 2, 8);
		memcpy(&at.active, words + 4, 8);
		memcpy(at.prior, words + 6, sizeof(at.prior));
		at.round = round >= 0 && round < ENV_ROUNDS ? (int)round : -1;
		rc = envs_restore(l->envs, i, &at, e);
	}
	return rc;
}

static json_t *state_json(const struct learner *l)
{
	json_t *o = learner_spec_json(&l->spec, &l->actor.shape);
	char words[5][17];
	uint64_t spare;

	memcpy(&spare, &l->rng.spare, sizeof(spare));
	for (int i = 0; i < 5; i++)
		snprintf(words[i], sizeof(words[i]), "%016" PRIx64, i < 4 ? l->rng.s[i] : spare);
	json_object_set_new(o, "rng",
	                    json_pack("[s, s, s, s, s]", words[0], words[1], words[2], words[3], words[4]));
	json_object_set_new(o, "rng_has_spare", json_integer(l->rng.has_spare));
	json_object_set_new(o, "done", json_integer(l->done));
	json_object_set_new(o, "env_steps", json_integer(l->env_steps));
	json_object_set_new(o, "adam_steps",
	                    json_pack("[I, I, I, I]", (json_int_t)l->policy.t, (json_int_t)l->critic.q[0].t,
	                              (json_int_t)l->critic.q[1].t, (json_int_t)l->value_weights.t));
	json_object_set_new(o, "log_temperature", json_real(l->log_temperature));
	json_object_set_new(o, "pruning", json_boolean(l->pruning));
	json_object_set_new(o, "returns", json_integer((json_int_t)l->prune.returns));
	json_object_set_new(o, "replay_used", json_integer((json_int_t)l->replay.used));
	json_object_set_new(o, "replay_at", json_integer((json_int_t)l->replay.at));
	return o;
}

static int rng_load(const json_t *o, struct rng *r, struct err *e)
{
	json_t *words;
	uint64_t v[5];
	int64_t has = 0;
	int rc = json_get_array(o, "rng", 5, 5, &words, e);

	for (size_t i = 0; rc == 0 && i < 5; i++) {
		const char *text = json_string_value(json_array_get(words, i));
		char *end = NULL;

		v[i] = text ? strtoull(text, &end, 16) : 0;
		if (!end || *end || strlen(text) != 16)
			return err_set(e, E_INVALID, "rng: no 16 hexadecimal digits");
	}
	if (rc == 0)
		rc = json_get_int(o, "rng_has_spare", 0, 1, &has, e);
	if (rc)
		return rc;
	memcpy(r->s, v, sizeof(r->s));
	memcpy(&r->spare, &v[4], sizeof(r->spare));
	r->has_spare = (int)has;
	return 0;
}

static int counters_load(const json_t *o, struct learner *l, struct err *e)
{
	double adam[4];
	int64_t returns = 0;
	int rc = json_get_int(o, "done", 0, 1000000000, &l->done, e);

	if (rc == 0)
		rc = json_get_int(o, "env_steps", 0, INT64_MAX, &l->env_steps, e);
	if (rc == 0)
		rc = json_get_doubles(o, "adam_steps", 4, adam, e);
	if (rc == 0)
		rc = json_get_double(o, "log_temperature", -20, 20, &l->log_temperature, e);
	if (rc == 0)
		rc = json_get_int(o, "returns", 0, INT64_MAX, &returns, e);
	for (int i = 0; rc == 0 && i < 4; i++)
		if (!(adam[i] >= 0 && adam[i] <= 1e15))
			return err_set(e, E_INVALID, "adam_steps: %g (accepted: 0 to 1e15)", adam[i]);
	if (rc)
		return rc;
	l->policy.t = (unsigned long)adam[0];
	l->critic.q[0].t = (unsigned long)adam[1];
	l->critic.q[1].t = (unsigned long)adam[2];
	l->value_weights.t = (unsigned long)adam[3];
	l->prune.returns = (unsigned long)returns;
	l->pruning = json_is_true(json_object_get(o, "pruning"));
	return rng_load(o, &l->rng, e);
}

static int replay_load(const struct checkpoint *c, struct learner *l, struct err *e)
{
	int64_t used = 0, at = 0;
	int rc;

	if (!checkpoint_has(c, "replay"))
		return 0;
	rc = json_get_int(c->learner, "replay_used", 1, (int64_t)l->replay.capacity, &used, e);
	if (rc == 0)
		rc = json_get_int(c->learner, "replay_at", 0, (int64_t)l->replay.capacity - 1, &at, e);
	if (rc == 0)
		rc = checkpoint_get(c, "replay", (int)used, l->replay.width, l->replay.rows, e);
	if (rc)
		return rc;
	l->replay.used = (size_t)used;
	l->replay.at = (size_t)at;
	return 0;
}

/* ---- whole files --------------------------------------------------------------------------------- */

int learner_save(const struct learner *l, const char *path, bool with_replay, struct err *e)
{
	struct checkpoint c = {0};
	struct visitor v = {.see = write_tensor, .c = &c};
	int count = envs_count(l->envs);
	float *words = mem_floats((size_t)count * POSITION_WORDS);
	json_t *state = state_json(l);
	/* Nothing is changed through it: a writing visitor reads. */
	int rc = visit(&v, (struct learner *)(uintptr_t)l, e);

	positions_save(l, words);
	checkpoint_add(&c, "environments", words, count, POSITION_WORDS);
	if (with_replay && l->replay.used > 0)
		checkpoint_add(&c, "replay", l->replay.rows, (int)l->replay.used, l->replay.width);
	if (rc == 0)
		rc = checkpoint_write(&c, path, state, e);
	json_decref(state);
	free(words);
	return rc;
}

static int state_load(struct checkpoint *c, struct learner *l, struct err *e)
{
	struct visitor v = {.see = read_tensor, .c = c};
	int count = envs_count(l->envs);
	float *words = mem_floats((size_t)count * POSITION_WORDS);
	int rc = visit(&v, l, e);

	if (rc == 0)
		rc = counters_load(c->learner, l, e);
	if (rc == 0)
		rc = replay_load(c, l, e);
	if (rc == 0)
		rc = checkpoint_get(c, "environments", count, POSITION_WORDS, words, e);
	if (rc == 0)
		rc = positions_load(l, words, e);
	if (rc == 0 && l->pruning)
		learner_mask(l);
	free(words);
	return rc;
}

int learner_load(const char *path, struct learner **out, struct err *e)
{
	struct checkpoint c;
	struct learner_spec spec;
	struct actor_shape shape;
	struct learner *l = NULL;
	int rc = checkpoint_read(path, &c, e);

	if (rc)
		return rc;
	rc = checkpoint_spec(&c, &spec, &shape, e);
	if (rc == 0)
		rc = learner_new(&spec, &l, e);
	if (rc == 0)
		rc = learner_reshape(l, &shape, e);
	if (rc == 0)
		rc = state_load(&c, l, e);
	if (rc) {
		err_wrap(e, "%s", path);
		learner_free(l);
	} else {
		*out = l;
	}
	checkpoint_release(&c);
	return rc;
}
