#include "cloud/policy/prune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

/* Which hidden layer's neurons a tensor's rows and columns belong to, and on which side of them it lies. */
static const struct role {
	int rows, columns; /* layer 0 or 1, or -1 */
	bool leaves;       /* the columns are what goes out of the neurons */
} roles[DIFFUSION_TENSORS] = {
    [DIFFUSION_X] = {0, -1, false},           [DIFFUSION_STATE] = {0, -1, false},
    [DIFFUSION_TIME] = {-1, 0, false},        [DIFFUSION_HIDDEN] = {1, 0, true},
    [DIFFUSION_HIDDEN_BIAS] = {-1, 1, false}, [DIFFUSION_OUT] = {-1, 1, true},
    [DIFFUSION_OUT_BIAS] = {-1, -1, false},
};

void prune_init(struct prune *p, const struct prune_plan *plan, const struct diffusion_shape *shape)
{
	int widest = shape->hidden[0] > shape->hidden[1] ? shape->hidden[0] : shape->hidden[1];

	*p = (struct prune){.plan = *plan};
	for (int l = 0; l < 2; l++) {
		p->hidden[l] = shape->hidden[l];
		p->mask[l] = mem_floats((size_t)shape->hidden[l]);
		p->importance[l] = mem_floats((size_t)shape->hidden[l]);
		for (int i = 0; i < shape->hidden[l]; i++)
			p->mask[l][i] = 1;
	}
	p->order = mem_array((size_t)widest, sizeof(*p->order));
}

void prune_release(struct prune *p)
{
	for (int l = 0; l < 2; l++) {
		free(p->mask[l]);
		free(p->importance[l]);
	}
	free(p->order);
	*p = (struct prune){0};
}

double prune_share(const struct prune_plan *plan, unsigned long update)
{
	double progress;

	if (update < plan->start || plan->rate <= 0)
		return 0;
	if (update >= plan->end)
		return plan->rate;
	progress = (double)(update - plan->start) / (double)(plan->end - plan->start);
	return plan->rate * (1 - pow(1 - progress, 3));
}

/* Sums of squares of what comes into and goes out of every neuron of a layer. */
static void norms(const struct diffusion *d, const float *w, int layer, double *in, double *out)
{
	memset(in, 0, (size_t)d->shape.hidden[layer] * sizeof(*in));
	memset(out, 0, (size_t)d->shape.hidden[layer] * sizeof(*out));
	for (int t = 0; t < DIFFUSION_TENSORS; t++) {
		const float *v = w + d->offset[t];
		int rows, columns;

		if (roles[t].rows != layer && roles[t].columns != layer)
			continue;
		diffusion_tensor_shape(&d->shape, (enum diffusion_tensor)t, &rows, &columns);
		for (int r = 0; r < rows; r++)
			for (int c = 0; c < columns; c++, v++) {
				double square = (double)*v * (double)*v;

				if (roles[t].rows == layer)
					in[r] += square;
				else if (roles[t].leaves)
					out[c] += square;
				else
					in[c] += square;
			}
	}
}

/* importance [hidden], and the norm of each whole group. */
static void weigh(const struct diffusion *d, const float *w, int layer, double *importance, double *group)
{
	double in[DIFFUSION_HIDDEN_MAX], out[DIFFUSION_HIDDEN_MAX];

	norms(d, w, layer, in, out);
	for (int i = 0; i < d->shape.hidden[layer]; i++) {
		importance[i] = sqrt(in[i] * out[i]);
		group[i] = sqrt(in[i] + out[i]);
	}
}

