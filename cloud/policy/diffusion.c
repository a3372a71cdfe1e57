#include "cloud/policy/diffusion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/policy/normals.h"
#include "common/base/mem.h"
#include "common/nn/act.h"
#include "common/nn/gemm.h"
#include "common/nn/lanes.h"
#include "common/nn/rows.h"

#define TURN_ROWS 96 /* from this many rows on, transposing the weights once a chain pays */

void diffusion_tensor_shape(const struct diffusion_shape *s, enum diffusion_tensor t, int *rows, int *columns)
{
	const int shapes[DIFFUSION_TENSORS][2] = {
	    [DIFFUSION_X] = {s->hidden[0], s->action},   [DIFFUSION_STATE] = {s->hidden[0], s->state},
	    [DIFFUSION_TIME] = {s->steps, s->hidden[0]}, [DIFFUSION_HIDDEN] = {s->hidden[1], s->hidden[0]},
	    [DIFFUSION_HIDDEN_BIAS] = {1, s->hidden[1]}, [DIFFUSION_OUT] = {s->action, s->hidden[1]},
	    [DIFFUSION_OUT_BIAS] = {1, s->action}};

	*rows = shapes[t][0];
	*columns = shapes[t][1];
}

const char *diffusion_tensor_name(enum diffusion_tensor t)
{
	static const char *const names[DIFFUSION_TENSORS] = {
	    "x.weight", "state.weight", "time", "hidden.weight", "hidden.bias", "out.weight", "out.bias"};

	return names[t];
}

static int check(const struct diffusion_shape *s, int batch_max, struct err *e)
{
	if (s->steps < 1 || s->steps > SCHEDULE_STEPS_MAX)
		return err_set(e, E_INVALID, "%d denoising steps (accepted: 1 to %d)", s->steps, SCHEDULE_STEPS_MAX);
	for (int i = 0; i < 2; i++)
		if (s->hidden[i] < 1 || s->hidden[i] > DIFFUSION_HIDDEN_MAX)
			return err_set(e, E_LIMIT, "hidden layer %d has %d neurons (accepted: 1 to %d)", i + 1,
			               s->hidden[i], DIFFUSION_HIDDEN_MAX);
	if (s->state < 1 || s->action < 1)
		return err_set(e, E_INVALID, "states of %d and actions of %d numbers (accepted: 1 or more)", s->state,
		               s->action);
	if (batch_max < 1 || batch_max > DIFFUSION_BATCH_MAX)
		return err_set(e, E_LIMIT, "batches of %d (accepted: 1 to %d)", batch_max, DIFFUSION_BATCH_MAX);
	return 0;
}

/* One piece of the work space; with no block yet only the sizes count. */
static size_t place(float *block, size_t at, size_t count, float **to)
{
	*to = block ? block + at : NULL;
	return at + (count + 15) / 16 * 16;
}

static size_t lay_out(struct diffusion *d, float *block)
{
	const struct diffusion_shape *s = &d->shape;
	size_t batch = (size_t)d->batch_max, steps = (size_t)s->steps, action = batch * (size_t)s->action, at = 0;

	at = place(block, at, (steps + 1) * action, &d->noise);
	at = place(block, at, (steps + 1) * action, &d->x);
	at = place(block, at, steps * action, &d->u);
	at = place(block, at, steps * action, &d->eps);
	at = place(block, at, action, &d->dx);
	at = place(block, at, action, &d->rest);
	at = place(block, at, batch * (size_t)s->hidden[0], &d->base);
	for (int i = 0; i < 2; i++) {
		size_t wide = steps * batch * (size_t)s->hidden[i];

		at = place(block, at, wide, &d->z[i]);
		at = place(block, at, wide, &d->y[i]);
		at = place(block, at, wide, &d->dz[i]);
	}
	return place(block, at, d->params, &d->turned);
}

int diffusion_init(struct diffusion *d, const struct diffusion_shape *shape, int batch_max, struct err *e)
{
	int rc = check(shape, batch_max, e);

	*d = (struct diffusion){.shape = *shape, .batch_max = batch_max, .clamp = 1, .inward = true};
	if (rc)
		return rc;
	d->schedule = schedule_make(shape->steps);
	for (int i = 0; shape->clean && i < shape->steps; i++) {
		d->schedule.take[i] = 0;
		d->schedule.noise[i] = -1;
	}
	for (int t = 0; t < DIFFUSION_TENSORS; t++) {
		int rows, columns;

		diffusion_tensor_shape(shape, (enum diffusion_tensor)t, &rows, &columns);
		d->offset[t] = d->params;
		d->params += (size_t)rows * (size_t)columns;
	}
	d->block = mem_floats(lay_out(d, NULL));
	lay_out(d, d->block);
	return 0;
}

