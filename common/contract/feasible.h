/* Is a menu one that every type takes truthfully and gladly? If not: which constraint, by how much. */
#ifndef CONTRACT_FEASIBLE_H
#define CONTRACT_FEASIBLE_H

#include <stdbool.h>

#include "common/contract/menu.h"

struct violation {
	double amount;  /* credits; 0 when nothing is violated, INFINITY for a menu that is no menu */
	char text[160]; /* "IC1: type 2 prefers item 3 by 0.012"; empty when nothing is violated */
};

/* The worst violation of the ranges, IC2, IR2, IC1, IR1 and, in per-period mode, IR1 of period 1 alone. */
struct violation menu_violation(const struct menu *m, const struct instance *in);
/* Violation at most CONTRACT_TOLERANCE. */
bool menu_is_feasible(const struct menu *m, const struct instance *in);
/* E_INFEASIBLE with the violated constraint's name. */
int menu_require_feasible(const struct menu *m, const struct instance *in, struct err *e) MUST_CHECK;

#endif
