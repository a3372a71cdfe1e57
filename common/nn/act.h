/* Activation functions over blocks of numbers, forward and backward. ReLU is part of the layers that have
 * it (conv.h, dense.h). NaN propagates. */
#ifndef NN_ACT_H
#define NN_ACT_H

#include <stddef.h>

/* y = x tanh(log(1 + exp(x))) (Misra 2019). In place is fine. */
void mish_forward(const float *x, float *y, size_t n);
/* dx = dy times the slope at x. dx may be dy. */
void mish_backward(const float *x, const float *dy, float *dx, size_t n);

#endif
