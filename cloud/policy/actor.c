#include "cloud/policy/actor.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"

int actor_init(struct actor *a, const struct actor_shape *shape, int batch_max, struct err *e)
{
	int rc;

	*a = (struct actor){.shape = *shape};
	if (shape->gaussian) {
		rc = gaussian_init(&a->gaussian, shape->state, shape->action, shape->hidden[0], batch_max, e);
		a->params = a->gaussian.net.params;
	} else {
		const struct diffusion_shape d = {
		    shape->state, shape->action, {shape->hidden[0], shape->hidden[1]}, shape->steps, shape->clean};

		rc = diffusion_init(&a->diffusion, &d, batch_max, e);
		a->params = a->diffusion.params;
	}
	return rc;
}

void actor_release(struct actor *a)
{
	diffusion_release(&a->diffusion);
	gaussian_release(&a->gaussian);
	*a = (struct actor){0};
}

void actor_draw(const struct actor *a, float *params, struct rng *rng)
{
	if (a->shape.gaussian)
		gaussian_draw(&a->gaussian, params, rng);
	else
		diffusion_draw(&a->diffusion, params, rng);
}

int actor_tensors(const struct actor *a, struct actor_tensor *out)
{
	int n = 0;

	if (!a->shape.gaussian) {
		for (; n < DIFFUSION_TENSORS; n++) {
			enum diffusion_tensor t = (enum diffusion_tensor)n;

			out[n].offset = a->diffusion.offset[t];
			snprintf(out[n].name, sizeof(out[n].name), "%s", diffusion_tensor_name(t));
			diffusion_tensor_shape(&a->diffusion.shape, t, &out[n].rows, &out[n].columns);
		}
		return n;
	}
	for (int i = 0; i < a->gaussian.net.count; i++) {
		const struct mlp_layer *l = &a->gaussian.net.layers[i];

		out[n] = (struct actor_tensor){.rows = l->out, .columns = l->in, .offset = l->weight};
		snprintf(out[n++].name, sizeof(out->name), "layer%d.weight", i + 1);
		out[n] = (struct actor_tensor){.rows = 1, .columns = l->out, .offset = l->bias};
		snprintf(out[n++].name, sizeof(out->name), "layer%d.bias", i + 1);
	}
	return n;
}

const float *actor_run(struct actor *a, const float *params, const float *states, int n, struct rng *rng,
                       bool keep)
{
	struct diffusion *d = &a->diffusion;

	if (a->shape.gaussian)
		return gaussian_run(&a->gaussian, params, states, n, rng);
	if (rng)
		diffusion_noise(d, n, rng);
	else
		memset(d->noise, 0,
		       (size_t)(d->shape.steps + 1) * (size_t)n * (size_t)d->shape.action * sizeof(float));
	return diffusion_run(d, params, states, n, keep);
}

void actor_entropy_cost(struct actor *a, int n, float *cost)
{
	double bound[DIFFUSION_BATCH_MAX];

	if (a->shape.gaussian) {
		gaussian_log_density(&a->gaussian, n, cost);
		return;
	}
	diffusion_entropy(&a->diffusion, n, bound);
	for (int b = 0; b < n; b++)
		cost[b] = (float)-bound[b];
}

void actor_backward(struct actor *a, const float *params, const float *states, int n, const float *da,
                    float weight, float *grads)
{
	if (a->shape.gaussian) {
		gaussian_backward(&a->gaussian, params, states, n, da, weight, grads);
		return;
	}
	diffusion_backward(&a->diffusion, params,
	                   &(struct diffusion_back){
	                       .states = states, .batch = n, .da = da, .entropy_weight = weight, .grads = grads});
}
