/* Two benchmarks that any thinking policy must beat. */
#ifndef POLICY_NAIVE_H
#define POLICY_NAIVE_H

#include "cloud/policy/policy.h"

/* As if types were known: every type is asked for its efficient effort, and the rewards that this needs are
 * paid, whatever rents they leave. Feasible. */
extern const struct policy_ops policy_greedy;
/* A random point of the structured action space, the same for the same instance. Feasible. */
extern const struct policy_ops policy_random;

#endif
