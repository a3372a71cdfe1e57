/* The dense layer y = x W^T + b with or without ReLU, row-major, on gemm.h. */
#ifndef NN_DENSE_H
#define NN_DENSE_H

#include <stdbool.h>

struct dense_shape {
	int in, out;
	bool relu; /* y = max(0, ...); NaN passes */
};

/* x [batch][in], w [out][in], bias [out], y [batch][out]. */
void dense_forward(const struct dense_shape *s, int batch, const float *x, const float *w, const float *bias,
                   float *y);

/* dy [batch][out] is the gradient of y; with relu it is set to 0 where y is 0. dw and db are overwritten,
 * and so is dx [batch][in], which may be NULL. */
void dense_backward(const struct dense_shape *s, int batch, const float *x, const float *w, const float *y,
                    float *dy, float *dw, float *db, float *dx);

#endif