void diffusion_release(struct diffusion *d)
{
	free(d->block);
	*d = (struct diffusion){0};
}

void diffusion_draw(const struct diffusion *d, float *params, struct rng *rng)
{
	const struct diffusion_shape *s = &d->shape;
	const int fan_in[DIFFUSION_TENSORS] = {
	    [DIFFUSION_X] = s->action + s->state, [DIFFUSION_STATE] = s->action + s->state,
	    [DIFFUSION_HIDDEN] = s->hidden[0],    [DIFFUSION_HIDDEN_BIAS] = s->hidden[0],
	    [DIFFUSION_OUT] = s->hidden[1],       [DIFFUSION_OUT_BIAS] = s->hidden[1]};

	for (int t = 0; t < DIFFUSION_TENSORS; t++) {
		size_t end = t + 1 < DIFFUSION_TENSORS ? d->offset[t + 1] : d->params;

		for (size_t i = d->offset[t]; i < end; i++) {
			double bound = fan_in[t] ? 1 / sqrt((double)fan_in[t]) : 0;

			params[i] = (float)(bound > 0 ? rng_uniform(rng, -bound, bound) : 0.3 * rng_normal(rng));
		}
	}
}

void diffusion_noise(struct diffusion *d, int batch, struct rng *rng)
{
	size_t per_step = (size_t)batch * (size_t)d->shape.action;
	size_t steps = (size_t)d->shape.steps + (d->last_sd > 0 ? 1 : 0);

	normals_fill(rng, d->noise, steps * per_step);
}

/* y [batch][out] += x [batch][in] W^T; `turned` is W^T or NULL. */
static void product(int batch, int out, int in, const float *x, const float *w, const float *turned, float *y)
{
	gemm(&(struct gemm){.m = batch,
	                    .n = out,
	                    .k = in,
	                    .a = x,
	                    .lda = in,
	                    .b = turned ? turned : w,
	                    .ldb = turned ? out : in,
	                    .b_trans = !turned,
	                    .c = y,
	                    .ldc = out,
	                    .add = true});
}

#define BLOCK 16 /* rows and columns of a piece that stays in the cache both ways */

static void transpose_block(const float *w, int rows, int columns, int row, int column, float *to)
{
	int row_end = row + BLOCK < rows ? row + BLOCK : rows;
	int column_end = column + BLOCK < columns ? column + BLOCK : columns;

	for (int c = column; c < column_end; c++)
		for (int r = row; r < row_end; r++)
			to[c * rows + r] = w[r * columns + c];
}

static void transpose(const float *w, int rows, int columns, float *to)
{
	for (int r = 0; r < rows; r += BLOCK)
		for (int c = 0; c < columns; c += BLOCK)
			transpose_block(w, rows, columns, r, c, to);
}

static void turn_weights(struct diffusion *d, const float *params)
{
	for (int t = 0; t < DIFFUSION_TENSORS; t++) {
		int rows, columns;

		diffusion_tensor_shape(&d->shape, (enum diffusion_tensor)t, &rows, &columns);
		if (rows > 1 && t != DIFFUSION_TIME)
			transpose(params + d->offset[t], rows, columns, d->turned + d->offset[t]);
	}
}

/* Where step j's numbers lie (j counts from 0 at t = T): all of them are kept, or the first place is used
 * again and again. */
struct slab {
	float *z[2], *y[2], *eps, *u;
};

static struct slab slab_at(const struct diffusion *d, int batch, int j)
{
	size_t rows = (size_t)batch * (size_t)j;
	struct slab s = {.eps = d->eps + rows * (size_t)d->shape.action,
	                 .u = d->u + rows * (size_t)d->shape.action};

	for (int i = 0; i < 2; i++) {
		s.z[i] = d->z[i] + rows * (size_t)d->shape.hidden[i];
		s.y[i] = d->y[i] + rows * (size_t)d->shape.hidden[i];
	}
	return s;
}

