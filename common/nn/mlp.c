#include "common/nn/mlp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/nn/act.h"
#include "common/nn/dense.h"
#include "common/nn/gemm.h"
#include "common/nn/rows.h"

static int check(const struct mlp_spec *s, int batch_max, struct err *e)
{
	if (s->layers < 1 || s->layers > MLP_LAYERS_MAX)
		return err_set(e, E_INVALID, "%d layers (accepted: 1 to %d)", s->layers, MLP_LAYERS_MAX);
	if (s->in < 1 || s->in > MLP_SIDE_MAX)
		return err_set(e, E_LIMIT, "%d inputs (accepted: 1 to %d)", s->in, MLP_SIDE_MAX);
	if (batch_max < 1 || batch_max > MLP_BATCH_MAX)
		return err_set(e, E_LIMIT, "batches of %d (accepted: 1 to %d)", batch_max, MLP_BATCH_MAX);
	for (int i = 0; i < s->layers; i++)
		if (s->out[i] < 1 || s->out[i] > MLP_SIDE_MAX)
			return err_set(e, E_LIMIT, "layer %d has %d units (accepted: 1 to %d)", i + 1, s->out[i],
			               MLP_SIDE_MAX);
	return 0;
}

/* Shapes and offsets; returns the widest layer. */
static int plan(struct mlp *m, const struct mlp_spec *s)
{
	int widest = 0;

	for (int i = 0; i < s->layers; i++) {
		struct mlp_layer *l = &m->layers[i];

		l->in = i ? s->out[i - 1] : s->in;
		l->out = s->out[i];
		l->act = i + 1 < s->layers ? s->hidden : s->last;
		l->weight = m->params;
		l->bias = l->weight + (size_t)l->in * (size_t)l->out;
		m->params = l->bias + (size_t)l->out;
		widest = l->out > widest ? l->out : widest;
	}
	return widest;
}

static float *take(float **at, size_t rows, int width)
{
	float *p = *at;

	*at += (rows * (size_t)width + 15) / 16 * 16;
	return p;
}

int mlp_init(struct mlp *m, const struct mlp_spec *spec, int batch_max, struct err *e)
{
	size_t rows = (size_t)batch_max, floats = 0;
	int rc = check(spec, batch_max, e), widest;
	float *at;

	*m = (struct mlp){.in = spec->in, .count = spec->layers, .batch_max = batch_max};
	if (rc)
		return rc;
	widest = plan(m, spec);
	for (int i = 0; i < m->count; i++)
		floats += 2 * (rows * (size_t)m->layers[i].out + 16);
	at = m->block = mem_floats(floats + 2 * (rows * (size_t)widest + 16));
	for (int i = 0; i < m->count; i++) {
		struct mlp_layer *l = &m->layers[i];

		l->z = take(&at, rows, l->out);
		l->y = l->act == MLP_MISH ? take(&at, rows, l->out) : l->z;
	}
	m->d[0] = take(&at, rows, widest);
	m->d[1] = take(&at, rows, widest);
	return 0;
}

void mlp_release(struct mlp *m)
{
	free(m->block);
	*m = (struct mlp){0};
}

void mlp_draw(const struct mlp *m, float *params, struct rng *rng)
{
	for (int i = 0; i < m->count; i++) {
		const struct mlp_layer *l = &m->layers[i];
		double bound = 1 / sqrt((double)l->in);
		size_t end = l->bias + (size_t)l->out;

		for (size_t p = l->weight; p < end; p++)
			params[p] = (float)rng_uniform(rng, -bound, bound);
	}
}

static void activate(const struct mlp_layer *l, size_t n)
{
	if (l->act == MLP_MISH)
		mish_forward(l->z, l->y, n);
	if (l->act == MLP_TANH)
		for (size_t i = 0; i < n; i++)
			l->y[i] = tanhf(l->z[i]);
}

const float *mlp_forward(struct mlp *m, const float *params, const float *x, int batch)
{
	for (int i = 0; i < m->count; i++) {
		const struct mlp_layer *l = &m->layers[i];
		const struct dense_shape shape = {l->in, l->out, l->act == MLP_RELU};

		dense_forward(&shape, batch, i ? m->layers[i - 1].y : x, params + l->weight, params + l->bias, l->z);
		activate(l, (size_t)batch * (size_t)l->out);
	}
	return m->layers[m->count - 1].y;
}

/* The gradient before the activation, from the one after it; dz may be dy. */
static void deactivate(const struct mlp_layer *l, size_t n, const float *dy, float *dz)
{
	switch (l->act) {
	case MLP_MISH:
		mish_backward(l->z, dy, dz, n);
		return;
	case MLP_RELU:
		for (size_t i = 0; i < n; i++)
			dz[i] = l->y[i] <= 0 ? 0 : dy[i];
		return;
	case MLP_TANH:
		for (size_t i = 0; i < n; i++)
			dz[i] = dy[i] * (1 - l->y[i] * l->y[i]);
		return;
	case MLP_LINEAR:
		if (dz != dy)
			memcpy(dz, dy, n * sizeof(*dz));
		return;
	}
}

static void weight_gradients(const struct mlp_layer *l, const float *x, const float *dz, int batch,
                             float *grads)
{
	rows_sum(dz, batch, l->out, grads + l->bias);
	gemm(&(struct gemm){.m = l->out,
	                    .n = l->in,
	                    .k = batch,
	                    .a = dz,
	                    .lda = l->out,
	                    .a_trans = true,
	                    .b = x,
	                    .ldb = l->in,
	                    .c = grads + l->weight,
	                    .ldc = l->in});
}

/* Gradient of `count` of the layer's inputs, from the first-th on. */
static void input_gradient(const struct mlp_layer *l, const float *params, const float *dz, int batch,
                           int first, int count, float *dx)
{
	gemm(&(struct gemm){.m = batch,
	                    .n = count,
	                    .k = l->out,
	                    .a = dz,
	                    .lda = l->out,
	                    .b = params + l->weight + first,
	                    .ldb = l->in,
	                    .c = dx,
	                    .ldc = count});
}

void mlp_backward(struct mlp *m, const float *params, const struct mlp_back *b)
{
	const float *dy = b->dy;

	for (int i = m->count - 1; i >= 0; i--) {
		const struct mlp_layer *l = &m->layers[i];
		float *dz = m->d[i % 2];

		deactivate(l, (size_t)b->batch * (size_t)l->out, dy, dz);
		if (b->grads)
			weight_gradients(l, i ? m->layers[i - 1].y : b->x, dz, b->batch, b->grads);
		if (i == 0)
			break;
		input_gradient(l, params, dz, b->batch, 0, l->in, m->d[(i + 1) % 2]);
		dy = m->d[(i + 1) % 2];
	}
	if (b->dx)
		input_gradient(&m->layers[0], params, m->d[0], b->batch, b->dx_from, b->dx_count, b->dx);
}
