/* What effort is worth to the cloud: V(q) = alpha*log(1 + beta*q), fitted to what rounds of effort did for
 * the modules.
 *
 * A round tells two numbers: the mean effort of an accepted task, and the gain, the share of the modules'
 * remaining error that went away. Gains become credits by what the market's own V says of the first rounds'
 * efforts, so the fit tells how the worth of effort changes from then on. Plain numbers: copy it, store it.
 */
#ifndef POLICY_VALUE_H
#define POLICY_VALUE_H

#include "common/contract/instance.h"

#define VALUE_ROUNDS    64  /* the last so many are looked at */
#define VALUE_REFERENCE 5   /* rounds that set the price of a gain; before them the market's V stands */
#define VALUE_SPAN      1.5 /* alpha and beta stay within this factor of the market's */

struct value_model {
	double alpha, beta; /* the market's */
	double price;       /* credits an edge for all of the remaining error; 0 = not known yet */
	int count;
	double effort[VALUE_ROUNDS], gain[VALUE_ROUNDS]; /* oldest first */
};

void value_init(struct value_model *v, const struct instance *market);
/* For numbers that come from a disk. */
int value_check(const struct value_model *v, struct err *e) MUST_CHECK;

/* The share of the error 1 - before that is gone at `after` (metrics from 0 to 1, higher is better), within
 * [-1, 1]. */
double value_gain(double before, double after);
/* A round is over; effort > 0. */
void value_learn(struct value_model *v, double effort, double gain);
/* Huber's loss over the rounds, drawn towards the market's values as if by eight rounds. */
void value_fit(const struct value_model *v, double *alpha, double *beta);

#endif
