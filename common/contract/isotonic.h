/* Isotonic regression by pooling adjacent violators. */
#ifndef CONTRACT_ISOTONIC_H
#define CONTRACT_ISOTONIC_H

/* Replaces y[n], n <= CONTRACT_TYPES_MAX, by the non-increasing sequence nearest to it in weighted least
 * squares; weight[k] > 0. */
void isotonic_decreasing(double *y, const double *weight, int n);

#endif
