/* Contracts as points of a box, for policies that learn.
 *
 * Structured: K + K^2 coordinates in [-1, 1] become monotone efforts, so that least rewards always make a
 * feasible menu of them. Direct: efforts and rewards both free, 2K + 2K^2 coordinates; the menu may be
 * infeasible. Order of the coordinates: q1[k], then q2[k][l] row by row; direct continues with r1 and r2 in
 * the same order. */
#ifndef CONTRACT_ACTION_H
#define CONTRACT_ACTION_H

#include "common/contract/menu.h"

#define ACTION_STRUCTURED_MAX (CONTRACT_TYPES_MAX + CONTRACT_TYPES_MAX * CONTRACT_TYPES_MAX)
#define ACTION_DIRECT_MAX     (2 * ACTION_STRUCTURED_MAX)

int action_structured_size(int types);
int action_direct_size(int types);

/* Efforts only, in m->q1 and m->q2. Coordinates beyond [-1, 1] count as the nearest bound. */
void action_efforts(const double *action, const struct terms *t, struct menu *m);
/* The chain rule through that: da [K + K^2] += the gradient by the action, from `by`, that by the efforts of
 * m = action_efforts(action), which is overwritten. At a bound of the box it is the slope to the inside. */
void action_efforts_back(const float *action, const struct terms *t, const struct menu *m, struct menu *by,
                         float *da);
/* Efforts and least rewards: a feasible menu for every action. */
int action_structured_menu(const double *action, const struct instance *in, struct menu *m,
                           struct err *e) MUST_CHECK;
/* Efforts q_max*f and rewards alpha*log(1 + beta*q_max)*f with f = (a + 1)/2. */
void action_direct_menu(const double *action, const struct instance *in, struct menu *m);
/* The structured action whose efforts are those of `m`, as near as monotone efforts come to them. */
void action_of_menu(const struct menu *m, const struct terms *t, double *action);

#endif
