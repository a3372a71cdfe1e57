/* A direct action as the types of its state see it: what every item leaves to whom, and the gradients of that
 * by the action. slack.h and logit.h build on it.
 *
 * Items are numbered as the action's first coordinates: k in period 1, K + k K + l in period 2. Money is in
 * shares of env_scale(), the value of the largest effort. */
#ifndef POLICY_DIRECT_H
#define POLICY_DIRECT_H

#include "cloud/policy/env.h"

#define DIRECT_ITEMS_MAX ACTION_STRUCTURED_MAX
#define DIRECT_DECLINE   (-1)

struct direct {
	int types, items;
	struct instance in;                                     /* env_decode() */
	float pay, reach;                                       /* env_scale(), and log(1 + beta q_max) */
	float effort[DIRECT_ITEMS_MAX], cost[DIRECT_ITEMS_MAX]; /* base cost */
	float reward[DIRECT_ITEMS_MAX], value[DIRECT_ITEMS_MAX];
	float prior[CONTRACT_TYPES_MAX], ease[CONTRACT_TYPES_MAX]; /* ease: 1 / theta */
	float later[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX];       /* delta P_kl */
	float best[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX];        /* [k][l]: the most that type l gets of k */
	int choice[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX];        /* the item for that, or DIRECT_DECLINE */
};

/* Coordinates beyond [-1, 1] count as the nearest bound. */
void direct_see(struct direct *d, int types, const float *state, const float *action);

/* What the cloud keeps of an item that is taken. */
float direct_margin(const struct direct *d, int item);
/* u2(k, m | own) and U(own, k) of menu.h. */
float direct_rent2(const struct direct *d, int k, int m, int own);
float direct_utility(const struct direct *d, int own, int k);

/* Gradients by the items' numbers; the functions below add to it. */
struct direct_back {
	float cost[DIRECT_ITEMS_MAX], reward[DIRECT_ITEMS_MAX], value[DIRECT_ITEMS_MAX];
};

void direct_margin_back(int item, float g, struct direct_back *b);
void direct_rent2_back(const struct direct *d, int k, int m, int own, float g, struct direct_back *b);
void direct_utility_back(const struct direct *d, int own, int k, float g, struct direct_back *b);
/* da [2 (K + K^2)] += the gradient by the action; a coordinate beyond a bound gets that at the bound. */
void direct_back(const struct direct *d, const struct direct_back *b, float *da);

#endif
