/* What a unit of base cost costs the cloud where types are private: the type's own cost, and the rents that
 * the types above it gain by it (virtual costs: Baron and Besanko 1984; Laffont and Martimort 2002, ch. 8).
 * They are quotients of small probabilities, which a network learns badly by itself; a state may say them. */
#ifndef POLICY_PRICES_H
#define POLICY_PRICES_H

#include "common/contract/instance.h"

#define PRICES_MAX (CONTRACT_TYPES_MAX * CONTRACT_TYPES_MAX + CONTRACT_TYPES_MAX + 2)

/* K + K^2 + 2. */
int prices_size(int types);
/* Logarithms, about [-1, 1] over the distribution of instances.h and never beyond +-3: of the price in period
 * 1 of each type, in period 2 of each type after each, of the first unit's value over its cost, and of the
 * cubic over the linear cost of the largest effort. */
void prices_of(const struct instance *in, float *out);

#endif
