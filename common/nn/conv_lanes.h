/* The SIMD convolution, written once over a few vector operations. Included by conv_avx2.c and
 * conv_avx512.c alone, after they define:
 *
 *   LANES                  floats in a vector; vf a vector of floats, vi of int32
 *   FORWARD_COLS           columns of the wide forward tile (2 rows, 2 vectors of output channels)
 *   DW_ROWS                kernel rows whose weight gradients fit in the registers at once;
 *   DW_ROWS_SINGLE         the same for one input channel
 *   vf_set1 vf_load vf_store vf_fma(a, b, c) = a * b + c; vi_zero vi_load vi_store
 *   vf_pool(v, n, &y, &arg)  candidate n against the best so far; NaN wins and stays
 *   vf_relu(v)               v where not v <= 0, so that NaN passes
 *   vf_gate(y, g)            g where not y <= 0, else 0
 *   vf_load_edge(p)          the first 6 floats at p, reading no further
 *   vf_pick(r0, r1, i)       lane by lane one element of two rows from vf_load_edge: i = vi_index(arg)
 *                            takes element arg % 2 of row arg / 2, vi_next(i) the one to its right
 *
 * One input channel: lanes are output channels. Otherwise lanes are output channels in the forward
 * pass and input channels in the backward pass. */
#include <string.h>

#include "common/nn/conv.h"
#include "common/nn/conv_pack.h"

#define K      5
#define TAPS   (K * K)
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 32")

static bool fits(const struct conv_shape *s, bool need_dx)
{
	if (s->k != K || s->oc % LANES != 0)
		return false;
	return s->ic % LANES == 0 || (s->ic == 1 && !need_dx);
}

/* Output channels that one forward tile covers; also the block of the packed weights. */
static int forward_block(const struct conv_shape *s)
{
	return s->oc % (2 * LANES) == 0 ? 2 * LANES : LANES;
}

/* ---- forward ---------------------------------------------------------------------------------- */

/* `cols` columns (even) of two rows of the convolution for `vecs` vectors of output channels, pooled
 * to cols / 2 outputs. x at the top left window, w one block of the packed weights. */
INLINE void tile(const struct conv_shape *s, const float *x, const float *w, const float *bias, int cols,
                 int vecs, float *y, int32_t *arg)
{
	vf acc[16];
	int run = K * s->ic, stride = s->w * s->ic;

	UNROLL for (int i = 0; i < 2 * cols * vecs; i++) acc[i] = vf_load(bias + i % vecs * LANES);
	for (int ky = 0; ky < K; ky++)
		for (int j = 0; j < run; j++, w += vecs * LANES) {
			const float *top = x + ky * stride + j;

			UNROLL for (int i = 0; i < 2 * cols * vecs; i++)
			{
				int col = i / vecs / 2, row = i / vecs % 2;

				acc[i] =
				    vf_fma(vf_set1(top[row * stride + col * s->ic]), vf_load(w + i % vecs * LANES), acc[i]);
			}
		}
	UNROLL for (int i = 0; i < cols / 2 * vecs; i++)
	{
		int pair = i / vecs, v = i % vecs;
		vf best = acc[pair * 4 * vecs + v];
		vi which = vi_zero();

		vf_pool(acc[(pair * 4 + 2) * vecs + v], 1, &best, &which);
		vf_pool(acc[(pair * 4 + 1) * vecs + v], 2, &best, &which);
		vf_pool(acc[(pair * 4 + 3) * vecs + v], 3, &best, &which);
		vf_store(y + pair * s->oc + v * LANES, vf_relu(best));
		vi_store(arg + pair * s->oc + v * LANES, which);
	}
}

/* All of one image for one block of output channels (y, arg, bias already at the block). */
INLINE void forward_block_image(const struct conv_shape *s, const float *x, const float *w, const float *bias,
                                int cols, int vecs, float *y, int32_t *arg)
{
	int pw = conv_pooled_w(s);

	for (int py = 0; py < conv_pooled_h(s); py++) {
		int px = 0;

		for (; px + cols / 2 <= pw; px += cols / 2) {
			int at = (py * pw + px) * s->oc;

			tile(s, x + 2 * (py * s->w + px) * s->ic, w, bias, cols, vecs, y + at, arg + at);
		}
		for (; px < pw; px++) {
			int at = (py * pw + px) * s->oc;

			tile(s, x + 2 * (py * s->w + px) * s->ic, w, bias, 2, vecs, y + at, arg + at);
		}
	}
}

