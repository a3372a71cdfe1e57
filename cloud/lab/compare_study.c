/* What a study's figures share: its held-out problems, its runs and where they are kept. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/lab/compare.h"
#include "cloud/lab/compare_run.h"
#include "cloud/policy/exact.h"
#include "cloud/policy/instances.h"
#include "cloud/policy/learner_spec.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/contract/choice.h"
#include "common/contract/menu_json.h"

#define PART_VERSION 2 /* of what parts hold; raised when old ones must not be taken for new ones */

const char *const study_algorithms[STUDY_ALGORITHMS] = {"edmsac", "dmsac", "sac", "ppo"};

void study_release(struct study *s)
{
	for (size_t i = 0; i < s->job_count; i++)
		free(s->jobs[i].spec);
	free(s->jobs);
	s->jobs = NULL;
	s->job_count = 0;
}

int study_path(const struct study *s, const char *folder, const char *name, const char *ending, char *out,
               size_t cap, struct err *e)
{
	int n = snprintf(out, cap, "%s/%s%s%s%s", s->out, folder, *folder ? "/" : "", name, ending);

	return n > 0 && (size_t)n < cap ? 0 : err_set(e, E_LIMIT, "--out: the path is too long");
}

int study_write(const struct study *s, const char *name, const struct buf *csv, struct err *e)
{
	char path[PATH_MAX];
	int rc = study_path(s, "", name, ".csv", path, sizeof(path), e);

	return rc ? rc : file_write(path, csv->data, csv->len, 0644, e);
}

void study_instance(const struct study *s, int types, int i, struct instance *out)
{
	struct rng r;

	rng_seed(&r, (uint64_t)s->seed ^ rng_stream("compare/held-out"), (uint64_t)types << 32 | (uint64_t)i);
	instance_draw(&r, types, PARTICIPATION_INTERTEMPORAL, out);
}

int study_second_best(const struct instance *in, double *profit, struct err *e)
{
	const struct policy exact = {.ops = &policy_exact};
	struct menu m;
	int rc = policy_solve(&exact, in, &m, e);

	if (rc == 0)
		*profit = policy_profit(&exact, in, &m);
	return rc;
}

int study_second_bests(const struct study *s, int types, double *profit, struct err *e)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < s->instances; i++) {
		struct instance in;

		study_instance(s, types, i, &in);
		rc = study_second_best(&in, &profit[i], e);
	}
	return rc;
}

static void shrink(struct learner_spec *l)
{
	l->hidden = 16;
	l->critic_hidden = 0;
	l->batch = 32;
	l->envs = 8;
	l->replay = 1024;
}

struct learner_spec study_learner(const struct study *s, const char *algorithm, struct env_spec env)
{
	struct learner_spec l, reference;

	if (learner_defaults(algorithm, &l, NULL) || learner_defaults("edmsac", &reference, NULL))
		abort(); /* the names are this file's own */
	l.env = env;
	learner_suit(&l);
	if (s->small) {
		shrink(&l);
		shrink(&reference);
	}
	l.updates = s->updates * learner_steps_each(&reference) / learner_steps_each(&l);
	l.updates = l.updates > 0 ? l.updates : 1;
	return l;
}

/* Tells the runs of one study apart. */
static void name_run(const struct learner_spec *l, char *out, size_t cap)
{
	char prune[16] = "", steps[16] = "";

	if (l->prune_rate > 0)
		snprintf(prune, sizeof(prune), "-r%.0f", 100 * l->prune_rate);
	if (!learner_is_gaussian(l->algorithm))
		snprintf(steps, sizeof(steps), "-t%d", l->steps);
	snprintf(out, cap, "%s-k%d-%s%s%s%s%s-s%llu", l->algorithm, l->env.types,
	         l->env.direct ? "direct" : "structured", l->env.endogenous ? "-endogenous" : "",
	         l->env.observed ? "-observed" : "", prune, steps, (unsigned long long)l->seed);
}

