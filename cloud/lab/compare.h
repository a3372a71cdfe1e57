/* The study: which runs it consists of, and what the figures need to know of it.
 *
 * A figure plans runs, the pool computes those that are not on disk yet, and the figure puts the numbers
 * together as CSV. Runs with equal specifications are one run, whichever figures want them. */
#ifndef LAB_COMPARE_H
#define LAB_COMPARE_H

#include <limits.h>

#include "cloud/lab/compare_part.h"
#include "cloud/lab/compare_stats.h"
#include "cloud/policy/learner.h"
#include "cloud/policy/policy.h"

#define STUDY_SEEDS_MAX     64
#define STUDY_INSTANCES_MAX 200
#define STUDY_ALGORITHMS    4
#define STUDY_SAMPLES       16 /* contracts that a learned policy draws where it is compared with solved ones */

struct study;
struct study_job;

/* Computes a job's rows, in a process of its own. */
typedef int study_work(const struct study *s, const struct study_job *job, struct part *out, struct err *e);

struct study_job {
	char name[80];               /* of its file, without ".csv" */
	char *spec;                  /* one line; owned */
	double cost;                 /* rough seconds */
	struct learner_spec learner; /* of training runs */
	study_work *work;
};

struct study {
	const char *out; /* folder */
	int types[CONTRACT_TYPES_MAX], types_count;
	int main_types; /* K where only one is looked at */
	int seeds, instances, episodes, points;
	int64_t seed, updates;
	bool small; /* tiny networks */
	struct study_job *jobs;
	size_t job_count;
};

extern const char *const study_algorithms[STUDY_ALGORITHMS]; /* in the order of figures' legends */

void study_release(struct study *s);
/* DIR/parts/NAME.csv and the like; E_LIMIT. */
int study_path(const struct study *s, const char *folder, const char *name, const char *ending, char *out,
               size_t cap, struct err *e) MUST_CHECK;

/* ---- held-out problems -------------------------------------------------------------------------- */

/* Instance i of those that every policy is judged by; no learner meets it. */
void study_instance(const struct study *s, int types, int i, struct instance *out);
/* The most that any menu earns there. */
int study_second_best(const struct instance *in, double *profit, struct err *e) MUST_CHECK;
/* The same for all held-out instances of K types: profit [instances]. */
int study_second_bests(const struct study *s, int types, double *profit, struct err *e) MUST_CHECK;

/* ---- runs --------------------------------------------------------------------------------------- */

/* What an algorithm learns with in this study, in problems of this kind, before a figure changes something.
 * All take the same number of environment steps. */
struct learner_spec study_learner(const struct study *s, const char *algorithm, struct env_spec env);
/* Plans the run for every seed. */
void study_plan(struct study *s, const struct learner_spec *base);
/* Plans something else, whose numbers depend on the study alone. */
void study_plan_sweep(struct study *s, const char *name, double cost, study_work *work);

/* The same run with every seed. */
struct runs {
	int count;
	struct part seeds[STUDY_SEEDS_MAX];
};

int runs_load(const struct study *s, const struct learner_spec *base, struct runs *out,
              struct err *e) MUST_CHECK;
int sweep_load(const struct study *s, const char *name, struct part *out, struct err *e) MUST_CHECK;
void runs_release(struct runs *r);
/* Over the seeds, a series' value at x, divided by `unit`. */
struct spread runs_spread(const struct runs *r, const char *series, double x, double unit);

/* ---- figures ------------------------------------------------------------------------------------ */

struct figure {
	char letter;         /* of --only */
	const char *name;    /* of its files */
	const char *summary; /* for --help */
	void (*plan)(struct study *s);
	/* Writes the figure's CSV files from finished runs. */
	int (*write)(const struct study *s, struct err *e);
	const char *script; /* gnuplot's, after `types`, `main` and the style have been set */
};

extern const struct figure figure_learning, figure_pruning, figure_steps, figure_policies, figure_utility,
    figure_retention, figure_observed;

/* DIR/NAME.csv. */
int study_write(const struct study *s, const char *name, const struct buf *csv, struct err *e) MUST_CHECK;

#endif
