/* Measuring what a contract costs. */
#ifndef LAB_LAB_TIME_H
#define LAB_LAB_TIME_H

#include "cloud/policy/actor.h"

#define LAB_RUNS      41 /* of which the median is taken, */
#define LAB_WARM_RUNS 3  /* after these, which do not count */

/* The middle one of n > 0 numbers, which are sorted in place. */
double lab_median(double *v, int n);
/* Microseconds for `batch` contracts at once, `times` in a row: the median of several runs. */
double lab_act_us(struct actor *a, const float *params, const float *states, int batch, int times);

#endif
