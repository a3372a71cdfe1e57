/* The runs that need no learning: the solved policies along every axis. */
#ifndef LAB_COMPARE_SWEEPS_H
#define LAB_COMPARE_SWEEPS_H

#include "cloud/lab/compare.h"

/* Series are policies' names, x the value, y the mean profit. */
void sweeps_plan_policies(struct study *s);
/* "exact" and "static", shown estimates: mean ratio by number of witnesses. */
void sweeps_plan_observed(struct study *s);
/* "exact-profit" and "exact-kept", and the same for "bonus-", the best constant bonus. */
void sweeps_plan_retention(struct study *s);

#endif
