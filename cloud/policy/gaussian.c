#include "cloud/policy/gaussian.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

#define EDGE 1e-6f /* keeps log(1 - a^2) finite */

int gaussian_init(struct gaussian *g, int state, int action, int hidden, int batch_max, struct err *e)
{
	const struct mlp_spec spec = {.in = state,
	                              .layers = 3,
	                              .out = {hidden, hidden, 2 * action},
	                              .hidden = MLP_MISH,
	                              .last = MLP_LINEAR};
	int rc;

	*g = (struct gaussian){.state = state, .action = action};
	rc = mlp_init(&g->net, &spec, batch_max, e);
	if (rc)
		return err_wrap(e, "actor");
	g->z = mem_floats((size_t)batch_max * (size_t)action);
	g->a = mem_floats((size_t)batch_max * (size_t)action);
	g->dout = mem_floats(2 * (size_t)batch_max * (size_t)action);
	return 0;
}

void gaussian_release(struct gaussian *g)
{
	mlp_release(&g->net);
	free(g->z);
	free(g->a);
	free(g->dout);
	*g = (struct gaussian){0};
}

void gaussian_draw(const struct gaussian *g, float *params, struct rng *rng)
{
	const struct mlp_layer *last = &g->net.layers[g->net.count - 1];

	mlp_draw(&g->net, params, rng);
	for (int i = 0; i < last->in * last->out; i++)
		params[last->weight + (size_t)i] *= 0.1f;
	for (int i = 0; i < g->action; i++)
		params[last->bias + (size_t)(g->action + i)] = -1;
}

static float log_sd(float raw)
{
	return fminf(GAUSSIAN_LOG_SD_MAX, fmaxf(GAUSSIAN_LOG_SD_MIN, raw));
}

const float *gaussian_run(struct gaussian *g, const float *params, const float *states, int n,
                          struct rng *rng)
{
	g->out = mlp_forward(&g->net, params, states, n);
	for (int b = 0; b < n; b++) {
		const float *mean = g->out + 2 * b * g->action, *raw = mean + g->action;

		for (int i = 0; i < g->action; i++) {
			float z = rng ? (float)rng_normal(rng) : 0;

			g->z[b * g->action + i] = z;
			g->a[b * g->action + i] = tanhf(mean[i] + expf(log_sd(raw[i])) * z);
		}
	}
	return g->a;
}

void gaussian_log_density(const struct gaussian *g, int n, float *logp)
{
	for (int b = 0; b < n; b++) {
		const float *raw = g->out + (2 * b + 1) * g->action;
		const float *z = g->z + b * g->action, *a = g->a + b * g->action;
		double sum = 0;

		for (int i = 0; i < g->action; i++)
			sum -= 0.5 * (double)(z[i] * z[i]) + (double)log_sd(raw[i]) + 0.5 * log(2 * M_PI) +
			       log((double)(1 - a[i] * a[i] + EDGE));
		logp[b] = (float)sum;
	}
}

void gaussian_backward(struct gaussian *g, const float *params, const float *states, int n, const float *da,
                       float weight, float *grads)
{
	for (int b = 0; b < n; b++) {
		const float *raw = g->out + (2 * b + 1) * g->action;
		float *dmean = g->dout + 2 * b * g->action, *draw = dmean + g->action;

		for (int i = 0; i < g->action; i++) {
			float a = g->a[b * g->action + i], slope = 1 - a * a;
			float dpre = da[b * g->action + i] * slope + weight * 2 * a * slope / (slope + EDGE);
			bool free = raw[i] > GAUSSIAN_LOG_SD_MIN && raw[i] < GAUSSIAN_LOG_SD_MAX;

			dmean[i] = dpre;
			draw[i] = free ? dpre * expf(raw[i]) * g->z[b * g->action + i] - weight : 0;
		}
	}
	mlp_backward(&g->net, params, &(struct mlp_back){.x = states, .dy = g->dout, .batch = n, .grads = grads});
}
