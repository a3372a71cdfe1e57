/* What a federation may be expected to earn over the rounds that an episode still has: a rough forecast from
 * the instance alone, for shaping rewards.
 *
 * Rewards are shaped by r + gamma*F(next) - F(now) (Ng, Harada, Russell 1999): the best policy stays the same
 * one, and the critics are left with what the forecast misses instead of with the whole sum over the rounds.
 */
#ifndef POLICY_POTENTIAL_H
#define POLICY_POTENTIAL_H

#include "cloud/policy/env.h"

struct potential {
	int types;
	double base[ENV_ROUNDS + 1];                     /* [rounds left]: earned by edges yet to come */
	double edge[ENV_ROUNDS + 1][CONTRACT_TYPES_MAX]; /* [rounds left][type]: by each edge that is there */
};

/* `in` with its own prior, from which fresh edges are drawn. In shares of env_scale. */
void potential_init(struct potential *p, const struct instance *in);
/* The forecast for these types among the active; 0 when no round is left. */
double potential_at(const struct potential *p, const double *prior, const struct env_moment *at);

#endif
