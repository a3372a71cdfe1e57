/* The convolution block: k x k convolution (stride 1, no padding), ReLU, 2 x 2 max-pool, as one layer.
 *
 * One layer because its parts pay for each other: the convolution's full output is never stored, and
 * the backward pass visits only the positions that won their pool (one in four).
 *
 * Activations are channels-last: x [batch][h][w][ic], y [batch][ph][pw][oc], so that channels are the
 * SIMD lanes. Weights and their gradients are in PyTorch's order [oc][ic][k][k]. An odd last row or
 * column of the convolution's output is dropped by the pool, as PyTorch does.
 *
 * Several implementations answer for it, chosen at run time by conv_kernels_for(). They agree up to
 * rounding; each alone gives the same bits every time. NaN propagates through ReLU and pool. */
#ifndef NN_CONV_H
#define NN_CONV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conv_shape {
	int h, w;   /* input rows and columns, each >= k + 1 */
	int ic, oc; /* input and output channels */
	int k;      /* kernel rows and columns */
};

/* Rows and columns of y. */
static inline int conv_pooled_h(const struct conv_shape *s)
{
	return (s->h - s->k + 1) / 2;
}

static inline int conv_pooled_w(const struct conv_shape *s)
{
	return (s->w - s->k + 1) / 2;
}

struct conv_pass {
	const struct conv_shape *shape;
	int batch;
	const float *x;    /* [batch][h][w][ic] */
	const float *w;    /* [oc][ic][k][k] */
	const float *bias; /* [oc] */
	float *y;          /* [batch][ph][pw][oc], written by forward, read by backward */
	int32_t *arg;      /* as y: which of the four won, 0 1 / 2 3; the first of equals */
	float *work;       /* conv_work_floats(shape) floats, 64-byte aligned, contents free to change */
};

struct conv_grads {
	const float *dy; /* [batch][ph][pw][oc] */
	float *dw;       /* [oc][ic][k][k], overwritten */
	float *db;       /* [oc], overwritten */
	float *dx;       /* [batch][h][w][ic], overwritten; NULL when nobody needs it */
};

struct conv_kernels {
	const char *name;
	bool (*runs_here)(void); /* does this processor have the instructions? */
	bool (*fits)(const struct conv_shape *s, bool need_dx);
	void (*forward)(const struct conv_pass *p);
	void (*backward)(const struct conv_pass *p, const struct conv_grads *g);
};

extern const struct conv_kernels conv_portable; /* any shape, any processor */
extern const struct conv_kernels conv_avx2;     /* k = 5, channels in eights (one input channel: no dx) */
extern const struct conv_kernels conv_avx512;   /* k = 5, channels in sixteens (the same) */

/* The fastest that runs here and fits; never NULL. With `name` only that one, or NULL. */
const struct conv_kernels *conv_kernels_for(const struct conv_shape *s, bool need_dx, const char *name);

#define CONV_GROUP 4 /* images that a backward pass takes at a time */
size_t conv_work_floats(const struct conv_shape *s);

#endif
