/* The last touch to a learned contract of efforts and least rewards. A denoising chain comes close to, but
 * not into, two places where the optimum often lies: the corner where types are left out altogether, and the
 * best type's effort, which no optimum distorts (Laffont and Martimort 2002, ch. 3). Each is tried, and kept
 * only where the modelled profit is higher. */
#ifndef POLICY_POLISH_H
#define POLICY_POLISH_H

#include "common/contract/menu.h"

/* `m` holds feasible efforts that rise with the type, and least rewards; so it does afterwards. E_INFEASIBLE
 * if no rewards implement what was tried (cannot happen with tidy instances). */
int polish(const struct instance *in, struct menu *m, struct err *e) MUST_CHECK;

#endif