static void forward(const struct conv_pass *p)
{
	const struct conv_shape *s = p->shape;
	int block = forward_block(s);
	size_t in = (size_t)(s->h * s->w * s->ic);
	size_t out = (size_t)(conv_pooled_h(s) * conv_pooled_w(s) * s->oc);

	conv_pack_blocks(s, p->w, block, p->work);
	for (size_t b = 0; b < (size_t)p->batch; b++)
		for (int o = 0; o < s->oc; o += block) {
			const float *x = p->x + b * in, *w = p->work + o * TAPS * s->ic;
			float *y = p->y + b * out + o;
			int32_t *arg = p->arg + b * out + o;

			if (block == LANES)
				forward_block_image(s, x, w, p->bias + o, 2 * FORWARD_COLS, 1, y, arg);
			else
				forward_block_image(s, x, w, p->bias + o, FORWARD_COLS, 2, y, arg);
		}
}

/* ---- backward, one input channel --------------------------------------------------------------- */

/* Adds to `rows` kernel rows of dw [k][k][LANES] (from kernel row ky on) what one image gives. */
INLINE void dw_rows_single(const struct conv_shape *s, const float *x, const float *g, const int32_t *arg,
                           int ky, int rows, float *dw)
{
	int ph = conv_pooled_h(s), pw = conv_pooled_w(s);
	vf acc[DW_ROWS_SINGLE * K];

	UNROLL for (int t = 0; t < rows * K; t++) acc[t] = vf_load(dw + (ky * K + t) * LANES);
	for (int i = 0; i < ph * pw; i++) {
		const float *at = x + (2 * (i / pw) + ky) * s->w + 2 * (i % pw);
		vf gv = vf_load(g + i * s->oc), row[DW_ROWS_SINGLE + 1];
		vi pick = vi_index(vi_load(arg + i * s->oc));

		UNROLL for (int r = 0; r <= rows; r++) row[r] = vf_load_edge(at + r * s->w);
		UNROLL for (int t = 0; t < rows * K; t++)
		{
			int kx = t / rows, r = t % rows;

			if (kx > 0 && r == 0)
				pick = vi_next(pick);
			acc[r * K + kx] = vf_fma(gv, vf_pick(row[r], row[r + 1], pick), acc[r * K + kx]);
		}
	}
	UNROLL for (int t = 0; t < rows * K; t++) vf_store(dw + (ky * K + t) * LANES, acc[t]);
}

static void dw_single(const struct conv_shape *s, const float *x, const float *g, const int32_t *arg,
                      float *dw)
{
	for (int o = 0; o < s->oc; o += LANES, dw += TAPS * LANES) {
		int ky = 0;

		for (; ky + DW_ROWS_SINGLE <= K; ky += DW_ROWS_SINGLE)
			dw_rows_single(s, x, g + o, arg + o, ky, DW_ROWS_SINGLE, dw);
		if (K % DW_ROWS_SINGLE)
			dw_rows_single(s, x, g + o, arg + o, ky, K % DW_ROWS_SINGLE, dw);
	}
}

/* ---- backward, input channels as lanes ----------------------------------------------------------- */

/* One position that won its pool with a gradient other than 0. */
struct winner {
	int32_t at; /* offset of its window in the image */
	float g;
};

/* The winners of output channel o in one image; returns how many. */
static int list_winners(const struct conv_shape *s, const float *g, const int32_t *arg, struct winner *list)
{
	int ph = conv_pooled_h(s), pw = conv_pooled_w(s), n = 0;

	for (int i = 0; i < ph * pw; i++) {
		int32_t a = arg[i * s->oc];

		list[n].at = ((2 * (i / pw) + (a >> 1)) * s->w + 2 * (i % pw) + (a & 1)) * s->ic;
		list[n].g = g[i * s->oc];
		n += list[n].g != 0;
	}
	return n;
}

