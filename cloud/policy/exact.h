/* The second-best optimum: the most that any menu can earn while types stay private. */
#ifndef POLICY_EXACT_H
#define POLICY_EXACT_H

#include "cloud/policy/policy.h"

/* Solved by Ipopt over all constraints, then made feasible to CONTRACT_TOLERANCE; within 1e-6 relative of the
 * optimum. If Ipopt fails on every attempt the best monotone menu is taken instead (within about 0.2 % of the
 * optimum) and counted; E_SOLVER when that fails too. */
extern const struct policy_ops policy_exact;

/* How often, in this process, the monotone menu stood in for Ipopt's. */
unsigned long exact_fallbacks(void);

#endif
