/* Problems that no learner sees: what a policy is worth on them decides whether it may replace another. */
#ifndef WORK_HELD_OUT_H
#define WORK_HELD_OUT_H

#include <stdatomic.h>

#include "cloud/policy/policy.h"

struct held_out {
	int count, solved; /* optima known so far, from the first problem on */
	struct instance *in;
	double *best;
};

/* The same problems for the same types and participation, whenever and wherever it is called. */
void held_out_init(struct held_out *h, const struct instance *market, int count);
void held_out_release(struct held_out *h);
/* Finds the optima that are not known yet; leaves off after the one under way when *stop is set. True when
 * all are known. */
bool held_out_solve(struct held_out *h, const atomic_bool *stop);
/* The mean ratio of the policy's profit to the optimum; -INFINITY when a contract is not feasible or cannot
 * be had. All optima are known. */
double held_out_ratio(const struct held_out *h, const struct policy *p);

#endif