/* Seconds on a core of 2026, roughly: for the time left alone. */
static double guess_cost(const struct learner_spec *l)
{
	double width = l->hidden / 256.0, wide = 1 + l->env.types * l->env.types / 40.0;
	double actor = learner_is_gaussian(l->algorithm) ? 1 : 1.5 * l->steps;

	if (strcmp(l->algorithm, "ppo") == 0)
		return (double)l->updates * 0.018 * width * wide;
	return (double)l->updates * 1e-3 * (2.5 + actor) * wide * (l->env.endogenous ? 1.5 : 1) * width;
}

static char *join_spec(const struct study *s, json_t *what)
{
	json_t *o =
	    json_pack("{s:i, s:i, s:i, s:i, s:I, s:o}", "part", PART_VERSION, "instances", s->instances,
	              "episodes", s->episodes, "points", s->points, "seed", (json_int_t)s->seed, "what", what);
	char *line;

	json_object_set_new(o, "main", json_integer(s->main_types));
	line = json_line(o);
	json_decref(o);
	return line;
}

static char *run_spec(const struct study *s, const struct learner_spec *l)
{
	const struct actor_shape shape = {.hidden = {l->hidden, l->hidden}};

	return join_spec(s, learner_spec_json(l, &shape));
}

/* Takes the specification over. */
static void add_job(struct study *s, const struct study_job *job)
{
	for (size_t i = 0; i < s->job_count; i++)
		if (strcmp(s->jobs[i].name, job->name) == 0) {
			free(job->spec);
			return;
		}
	s->jobs = mem_realloc(s->jobs, s->job_count + 1, sizeof(*s->jobs));
	s->jobs[s->job_count++] = *job;
}

static struct learner_spec with_seed(const struct study *s, const struct learner_spec *base, int i)
{
	struct learner_spec l = *base;

	l.seed = (uint64_t)(s->seed + i);
	return l;
}

void study_plan(struct study *s, const struct learner_spec *base)
{
	for (int i = 0; i < s->seeds; i++) {
		struct study_job job = {.learner = with_seed(s, base, i), .work = run_work};

		name_run(&job.learner, job.name, sizeof(job.name));
		job.spec = run_spec(s, &job.learner);
		job.cost = guess_cost(&job.learner);
		add_job(s, &job);
	}
}

static char *sweep_spec(const struct study *s, const char *name)
{
	json_t *types = json_array(), *what = json_pack("{s:s, s:o}", "sweep", name, "types", types);

	for (int i = 0; i < s->types_count; i++)
		json_array_append_new(types, json_integer(s->types[i]));
	return join_spec(s, what);
}

void study_plan_sweep(struct study *s, const char *name, double cost, study_work *work)
{
	struct study_job job = {.spec = sweep_spec(s, name), .cost = cost, .work = work};

	str_copy(job.name, sizeof(job.name), name);
	add_job(s, &job);
}

static int load(const struct study *s, const char *name, const char *spec, struct part *out, struct err *e)
{
	char path[PATH_MAX];
	int rc = study_path(s, "parts", name, ".csv", path, sizeof(path), e);

	return rc ? rc : part_read(path, spec, out, e);
}

int runs_load(const struct study *s, const struct learner_spec *base, struct runs *out, struct err *e)
{
	int rc = 0;

	*out = (struct runs){0};
	while (rc == 0 && out->count < s->seeds) {
		struct learner_spec l = with_seed(s, base, out->count);
		char name[80], *spec = run_spec(s, &l);

		name_run(&l, name, sizeof(name));
		rc = load(s, name, spec, &out->seeds[out->count++], e);
		free(spec);
	}
	if (rc)
		runs_release(out);
	return rc;
}

int sweep_load(const struct study *s, const char *name, struct part *out, struct err *e)
{
	char *spec = sweep_spec(s, name);
	int rc = load(s, name, spec, out, e);

	free(spec);
	return rc;
}

void runs_release(struct runs *r)
{
	for (int i = 0; i < r->count; i++)
		part_release(&r->seeds[i]);
	r->count = 0;
}

struct spread runs_spread(const struct runs *r, const char *series, double x, double unit)
{
	double v[STUDY_SEEDS_MAX];

	for (int i = 0; i < r->count; i++)
		v[i] = part_value(&r->seeds[i], series, x) / unit;
	return spread_of(v, r->count);
}
