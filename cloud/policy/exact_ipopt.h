/* Ipopt behind one call; the only code that sees its header. */
#ifndef POLICY_EXACT_IPOPT_H
#define POLICY_EXACT_IPOPT_H

#include "cloud/policy/exact_program.h"

/* Minimises the program's objective from x[variables] into x. E_SOLVER says how Ipopt ended. Safe from
 * several threads, which wait for each other: Ipopt's linear solver is not re-entrant. `attempt` (0, 1, ...)
 * chooses among option sets, for another try after a failure. */
int program_minimise(const struct program *p, int attempt, double *x, struct err *e) MUST_CHECK;
#define PROGRAM_ATTEMPTS 3

#endif
