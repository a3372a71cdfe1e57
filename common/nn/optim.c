#include "common/nn/optim.h"

#include <math.h>

#include "common/nn/optim_kernels.h"

static bool runs_here(void)
{
	return true;
}

static void sgd(const struct sgd *o, float *restrict w, const float *restrict g, float *restrict v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		v[i] = o->momentum * v[i] + (g[i] + o->weight_decay * w[i]);
		w[i] -= o->rate * v[i];
	}
}

static void adam(const struct adam_scaled *o, float *restrict w, const float *restrict g, float *restrict m,
                 float *restrict v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		float d = g[i] + o->weight_decay * w[i];

		m[i] = o->beta1 * m[i] + (1 - o->beta1) * d;
		v[i] = o->beta2 * v[i] + (1 - o->beta2) * d * d;
		w[i] -= o->rate * m[i] / (sqrtf(v[i]) * o->root_scale + o->epsilon);
	}
}

const struct optim_kernels optim_portable = {"portable", runs_here, sgd, adam};

static const struct optim_kernels *fastest(void)
{
#if defined(__x86_64__)
	if (optim_avx512.runs_here())
		return &optim_avx512;
	if (optim_avx2.runs_here())
		return &optim_avx2;
#endif
	return &optim_portable;
}

void sgd_step(const struct sgd *o, float *restrict w, const float *restrict g, float *restrict v, size_t n)
{
	fastest()->sgd(o, w, g, v, n);
}

struct adam_scaled adam_scale(const struct adam *o, unsigned long t)
{
	return (struct adam_scaled){.rate = (float)((double)o->rate / (1 - pow((double)o->beta1, (double)t))),
	                            .root_scale = (float)(1 / sqrt(1 - pow((double)o->beta2, (double)t))),
	                            .beta1 = o->beta1,
	                            .beta2 = o->beta2,
	                            .epsilon = o->epsilon,
	                            .weight_decay = o->weight_decay};
}

void adam_step(const struct adam *o, unsigned long t, float *restrict w, const float *restrict g,
               float *restrict m, float *restrict v, size_t n)
{
	const struct adam_scaled scaled = adam_scale(o, t);

	fastest()->adam(&scaled, w, g, m, v, n);
}
