/* The best menu whose efforts rise with the types, in closed form up to an isotonic regression: what the
 * exact policy falls back to, and (in intertemporal mode) the ceiling of every policy with structured
 * actions. */
#ifndef POLICY_MONOTONE_H
#define POLICY_MONOTONE_H

#include "cloud/policy/policy.h"

/* With monotone efforts the least rents are sums down the chain of types, so the profit is a sum of concave
 * terms: each effort maximises V minus its virtual cost, and virtual costs that are out of order are pooled
 * (Baron & Besanko 1984; pooling: Barlow & Brunk 1972). In per-period mode, where that is not the whole
 * optimum, the best mixture of these efforts with the static ones is taken. Always feasible, never below
 * `static`. */
extern const struct policy_ops policy_monotone;

int monotone_solve(const struct instance *in, struct menu *out, struct err *e) MUST_CHECK;

#endif
