/* Random contract problems, from the distribution that policies are trained and compared on (contract-model:
 * "instance file and distribution"). */
#ifndef POLICY_INSTANCES_H
#define POLICY_INSTANCES_H

#include "common/base/rng.h"
#include "common/contract/instance.h"

/* theta: `types` values uniform on [0.5, 2.5], sorted, every gap at least 0.5/types; prior Dirichlet(4);
 * transition g*I + (1-g)*1*b, g uniform on [0.2, 0.9], b Dirichlet(4); alpha [4, 12], beta [0.3, 1.5],
 * e1 [0.2, 0.8], e3 [0.002, 0.02], delta [0.7, 1]; q_max = 10. `types` is 1 to CONTRACT_TYPES_MAX.
 * The id is left empty. */
void instance_draw(struct rng *r, int types, enum participation participation, struct instance *out);

#endif
