/* Two benchmarks that bracket the exact optimum: what full knowledge of the types would earn, and what two
 * single-period menus earn. */
#ifndef POLICY_BENCHMARKS_H
#define POLICY_BENCHMARKS_H

#include "cloud/policy/policy.h"

/* Complete information: V'(q) = C'(q)/theta, paid at cost, no rent. Not incentive compatible. */
extern const struct policy_ops policy_first_best;
/* The best single-period menu, afresh in each period against that period's marginal distribution (p, then
 * pP): feasible in both participation modes. */
extern const struct policy_ops policy_static;

/* The best single-period menu against the distribution p: pointwise virtual cost, ironed by pooling (Laffont
 * & Martimort 2002, ch. 3). Fills effort[K], rising with the type. */
void single_period_efforts(const struct instance *in, const double *p, double *effort);

#endif
