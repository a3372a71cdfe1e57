/* Sums over the rows of a matrix, and rows set to one and the same: what biases need, forward and backward.
 */
#ifndef NN_ROWS_H
#define NN_ROWS_H

#include <stddef.h>

/* sum [width] = the sum of the rows of x [rows][width], in their order. */
void rows_sum(const float *x, int rows, int width, float *sum);
/* Every row of y [rows][width] = row [width]. */
void rows_fill(const float *row, int rows, int width, float *y);
/* y [rows][width] = x [rows][width] + row [width] to each; y may be x. */
void rows_add(const float *x, const float *row, int rows, int width, float *y);

/* Sum of squares of n numbers. */
double rows_square_sum(const float *x, size_t n);
/* x *= factor. */
void rows_scale(float *x, size_t n, float factor);
/* y += share (x - y). */
void rows_mix(const float *x, size_t n, float share, float *y);

#endif