/* The denoiser: s->eps from x at step t. */
static void predict(const struct diffusion *d, const float *params, int batch, int t, const float *x,
                    const struct slab *s)
{
	const struct diffusion_shape *h = &d->shape;
	const float *turned = batch >= TURN_ROWS ? d->turned : NULL;
	const float *w[DIFFUSION_TENSORS], *w_turned[DIFFUSION_TENSORS];

	for (int i = 0; i < DIFFUSION_TENSORS; i++) {
		w[i] = params + d->offset[i];
		w_turned[i] = turned ? turned + d->offset[i] : NULL;
	}
	rows_add(d->base, w[DIFFUSION_TIME] + (t - 1) * h->hidden[0], batch, h->hidden[0], s->z[0]);
	product(batch, h->hidden[0], h->action, x, w[DIFFUSION_X], w_turned[DIFFUSION_X], s->z[0]);
	mish_forward(s->z[0], s->y[0], (size_t)batch * (size_t)h->hidden[0]);
	rows_fill(w[DIFFUSION_HIDDEN_BIAS], batch, h->hidden[1], s->z[1]);
	product(batch, h->hidden[1], h->hidden[0], s->y[0], w[DIFFUSION_HIDDEN], w_turned[DIFFUSION_HIDDEN],
	        s->z[1]);
	mish_forward(s->z[1], s->y[1], (size_t)batch * (size_t)h->hidden[1]);
	rows_fill(w[DIFFUSION_OUT_BIAS], batch, h->action, s->eps);
	product(batch, h->action, h->hidden[1], s->y[1], w[DIFFUSION_OUT], w_turned[DIFFUSION_OUT], s->eps);
}

static float step_sd(const struct diffusion *d, int t)
{
	return t == 1 ? d->last_sd : d->schedule.sd[t - 1];
}

/* Up to four coordinates of x_(t-1) from x_t, the predicted noise and fresh noise. */
static void denoise_quad(const struct schedule *c, int t, float clamp, float sd, const float *x,
                         const float *eps, const float *z, float *u_out, float *next)
{
	quad v = quad_load(x), hi = quad_all(clamp), lo = quad_all(-clamp);
	quad u = c->take[t - 1] * v - c->noise[t - 1] * quad_load(eps);
	quad x0 = quad_select(u > hi, hi, quad_select(u < lo, lo, u));

	quad_store(u_out, u);
	quad_store(next, c->clean[t - 1] * x0 + c->keep[t - 1] * v + (sd > 0 ? sd * quad_load(z) : quad_all(0)));
}

static void denoise(const struct diffusion *d, int t, size_t n, const float *x, const float *z,
                    const struct slab *s, float *next)
{
	float sd = step_sd(d, t), last[5][QUAD] = {{0}};
	size_t i = 0, rest = n % QUAD * sizeof(float);

	for (; i + QUAD <= n; i += QUAD)
		denoise_quad(&d->schedule, t, d->clamp, sd, x + i, s->eps + i, z + i, s->u + i, next + i);
	memcpy(last[0], x + i, rest);
	memcpy(last[1], s->eps + i, rest);
	memcpy(last[2], z + i, sd > 0 ? rest : 0);
	denoise_quad(&d->schedule, t, d->clamp, sd, last[0], last[1], last[2], last[3], last[4]);
	memcpy(s->u + i, last[3], rest);
	memcpy(next + i, last[4], rest);
}

const float *diffusion_run(struct diffusion *d, const float *params, const float *states, int batch,
                           bool keep)
{
	const struct diffusion_shape *h = &d->shape;
	size_t n = (size_t)batch * (size_t)h->action;

	if (batch >= TURN_ROWS)
		turn_weights(d, params);
	memset(d->base, 0, (size_t)batch * (size_t)h->hidden[0] * sizeof(*d->base));
	product(batch, h->hidden[0], h->state, states, params + d->offset[DIFFUSION_STATE],
	        batch >= TURN_ROWS ? d->turned + d->offset[DIFFUSION_STATE] : NULL, d->base);
	memcpy(d->x, d->noise, n * sizeof(*d->x));
	for (int j = 0; j < h->steps; j++) {
		struct slab s = slab_at(d, batch, keep ? j : 0);
		const float *x = d->x + (size_t)j * n;

		predict(d, params, batch, h->steps - j, x, &s);
		denoise(d, h->steps - j, n, x, d->noise + (size_t)(j + 1) * n, &s, d->x + (size_t)(j + 1) * n);
	}
	return d->x + (size_t)h->steps * n;
}