void prune_pull(const struct prune *p, const struct diffusion *d, const float *w, float *g)
{
	double importance[DIFFUSION_HIDDEN_MAX], group[DIFFUSION_HIDDEN_MAX];

	for (int layer = 0; layer < 2; layer++) {
		int n = d->shape.hidden[layer];
		double mean = 0;

		weigh(d, w, layer, importance, group);
		for (int i = 0; i < n; i++)
			mean += importance[i] / n;
		for (int i = 0; i < n; i++) /* from here on: the factor of the group's weights */
			group[i] = p->plan.pull * mean / ((importance[i] + mean + 1e-12) * (group[i] + 1e-12));
		for (int t = 0; t < DIFFUSION_TENSORS; t++) {
			size_t at = d->offset[t];
			int rows, columns;

			diffusion_tensor_shape(&d->shape, (enum diffusion_tensor)t, &rows, &columns);
			if (roles[t].rows != layer && roles[t].columns != layer)
				continue;
			for (int r = 0; r < rows; r++)
				for (int c = 0; c < columns; c++, at++)
					g[at] += (float)group[roles[t].rows == layer ? r : c] * w[at];
		}
	}
}

/* A heap is not needed for a few hundred neurons; insertion keeps equal ones in their order. */
static void order_by(const float *importance, int n, int *order)
{
	for (int i = 0; i < n; i++) {
		int at = i;

		for (; at > 0 && importance[order[at - 1]] > importance[i]; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

void prune_revise(struct prune *p, const struct diffusion *d, const float *w, double share)
{
	double importance[DIFFUSION_HIDDEN_MAX], group[DIFFUSION_HIDDEN_MAX];

	for (int layer = 0; layer < 2; layer++) {
		int n = p->hidden[layer], masked = (int)(share * n + 0.5);

		if (masked >= n)
			masked = n - 1;
		weigh(d, w, layer, importance, group);
		for (int i = 0; i < n; i++)
			p->importance[layer][i] = (float)importance[i];
		order_by(p->importance[layer], n, p->order);
		for (int i = 0; i < n; i++) {
			float now = i < masked ? 0 : 1;

			p->returns += now > p->mask[layer][p->order[i]];
			p->mask[layer][p->order[i]] = now;
		}
	}
}

int prune_masked(const struct prune *p, int layer)
{
	int n = 0;

	for (int i = 0; i < p->hidden[layer]; i++)
		n += p->mask[layer][i] == 0;
	return n;
}

void prune_apply(const struct prune *p, const struct diffusion *d, const float *w, float *out)
{
	if (out != w)
		memcpy(out, w, d->params * sizeof(*out));
	for (int t = 0; t < DIFFUSION_TENSORS; t++) {
		float *v = out + d->offset[t];
		int rows, columns;

		if (!roles[t].leaves)
			continue;
		diffusion_tensor_shape(&d->shape, (enum diffusion_tensor)t, &rows, &columns);
		for (int r = 0; r < rows; r++)
			for (int c = 0; c < columns; c++)
				*v++ *= p->mask[roles[t].columns][c];
	}
}

struct diffusion_shape prune_shape(const struct prune *p, const struct diffusion_shape *shape)
{
	struct diffusion_shape left = *shape;

	for (int l = 0; l < 2; l++)
		left.hidden[l] -= prune_masked(p, l);
	return left;
}

static bool speaks(const struct prune *p, int layer, int neuron)
{
	return layer < 0 || p->mask[layer][neuron] != 0;
}

void prune_gather(const struct prune *p, const struct diffusion *from, const float *block,
                  const struct diffusion *to, float *out)
{
	for (int t = 0; t < DIFFUSION_TENSORS; t++) {
		const float *v = block + from->offset[t];
		float *next = out + to->offset[t];
		int rows, columns;

		diffusion_tensor_shape(&from->shape, (enum diffusion_tensor)t, &rows, &columns);
		for (int r = 0; r < rows; r++)
			for (int c = 0; c < columns; c++, v++)
				if (speaks(p, roles[t].rows, r) && speaks(p, roles[t].columns, c))
					*next++ = *v;
	}
}

void prune_compact(const struct prune *p, const struct diffusion *from, const struct diffusion *to,
                   struct weights *x)
{
	struct weights left;

	weights_init(&left, to->params, x->target != NULL);
	left.t = x->t;
	prune_gather(p, from, x->w, to, left.w);
	prune_gather(p, from, x->m, to, left.m);
	prune_gather(p, from, x->v, to, left.v);
	if (x->target)
		prune_gather(p, from, x->target, to, left.target);
	weights_release(x);
	*x = left;
}
