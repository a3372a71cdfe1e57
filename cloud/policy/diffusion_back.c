/* The way back through the denoising chain. */
#include <math.h>
#include <string.h>

#include "cloud/policy/diffusion.h"
#include "common/nn/act.h"
#include "common/nn/gemm.h"
#include "common/nn/lanes.h"
#include "common/nn/rows.h"

/* dx [batch][in] = (or +=) dy [batch][out] W. */
static void back_product(int batch, int out, int in, const float *dy, const float *w, bool add, float *dx)
{
	gemm(&(struct gemm){.m = batch,
	                    .n = in,
	                    .k = out,
	                    .a = dy,
	                    .lda = out,
	                    .b = w,
	                    .ldb = in,
	                    .c = dx,
	                    .ldc = in,
	                    .add = add});
}

/* dw [out][in] = dy [rows][out]^T x [rows][in]. */
static void weight_gradient(int rows, int out, int in, const float *dy, const float *x, float *dw)
{
	gemm(&(struct gemm){.m = out,
	                    .n = in,
	                    .k = rows,
	                    .a = dy,
	                    .lda = out,
	                    .a_trans = true,
	                    .b = x,
	                    .ldb = in,
	                    .c = dw,
	                    .ldc = in});
}

/* The entropy bound holds -|x_t - sqrt(1 - beta) x_(t-1)|^2 / (2 beta) for each step; this adds its share
 * to the gradient of x_(t-1), in d->dx, and gives that of x_t in `rest`. */
static void spread_back(const struct diffusion *d, int t, size_t n, float weight, const float *x,
                        const float *next, float *rest)
{
	float shrink = (float)sqrt(1 - d->schedule.beta[t - 1]);
	float over = weight / (float)d->schedule.beta[t - 1];

	for (size_t i = 0; i < n; i++) {
		rest[i] = over * (x[i] - shrink * next[i]);
		d->dx[i] -= shrink * rest[i];
	}
}

/* Up to four coordinates: from the gradient of x_(t-1) in dx, that of the predicted noise in deps, and in dx
 * what reaches x_t past the network. A clamped coordinate passes nothing, unless descending on the loss,
 * against the gradient, would move it inwards. */
static void denoise_back_quad(const struct diffusion *d, int t, const float *u_in, float *dx, float *deps)
{
	const struct schedule *c = &d->schedule;
	quad u = quad_load(u_in), zero = quad_all(0), all = quad_load(dx), dx0 = c->clean[t - 1] * all;
	quad_mask above = u > quad_all(d->clamp), below = u < quad_all(-d->clamp);
	quad_mask inwards = (above & (dx0 > zero)) | (below & (dx0 < zero));
	quad_mask blocked = d->inward ? (above | below) & ~inwards : above | below;
	quad du = quad_select(blocked, zero, dx0);

	quad_store(deps, -c->noise[t - 1] * du);
	quad_store(dx, c->keep[t - 1] * all + c->take[t - 1] * du);
}

static void denoise_back(struct diffusion *d, int t, size_t n, const float *u, float *deps)
{
	float last[3][QUAD] = {{0}};
	size_t i = 0, rest = n % QUAD * sizeof(float);

	for (; i + QUAD <= n; i += QUAD)
		denoise_back_quad(d, t, u + i, d->dx + i, deps + i);
	memcpy(last[0], u + i, rest);
	memcpy(last[1], d->dx + i, rest);
	denoise_back_quad(d, t, last[0], last[1], last[2]);
	memcpy(d->dx + i, last[1], rest);
	memcpy(deps + i, last[2], rest);
}

/* Through the network at step j, from the gradient of its output to those before its activations, and on to
 * x_t. */
static void predict_back(struct diffusion *d, const float *params, int batch, int j, const float *deps)
{
	const struct diffusion_shape *h = &d->shape;
	size_t rows = (size_t)batch * (size_t)j, n[2];
	float *dz[2];

	for (int i = 0; i < 2; i++) {
		n[i] = (size_t)batch * (size_t)h->hidden[i];
		dz[i] = d->dz[i] + rows * (size_t)h->hidden[i];
	}
	back_product(batch, h->action, h->hidden[1], deps, params + d->offset[DIFFUSION_OUT], false, dz[1]);
	mish_backward(d->z[1] + rows * (size_t)h->hidden[1], dz[1], dz[1], n[1]);
	back_product(batch, h->hidden[1], h->hidden[0], dz[1], params + d->offset[DIFFUSION_HIDDEN], false,
	             dz[0]);
	mish_backward(d->z[0] + rows * (size_t)h->hidden[0], dz[0], dz[0], n[0]);
	if (j > 0)
		back_product(batch, h->hidden[0], h->action, dz[0], params + d->offset[DIFFUSION_X], true, d->dx);
}

