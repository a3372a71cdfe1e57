/* Plain C, for every shape and processor: the fallback, and what the SIMD kernels are tested against. */
#include <string.h>

#include "common/nn/conv.h"
#include "common/nn/conv_pack.h"
#include "common/nn/kernel.h"

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

/* Four numbers, wherever they lie: every compiler here makes the machine's vectors of them. */
typedef float vf __attribute__((vector_size(16), aligned(4), may_alias));

#define LANES 4
#define BLOCK (2 * LANES) /* output channels done together */

/* The four windows of one pool, BLOCK output channels: out[window][channel]. x points at the first
 * window's first element, w is [k][k][ic][BLOCK]. */
static void convolve_block(const struct conv_shape *s, const float *x, const float *w, const float *bias,
                           float *out)
{
	int stride = s->w * s->ic;
	vf acc[8];

	UNROLL for (int i = 0; i < 8; i++) acc[i] = *(const vf *)(bias + i % 2 * LANES);
	for (int ky = 0; ky < s->k; ky++)
		for (int j = 0; j < s->k * s->ic; j++, w += BLOCK) {
			const float *at = x + ky * stride + j;

			UNROLL for (int i = 0; i < 8; i++) acc[i] +=
			    at[i / 4 * stride + i / 2 % 2 * s->ic] * *(const vf *)(w + i % 2 * LANES);
		}
	UNROLL for (int i = 0; i < 8; i++) * (vf *)(out + i * LANES) = acc[i];
}

/* The same for one channel; w is [k][k][ic], out[window]. */
static void convolve_one(const struct conv_shape *s, const float *x, const float *w, const float *bias,
                         float *out)
{
	int stride = s->w * s->ic;

	for (int a = 0; a < 4; a++) {
		const float *at = x + a / 2 * stride + a % 2 * s->ic, *tap = w;

		out[a] = *bias;
		for (int ky = 0; ky < s->k; ky++)
			for (int j = 0; j < s->k * s->ic; j++)
				out[a] += at[ky * stride + j] * *tap++;
	}
}

/* The largest of four values `step` apart, through ReLU. NaN wins and stays. */
static float pool(const float *v, int step, int32_t *arg)
{
	float best = v[0];

	*arg = 0;
	for (int a = 1; a < 4; a++)
		if (v[a * step] > best || v[a * step] != v[a * step]) {
			best = v[a * step];
			*arg = a;
		}
	return best <= 0 ? 0 : best;
}

/* One image, `block` (1 or BLOCK) output channels; w, bias, y and arg already at the first. */
static void forward_block(const struct conv_shape *s, int block, const float *x, const float *w,
                          const float *bias, float *y, int32_t *arg)
{
	float v[4 * BLOCK];

	for (int py = 0; py < conv_pooled_h(s); py++)
		for (int px = 0; px < conv_pooled_w(s); px++, y += s->oc, arg += s->oc) {
			const float *at = x + 2 * (py * s->w + px) * s->ic;

			if (block == BLOCK)
				convolve_block(s, at, w, bias, v);
			else
				convolve_one(s, at, w, bias, v);
			for (int o = 0; o < block; o++)
				y[o] = pool(v + o, block, &arg[o]);
		}
}

static void forward(const struct conv_pass *p)
{
	const struct conv_shape *s = p->shape;
	size_t in = (size_t)(s->h * s->w * s->ic);
	size_t out = (size_t)(conv_pooled_h(s) * conv_pooled_w(s) * s->oc);
	int block = s->oc % BLOCK == 0 ? BLOCK : 1;

	conv_pack_blocks(s, p->w, block, p->work);
	for (size_t b = 0; b < (size_t)p->batch; b++)
		for (int o = 0; o < s->oc; o += block)
			forward_block(s, block, p->x + b * in, p->work + o * s->ic * s->k * s->k, p->bias + o,
			              p->y + b * out + o, p->arg + b * out + o);
}

/* y += g x */
static inline void add_scaled(int n, float g, const float *x, float *y)
{
	int i = 0;

	for (; i + LANES <= n; i += LANES)
		*(vf *)(y + i) += g * *(const vf *)(x + i);
	for (; i < n; i++)
		y[i] += g * x[i];
}

/* One winner's gradient into dw [k][k][ic] of its channel and, if wanted, into dx; w as dw. */
static void spread(const struct conv_shape *s, float g, const float *x, const float *w, float *dw, float *dx)
{
	int run = s->k * s->ic;

	for (int ky = 0; ky < s->k; ky++) {
		int row = ky * s->w * s->ic;

		add_scaled(run, g, x + row, dw + ky * run);
		if (dx)
			add_scaled(run, g, w + ky * run, dx + row);
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

				if (p->y[at] <= 0 || g->dy[at] == 0)
					continue;
				g->db[o] += g->dy[at];
				spread(s, g->dy[at], p->x + in, w + o * window, dw + o * window, g->dx ? g->dx + in : NULL);
			}
	conv_unpack_ohwi(s, dw, g->dw);
}

const struct conv_kernels conv_portable = {"portable", runs_here, fits, forward, backward};
