/* Inside of aggregation: the rules that sort each coordinate's values, see rule.h. */
#ifndef AGGREGATE_ROBUST_H
#define AGGREGATE_ROBUST_H

#include "cloud/aggregate/rule.h"

int trimmed_mean(const void *const *blocks, const double *weights, size_t n, size_t floats, float *out,
                 struct err *e) MUST_CHECK;
int coordinate_median(const void *const *blocks, const double *weights, size_t n, size_t floats, float *out,
                      struct err *e) MUST_CHECK;

#endif
