/* From a solver's point, right to some digits, to a menu that is feasible to the last. */
#ifndef POLICY_EXACT_REPAIR_H
#define POLICY_EXACT_REPAIR_H

#include "cloud/policy/exact_program.h"

/* E_INFEASIBLE when no menu near the point is feasible. */
int program_menu(const struct program *p, const double *x, struct menu *out, struct err *e) MUST_CHECK;

#endif
