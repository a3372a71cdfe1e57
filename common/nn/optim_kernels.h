/* Inside of optim.h: one implementation of the optimisers' steps. */
#ifndef NN_OPTIM_KERNELS_H
#define NN_OPTIM_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/nn/optim.h"

/* Adam with the corrections of step t folded in: w -= rate m / (root_scale sqrt(v) + epsilon). */
struct adam_scaled {
	float rate;       /* rate / (1 - beta1^t) */
	float root_scale; /* 1 / sqrt(1 - beta2^t) */
	float beta1, beta2, epsilon, weight_decay;
};

struct optim_kernels {
	const char *name;
	bool (*runs_here)(void);
	void (*sgd)(const struct sgd *o, float *restrict w, const float *restrict g, float *restrict v, size_t n);
	void (*adam)(const struct adam_scaled *o, float *restrict w, const float *restrict g, float *restrict m,
	             float *restrict v, size_t n);
};

extern const struct optim_kernels optim_portable;
extern const struct optim_kernels optim_avx2;
extern const struct optim_kernels optim_avx512;

struct adam_scaled adam_scale(const struct adam *o, unsigned long t);

#endif