/* All steps' gradients at once: the kept numbers of the steps lie one after another. */
static void all_weight_gradients(struct diffusion *d, const struct diffusion_back *b)
{
	const struct diffusion_shape *h = &d->shape;
	int rows = b->batch * h->steps;
	size_t n = (size_t)b->batch * (size_t)h->hidden[0];
	float *sum = d->base; /* no longer needed */

	weight_gradient(rows, h->action, h->hidden[1], d->eps, d->y[1], b->grads + d->offset[DIFFUSION_OUT]);
	rows_sum(d->eps, rows, h->action, b->grads + d->offset[DIFFUSION_OUT_BIAS]);
	weight_gradient(rows, h->hidden[1], h->hidden[0], d->dz[1], d->y[0],
	                b->grads + d->offset[DIFFUSION_HIDDEN]);
	rows_sum(d->dz[1], rows, h->hidden[1], b->grads + d->offset[DIFFUSION_HIDDEN_BIAS]);
	weight_gradient(rows, h->hidden[0], h->action, d->dz[0], d->x, b->grads + d->offset[DIFFUSION_X]);
	memset(sum, 0, n * sizeof(*sum));
	for (int j = 0; j < h->steps; j++) {
		const float *dz = d->dz[0] + (size_t)j * n;

		rows_sum(dz, b->batch, h->hidden[0],
		         b->grads + d->offset[DIFFUSION_TIME] + (size_t)(h->steps - 1 - j) * (size_t)h->hidden[0]);
		rows_add(sum, dz, 1, (int)n, sum);
	}
	weight_gradient(b->batch, h->hidden[0], h->state, sum, b->states, b->grads + d->offset[DIFFUSION_STATE]);
}

void diffusion_backward(struct diffusion *d, const float *params, const struct diffusion_back *b)
{
	int steps = d->shape.steps;
	size_t n = (size_t)b->batch * (size_t)d->shape.action;

	memcpy(d->dx, b->da, n * sizeof(*d->dx));
	for (int j = steps - 1; j >= 0; j--) {
		const float *x = d->x + (size_t)j * n;
		float *deps = d->eps + (size_t)j * n;

		if (b->entropy_weight > 0)
			spread_back(d, steps - j, n, b->entropy_weight, x, x + n, d->rest);
		denoise_back(d, steps - j, n, d->u + (size_t)j * n, deps);
		if (b->entropy_weight > 0)
			rows_add(d->dx, d->rest, 1, (int)n, d->dx);
		predict_back(d, params, b->batch, j, deps);
	}
	all_weight_gradients(d, b);
}

void diffusion_entropy(const struct diffusion *d, int batch, double *each)
{
	int steps = d->shape.steps, action = d->shape.action;
	size_t n = (size_t)batch * (size_t)action;
	double constant = 0.5 * log(2 * M_PI);

	for (int t = 1; t <= steps; t++)
		constant +=
		    log((double)(t == 1 ? d->last_sd : d->schedule.sd[t - 1])) - 0.5 * log(d->schedule.beta[t - 1]);
	for (int b = 0; b < batch; b++)
		each[b] = constant * action;
	for (size_t i = 0; i < n; i++)
		each[i / (size_t)action] += 0.5 * (double)d->x[i] * (double)d->x[i];
	for (int j = 0; j < steps; j++) {
		double beta = d->schedule.beta[steps - j - 1];
		const float *x = d->x + (size_t)j * n, *z = d->noise + (size_t)(j + 1) * n;

		for (size_t i = 0; i < n; i++) {
			double off = (double)x[i] - sqrt(1 - beta) * (double)x[n + i];

			each[i / (size_t)action] += 0.5 * (double)z[i] * (double)z[i] - off * off / (2 * beta);
		}
	}
}