/* Adds to `rows` kernel rows of dw [k][k][ic] for one vector of input channels. */
INLINE void dw_rows(const struct conv_shape *s, const float *x, const struct winner *list, int n, int ky,
                    int rows, float *dw)
{
	vf acc[DW_ROWS * K];
	int stride = s->w * s->ic;

	UNROLL for (int t = 0; t < rows * K; t++) acc[t] = vf_load(dw + (ky * K + t) * s->ic);
	for (int i = 0; i < n; i++) {
		const float *at = x + list[i].at + ky * stride;
		vf g = vf_set1(list[i].g);

		UNROLL for (int t = 0; t < rows * K; t++) acc[t] =
		    vf_fma(g, vf_load(at + t / K * stride + t % K * s->ic), acc[t]);
	}
	UNROLL for (int t = 0; t < rows * K; t++) vf_store(dw + (ky * K + t) * s->ic, acc[t]);
}

static void dw_channel(const struct conv_shape *s, const float *x, const struct winner *list, int n,
                       float *dw)
{
	for (int c = 0; c < s->ic; c += LANES) {
		int ky = 0;

		for (; ky + DW_ROWS <= K; ky += DW_ROWS)
			dw_rows(s, x + c, list, n, ky, DW_ROWS, dw + c);
		if (K % DW_ROWS)
			dw_rows(s, x + c, list, n, ky, K % DW_ROWS, dw + c);
	}
}

/* dx += what the winners of one output channel pass on; w is its [k][k][ic]. */
static void dx_channel(const struct conv_shape *s, const float *w, const struct winner *list, int n,
                       float *dx)
{
	int stride = s->w * s->ic;

	for (int c = 0; c < s->ic; c += LANES)
		for (int i = 0; i < n; i++) {
			float *at = dx + list[i].at + c;
			vf g = vf_set1(list[i].g);

			UNROLL for (int t = 0; t < TAPS; t++)
			{
				float *to = at + t / K * stride + t % K * s->ic;

				vf_store(to, vf_fma(g, vf_load(w + t * s->ic + c), vf_load(to)));
			}
		}
}

/* ---- backward ------------------------------------------------------------------------------------ */

/* g = dy where the ReLU was open, else 0; db += g. One image. */
static void gate(const struct conv_shape *s, const float *y, const float *dy, float *g, float *db)
{
	int n = conv_pooled_h(s) * conv_pooled_w(s);

	for (int o = 0; o < s->oc; o += LANES) {
		vf sum = vf_load(db + o);

		for (int i = o; i < n * s->oc; i += s->oc) {
			vf open = vf_gate(vf_load(y + i), vf_load(dy + i));

			vf_store(g + i, open);
			sum = sum + open;
		}
		vf_store(db + o, sum);
	}
}

static void backward_image(const struct conv_pass *p, const struct conv_grads *grads, size_t b, float *w,
                           float *dw)
{
	const struct conv_shape *s = p->shape;
	size_t in = (size_t)(s->h * s->w * s->ic);
	size_t out = (size_t)(conv_pooled_h(s) * conv_pooled_w(s) * s->oc);
	const float *x = p->x + b * in;
	const int32_t *arg = p->arg + b * out;
	float *g = dw + s->oc * s->ic * TAPS;
	struct winner *list = (struct winner *)(g + out);

	gate(s, p->y + b * out, grads->dy + b * out, g, grads->db);
	if (s->ic == 1) {
		dw_single(s, x, g, arg, dw);
		return;
	}
	if (grads->dx)
		memset(grads->dx + b * in, 0, in * sizeof(float));
	for (int o = 0; o < s->oc; o++) {
		int n = list_winners(s, g + o, arg + o, list);

		dw_channel(s, x, list, n, dw + o * TAPS * s->ic);
		if (grads->dx)
			dx_channel(s, w + o * TAPS * s->ic, list, n, grads->dx + b * in);
	}
}

static void backward(const struct conv_pass *p, const struct conv_grads *grads)
{
	const struct conv_shape *s = p->shape;
	size_t weights = (size_t)(s->oc * s->ic * TAPS);
	float *w = p->work, *dw = p->work + weights;

	memset(dw, 0, weights * sizeof(*dw));
	memset(grads->db, 0, (size_t)s->oc * sizeof(float));
	if (grads->dx)
		conv_pack_ohwi(s, p->w, w);
	for (size_t b = 0; b < (size_t)p->batch; b++)
		backward_image(p, grads, b, w, dw);
	if (s->ic == 1)
		conv_unpack_blocks(s, dw, LANES, grads->dw);
	else
		conv_unpack_ohwi(s, dw, grads->dw);
}
