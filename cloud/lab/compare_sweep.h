/* The held-out instances with one thing about them set to a value, and what a policy earns on them. */
#ifndef LAB_COMPARE_SWEEP_H
#define LAB_COMPARE_SWEEP_H

#include "cloud/lab/compare.h"
#include "cloud/policy/retention.h"

enum sweep_axis { SWEEP_TYPES, SWEEP_PERSISTENCE, SWEEP_DELTA, SWEEP_AXES };

#define SWEEP_VALUES_MAX 16

const char *sweep_name(enum sweep_axis a); /* "types", "persistence", "delta" */
/* Fills v and returns how many. */
int sweep_values(const struct study *s, enum sweep_axis a, double *v);
/* Mean profit per edge over the held-out instances. */
int sweep_profit(const struct study *s, enum sweep_axis a, double value, const struct policy *p, double *mean,
                 struct err *e) MUST_CHECK;

/* Numbers of witnesses that estimates rest on, in observed mode. */
int sweep_witnesses(double *v);
/* Mean ratio of what the policy earns when shown estimates to what who knows the truth could earn:
 * second_best [instances], of study_second_bests(). */
int sweep_observed(const struct study *s, int witnesses, const struct policy *p, const double *second_best,
                   double *mean, struct err *e) MUST_CHECK;

/* ---- retention ---------------------------------------------------------------------------------- */

struct episode {
	double profit[ENV_ROUNDS];   /* over the profit of the first round's exact optimum */
	double kept[ENV_ROUNDS + 1]; /* share of the capacity before each round and after the last */
};

/* An endogenous episode, round by round. */
int episode_play(const struct policy *p, retention_writer write, const struct instance *in, double bonus,
                 struct episode *out, struct err *e) MUST_CHECK;
/* Adds a mean episode's rows: PREFIXprofit and PREFIXkept. */
void episode_rows(struct part *out, const char *prefix, const struct episode *mean);
/* mean += weight * one. */
void episode_add(struct episode *mean, const struct episode *one, double weight);

#endif
