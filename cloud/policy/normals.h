/* Many normal numbers at once, for networks: float32, by a ziggurat of 256 layers (Marsaglia and Tsang 2000,
 * with Doornik's 2005 separation of layer and position), several times quicker than rng_normal(). */
#ifndef POLICY_NORMALS_H
#define POLICY_NORMALS_H

#include <stddef.h>

#include "common/base/rng.h"

/* Mean 0, variance 1. The generator alone decides the numbers. */
void normals_fill(struct rng *r, float *v, size_t n);

#endif
