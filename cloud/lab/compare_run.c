#include "cloud/lab/compare_run.h"

#include <math.h>
#include <string.h>

#include "cloud/lab/compare_pool.h"
#include "cloud/lab/compare_sweep.h"
#include "cloud/policy/learned.h"
#include "common/contract/feasible.h"

/* The held-out instances of a run's K and what can be earned on them. */
struct exam {
	const struct study *s;
	const struct learner *l;
	double second_best[STUDY_INSTANCES_MAX];
};

struct marks {
	double mean, worst, feasible;
};

static int open_actor(const struct exam *x, int samples, struct policy *p, struct err *e)
{
	const struct learner_spec *spec = learner_spec(x->l);

	return learned_from(spec->algorithm, &spec->env, learner_actor_shape(x->l), learner_actor_params(x->l),
	                    samples, p, e);
}

/* Of what was learned alone: the last touch would lift all learners to much the same. */
static int sit(const struct exam *x, int samples, struct marks *out, struct err *e)
{
	struct policy p;
	int rc = open_actor(x, samples, &p, e);

	if (rc == 0)
		learned_as_drawn(&p);
	*out = (struct marks){.worst = INFINITY};
	for (int i = 0; rc == 0 && i < x->s->instances; i++) {
		struct instance in;
		struct menu m;

		study_instance(x->s, learner_spec(x->l)->env.types, i, &in);
		rc = policy_solve(&p, &in, &m, e);
		if (rc == 0) {
			double ratio = policy_profit(&p, &in, &m) / x->second_best[i];

			out->mean += ratio / x->s->instances;
			out->worst = fmin(out->worst, ratio);
			out->feasible += (double)menu_is_feasible(&m, &in) / x->s->instances;
		}
	}
	policy_release(&p);
	return rc;
}

static int mark(const struct exam *x, const struct learner_report *r, struct part *out, struct err *e)
{
	struct marks m;
	int rc = sit(x, 1, &m, e);

	if (rc)
		return rc;
	part_add(out, "curve", (double)r->env_steps, m.mean);
	part_add(out, "worst", (double)r->env_steps, m.worst);
	return 0;
}

/* Trains to the end, with marks on the way for problems that one contract solves. */
static int train(struct exam *x, struct learner *l, bool marks, struct part *out, struct err *e)
{
	int64_t updates = learner_spec(l)->updates;
	int points = x->s->points < updates ? x->s->points : (int)updates;
	struct learner_report r = {0};
	int rc = marks ? mark(x, &r, out, e) : 0;

	for (int p = 1; rc == 0 && p <= points; p++) {
		while (rc == 0 && learner_updates(l) < updates * p / points) {
			rc = learner_update(l, &r, e);
			pool_tick((double)learner_updates(l) / (double)updates);
		}
		if (rc == 0 && marks)
			rc = mark(x, &r, out, e);
	}
	return rc;
}

static int final_marks(const struct exam *x, struct part *out, struct err *e)
{
	struct marks one, best;
	int rc = sit(x, 1, &one, e);

	if (rc == 0)
		rc = sit(x, STUDY_SAMPLES, &best, e);
	if (rc)
		return rc;
	part_add(out, "one", 0, one.mean);
	part_add(out, "feasible", 0, one.feasible);
	part_add(out, "best", 0, best.mean);
	return 0;
}

static int final_sweeps(const struct exam *x, const struct policy *p, struct part *out, struct err *e)
{
	int types = learner_spec(x->l)->env.types;
	double v[SWEEP_VALUES_MAX], mean;
	int rc = sweep_profit(x->s, SWEEP_TYPES, types, p, &mean, e);

	if (rc == 0)
		part_add(out, sweep_name(SWEEP_TYPES), types, mean);
	for (enum sweep_axis a = SWEEP_PERSISTENCE; types == x->s->main_types && a < SWEEP_AXES; a++)
		for (int i = 0, n = sweep_values(x->s, a, v); rc == 0 && i < n; i++) {
			rc = sweep_profit(x->s, a, v[i], p, &mean, e);
			part_add(out, sweep_name(a), v[i], mean);
		}
	return rc;
}

static int final_observed(const struct exam *x, const struct policy *p, struct part *out, struct err *e)
{
	double v[SWEEP_VALUES_MAX], mean;
	int n = sweep_witnesses(v), rc = 0;

	for (int i = 0; rc == 0 && i < n; i++) {
		rc = sweep_observed(x->s, (int)v[i], p, x->second_best, &mean, e);
		part_add(out, "observed", v[i], mean);
	}
	return rc;
}

static int final_menu(const struct exam *x, const struct policy *p, struct part *out, struct err *e)
{
	int types = x->s->main_types, rc;
	struct instance in;
	struct menu m;

	study_instance(x->s, types, 0, &in);
	rc = policy_solve(p, &in, &m, e);
	if (rc)
		return rc;
	for (int k = 0; k < types; k++) {
		part_add(out, "q1", k, m.q1[k]);
		part_add(out, "r1", k, m.r1[k]);
		for (int l = 0; l < types; l++) {
			part_add(out, "q2", k * types + l, m.q2[k][l]);
			part_add(out, "r2", k * types + l, m.r2[k][l]);
		}
	}
	return 0;
}

static int final_episodes(const struct exam *x, const struct policy *p, struct part *out, struct err *e)
{
	struct episode mean = {.kept = {0}}, one;
	int rc = 0;

	for (int i = 0; rc == 0 && i < x->s->episodes; i++) {
		struct instance in;

		study_instance(x->s, x->s->main_types, i, &in);
		rc = episode_play(p, learned_solve_at, &in, 0, &one, e);
		episode_add(&mean, &one, 1.0 / x->s->episodes);
	}
	episode_rows(out, "", &mean);
	return rc;
}

static void final_size(const struct exam *x, const struct policy *p, struct part *out)
{
	part_add(out, "hidden1", 0, learner_actor_shape(x->l)->hidden[0]);
	part_add(out, "hidden2", 0, learner_actor_shape(x->l)->hidden[1]);
	part_add(out, "parameters", 0, (double)learned_parameters(p));
}

static int finals(const struct exam *x, struct part *out, struct err *e)
{
	const struct env_spec *env = &learner_spec(x->l)->env;
	struct policy p;
	int rc = open_actor(x, STUDY_SAMPLES, &p, e);

	if (rc)
		return rc;
	final_size(x, &p, out);
	if (env->endogenous) {
		rc = final_episodes(x, &p, out, e);
	} else {
		rc = final_marks(x, out, e);
		if (rc == 0 && env->types == x->s->main_types)
			rc = final_observed(x, &p, out, e);
		if (rc == 0 && !env->observed)
			rc = final_sweeps(x, &p, out, e);
		if (rc == 0 && !env->observed && env->types == x->s->main_types)
			rc = final_menu(x, &p, out, e);
	}
	policy_release(&p);
	return rc;
}

int run_work(const struct study *s, const struct study_job *job, struct part *out, struct err *e)
{
	bool marks = !job->learner.env.endogenous && !job->learner.env.observed;
	struct exam x = {.s = s};
	struct learner *l;
	int rc = learner_new(&job->learner, &l, e);

	if (rc)
		return rc;
	x.l = l;
	if (!job->learner.env.endogenous)
		rc = study_second_bests(s, job->learner.env.types, x.second_best, e);
	if (rc == 0)
		rc = train(&x, l, marks, out, e);
	if (rc == 0)
		rc = finals(&x, out, e);
	learner_free(l);
	return rc;
}
