/* A learner's specification as JSON, and back. */
#include "cloud/policy/learner_spec.h"

#include <string.h>

#include "cloud/policy/crew.h"
#include "cloud/policy/learner_file.h"

static void set(json_t *o, const char *field, double v)
{
	json_object_set_new(o, field, json_real(v));
}

json_t *learner_spec_json(const struct learner_spec *s, const struct actor_shape *a)
{
	json_t *o = json_pack("{s:s, s:i, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:s, s:I, s:I, s:i, s:i, "
	                      "s:i, s:i, s:i, s:i, s:I,"
	                      " s:[i, i]}",
	                      "algorithm", s->algorithm, "types", s->env.types, "direct", s->env.direct,
	                      "endogenous", s->env.endogenous, "observed", s->env.observed, "relative",
	                      s->env.relative, "priced", s->env.priced, "efficient", s->env.efficient, "sight",
	                      s->sight, "clean", s->clean, "model", s->model, "participation",
	                      participation_name(s->env.participation), "seed", (json_int_t)s->seed, "updates",
	                      (json_int_t)s->updates, "hidden", s->hidden, "critic_hidden", s->critic_hidden,
	                      "steps", s->steps, "batch", s->batch, "envs", s->envs, "threads", s->threads,
	                      "replay", (json_int_t)s->replay, "actor_hidden", a->hidden[0], a->hidden[1]);

	json_object_set_new(o, "again", json_integer(s->env.again));
	set(o, "actor_rate", s->actor_rate);
	set(o, "critic_rate", s->critic_rate);
	set(o, "explore", s->explore);
	set(o, "explore_end", s->explore_end);
	set(o, "temperature", s->temperature);
	set(o, "entropy", s->entropy);
	set(o, "entropy_end", s->entropy_end);
	set(o, "prune_rate", s->prune_rate);
	set(o, "prune_start", s->prune_start);
	set(o, "prune_end", s->prune_end);
	return o;
}

static int get_int(const json_t *o, const char *field, int lo, int hi, int *out, struct err *e)
{
	int64_t v = 0;
	int rc = json_get_int(o, field, lo, hi, &v, e);

	*out = (int)v;
	return rc;
}

static int get_env(const json_t *o, struct env_spec *env, struct err *e)
{
	const char *mode = "";
	int rc = get_int(o, "types", 1, CONTRACT_TYPES_MAX, &env->types, e);

	if (rc == 0)
		rc = json_get_str(o, "participation", 32, &mode, e);
	env->direct = json_is_true(json_object_get(o, "direct"));
	env->endogenous = json_is_true(json_object_get(o, "endogenous"));
	env->priced = json_is_true(json_object_get(o, "priced"));
	env->efficient = json_is_true(json_object_get(o, "efficient"));
	env->relative = json_is_true(json_object_get(o, "relative"));
	env->observed = json_is_true(json_object_get(o, "observed"));
	return rc ? rc : participation_parse(mode, &env->participation, e);
}

/* Checkpoints of before it could be set have none. */
static int get_entropy(const json_t *o, struct learner_spec *s, struct err *e)
{
	int rc;

	if (!json_object_get(o, "entropy"))
		return 0;
	rc = json_get_double(o, "entropy", -20, 1, &s->entropy, e);
	return rc ? rc : json_get_double(o, "entropy_end", -20, 1, &s->entropy_end, e);
}

static int get_numbers(const json_t *o, struct learner_spec *s, struct err *e)
{
	struct {
		const char *field;
		double *v;
	} reals[] = {{"actor_rate", &s->actor_rate},   {"critic_rate", &s->critic_rate},
	             {"explore", &s->explore},         {"explore_end", &s->explore_end},
	             {"temperature", &s->temperature}, {"prune_rate", &s->prune_rate},
	             {"prune_start", &s->prune_start}, {"prune_end", &s->prune_end}};
	struct {
		const char *field;
		int lo, hi;
		int *v;
	} counts[] = {{"hidden", 1, LEARNER_HIDDEN_MAX, &s->hidden},
	              {"steps", 1, SCHEDULE_STEPS_MAX, &s->steps},
	              {"batch", 1, 4096, &s->batch},
	              {"envs", 1, 4096, &s->envs},
	              {"again", 0, ENV_AGAIN_MAX, &s->env.again},
	              {"critic_hidden", 0, LEARNER_HIDDEN_MAX, &s->critic_hidden},
	              {"threads", 1, CREW_MAX, &s->threads}};
	int64_t seed = 0;
	int rc;

	s->sight = json_is_true(json_object_get(o, "sight"));
	s->clean = json_is_true(json_object_get(o, "clean"));
	s->model = json_is_true(json_object_get(o, "model"));
	rc = json_get_int(o, "seed", 0, INT64_MAX, &seed, e);

	s->seed = (uint64_t)seed;
	if (rc == 0)
		rc = json_get_int(o, "updates", 1, 1000000000, &s->updates, e);
	if (rc == 0)
		rc = get_entropy(o, s, e);
	if (rc == 0)
		rc = json_get_int(o, "replay", 1, 100000000, &s->replay, e);
	for (size_t i = 0; rc == 0 && i < sizeof(reals) / sizeof(reals[0]); i++)
		rc = json_get_double(o, reals[i].field, 0, 1, reals[i].v, e);
	for (size_t i = 0; rc == 0 && i < sizeof(counts) / sizeof(counts[0]); i++)
		rc = get_int(o, counts[i].field, counts[i].lo, counts[i].hi, counts[i].v, e);
	return rc;
}

int checkpoint_spec(const struct checkpoint *c, struct learner_spec *spec, struct actor_shape *shape,
                    struct err *e)
{
	const char *name = "";
	double hidden[2] = {0};
	int rc = json_get_str(c->learner, "algorithm", 32, &name, e);

	if (rc == 0)
		rc = learner_defaults(name, spec, e);
	if (rc == 0)
		rc = get_env(c->learner, &spec->env, e);
	if (rc == 0)
		rc = get_numbers(c->learner, spec, e);
	if (rc == 0)
		rc = json_get_doubles(c->learner, "actor_hidden", 2, hidden, e);
	if (rc)
		return rc;
	for (int i = 0; i < 2; i++)
		if (!(hidden[i] >= 1 && hidden[i] <= spec->hidden))
			return err_set(e, E_INVALID, "actor_hidden is %g (accepted: 1 to %d)", hidden[i], spec->hidden);
	*shape = (struct actor_shape){.gaussian = learner_is_gaussian(name),
	                              .state = env_state_size(&spec->env),
	                              .action = env_action_size(&spec->env),
	                              .hidden = {(int)hidden[0], (int)hidden[1]},
	                              .steps = spec->steps,
	                              .clean = spec->clean};
	return 0;
}
