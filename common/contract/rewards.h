/* Least rewards: the cheapest feasible menu for given efforts.
 *
 * Incentive and participation constraints are difference constraints on rents, so the least rents are longest
 * paths (Bellman-Ford over K nodes). If q1 does not fall in the type and q2 falls in neither index, and the
 * transition is ordered, least rewards always exist (contract-model: "fact used everywhere"). */
#ifndef CONTRACT_REWARDS_H
#define CONTRACT_REWARDS_H

#include "common/contract/menu.h"

/* Fills r1 and r2 from q1 and q2. E_INFEASIBLE names the types of a cycle whose demands cannot be met. */
int menu_least_rewards(struct menu *m, const struct instance *in, struct err *e) MUST_CHECK;

/* The two stages by themselves. Stage 2 fills r2 from q2; stage 1 fills r1 from q1 for whatever feasible
 * sub-menus are already there (steeper second-period rents than the least can pay when item k tempts a lower
 * type). */
int menu_least_rewards2(struct menu *m, const struct terms *t, struct err *e) MUST_CHECK;
int menu_least_rewards1(struct menu *m, const struct instance *in, struct err *e) MUST_CHECK;

#endif
