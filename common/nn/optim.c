#include "common/nn/optim.h"

#include <math.h>

/* Numbers done at a time: a fixed count that compilers turn into vector code on every target. */
#define LANES 16

static inline void sgd_some(const struct sgd *o, float *restrict w, const float *restrict g,
                            float *restrict v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		v[i] = o->momentum * v[i] + (g[i] + o->weight_decay * w[i]);
		w[i] -= o->rate * v[i];
	}
}

void sgd_step(const struct sgd *o, float *restrict w, const float *restrict g, float *restrict v, size_t n)
{
	const struct sgd own = *o;
	size_t i = 0;

	for (; i + LANES <= n; i += LANES)
		sgd_some(&own, w + i, g + i, v + i, LANES);
	sgd_some(&own, w + i, g + i, v + i, n - i);
}

void adam_step(const struct adam *o, unsigned long t, float *restrict w, const float *restrict g,
               float *restrict m, float *restrict v, size_t n)
{
	const struct adam a = *o;
	float bias1 = (float)(1 - pow((double)a.beta1, (double)t));
	float bias2 = (float)sqrt(1 - pow((double)a.beta2, (double)t));

	for (size_t i = 0; i < n; i++) {
		float d = g[i] + a.weight_decay * w[i];

		m[i] = a.beta1 * m[i] + (1 - a.beta1) * d;
		v[i] = a.beta2 * v[i] + (1 - a.beta2) * d * d;
		w[i] -= a.rate / bias1 * m[i] / (sqrtf(v[i]) / bias2 + a.epsilon);
	}
}
