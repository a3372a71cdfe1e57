/* Cost and value of effort, and their inverses. Efforts in training units, money in credits. */
#ifndef CONTRACT_MODEL_H
#define CONTRACT_MODEL_H

#include "common/contract/instance.h"

/* Base cost C(q) = e1*q + e3*q^3; a type theta bears C(q)/theta. The cubic term is the energy of a clock that
 * must run in proportion to the effort; the linear one is memory and radio. */
double effort_cost(const struct terms *t, double q);
double effort_cost_slope(const struct terms *t, double q);
/* The effort whose base cost is z >= 0; exact to rounding. */
double effort_of_cost(const struct terms *t, double z);
/* What the cloud gains from one edge's effort: V(q) = alpha*log(1 + beta*q). */
double effort_value(const struct instance *in, double q);
double effort_value_slope(const struct instance *in, double q);
/* The effort in [0, q_max] that maximises V(q) - price*C(q), price >= 0. With price = 1/theta_k this is the
 * complete-information effort of type k. */
double effort_best(const struct instance *in, double price);

#endif
