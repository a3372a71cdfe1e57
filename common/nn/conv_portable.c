/* Plain C, for every shape and processor: the fallback, and what the SIMD kernels are tested against. */
#include <string.h>

#include "common/nn/conv.h"
#include "common/nn/conv_pack.h"

static bool runs_here(void)
{
	return true;
}

static bool fits(const struct conv_shape *s, bool need_dx)
{
	(void)s;
	(void)need_dx;
	return true;
}

/* One position of the convolution, all output channels. x points at the window's first element,
 * w is [k][k][ic][oc], out [oc]. */
static void convolve_at(const struct conv_shape *s, const float *restrict x, const float *restrict w,
                        const float *restrict bias, float *restrict out)
{
	int run = s->k * s->ic;

	memcpy(out, bias, (size_t)s->oc * sizeof(*out));
	for (int ky = 0; ky < s->k; ky++)
		for (int j = 0; j < run; j++) {
			float v = x[ky * s->w * s->ic + j];
			const float *row = w + (ky * run + j) * s->oc;

			for (int o = 0; o < s->oc; o++)
				out[o] += v * row[o];
		}
}

/* Merges candidate number `which` into the pool. NaN wins and stays. */
static void pool_in(int oc, int32_t which, const float *v, float *y, int32_t *arg)
{
	for (int o = 0; o < oc; o++) {
		bool wins = which == 0 || v[o] > y[o] || v[o] != v[o];

		y[o] = wins ? v[o] : y[o];
		arg[o] = wins ? which : arg[o];
	}
}

static void forward_image(const struct conv_pass *p, const float *w, float *at, const float *x, float *y,
                          int32_t *arg)
{
	const struct conv_shape *s = p->shape;

	for (int py = 0; py < conv_pooled_h(s); py++)
		for (int px = 0; px < conv_pooled_w(s); px++, y += s->oc, arg += s->oc) {
			for (int32_t a = 0; a < 4; a++) {
				int top = 2 * py + a / 2, left = 2 * px + a % 2;

				convolve_at(s, x + (top * s->w + left) * s->ic, w, p->bias, at);
				pool_in(s->oc, a, at, y, arg);
			}
			for (int o = 0; o < s->oc; o++)
				y[o] = y[o] <= 0 ? 0 : y[o];
		}
}

static void forward(const struct conv_pass *p)
{
	const struct conv_shape *s = p->shape;
	size_t in = (size_t)(s->h * s->w * s->ic);
	size_t out = (size_t)(conv_pooled_h(s) * conv_pooled_w(s) * s->oc);
	float *at = p->work + s->oc * s->ic * s->k * s->k;

	conv_pack_blocks(s, p->w, s->oc, p->work);
	for (size_t b = 0; b < (size_t)p->batch; b++)
		forward_image(p, p->work, at, p->x + b * in, p->y + b * out, p->arg + b * out);
}

/* One winner's gradient into dw [k][k][ic] of its channel and, if wanted, into dx; w as dw. */
static void spread(const struct conv_shape *s, float g, const float *x, const float *w, float *dw, float *dx)
{
	int run = s->k * s->ic;

	for (int ky = 0; ky < s->k; ky++) {
		int row = ky * s->w * s->ic;

		for (int j = 0; j < run; j++)
			dw[ky * run + j] += g * x[row + j];
		if (!dx)
			continue;
		for (int j = 0; j < run; j++)
			dx[row + j] += g * w[ky * run + j];
	}
}

static void backward(const struct conv_pass *p, const struct conv_grads *g)
{
	const struct conv_shape *s = p->shape;
	int window = s->k * s->k * s->ic, pw = conv_pooled_w(s);
	int pooled = conv_pooled_h(s) * pw;
	float *w = p->work, *dw = p->work + s->oc * window;

	conv_pack_ohwi(s, p->w, w);
	memset(dw, 0, (size_t)(s->oc * window) * sizeof(*dw));
	memset(g->db, 0, (size_t)s->oc * sizeof(*g->db));
	if (g->dx)
		memset(g->dx, 0, (size_t)p->batch * (size_t)(s->h * s->w * s->ic) * sizeof(*g->dx));
	for (int b = 0; b < p->batch; b++)
		for (int i = 0; i < pooled; i++)
			for (int o = 0; o < s->oc; o++) {
				size_t at = ((size_t)b * (size_t)pooled + (size_t)i) * (size_t)s->oc + (size_t)o;
				int top = 2 * (i / pw) + p->arg[at] / 2, left = 2 * (i % pw) + p->arg[at] % 2;
				size_t in = ((size_t)(b * s->h + top) * (size_t)s->w + (size_t)left) * (size_t)s->ic;

				if (p->y[at] <= 0)
					continue;
				g->db[o] += g->dy[at];
				spread(s, g->dy[at], p->x + in, w + o * window, dw + o * window, g->dx ? g->dx + in : NULL);
			}
	conv_unpack_ohwi(s, dw, g->dw);
}

const struct conv_kernels conv_portable = {"portable", runs_here, fits, forward, backward};
