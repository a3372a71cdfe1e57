/* Inside of act.h: one implementation of the activation functions. */
#ifndef NN_ACT_KERNELS_H
#define NN_ACT_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/nn/act.h"

struct act_kernels {
	const char *name;
	bool (*runs_here)(void);
	void (*mish)(const float *x, float *y, size_t n);
	void (*mish_back)(const float *x, const float *dy, float *dx, size_t n);
};

extern const struct act_kernels act_portable;
extern const struct act_kernels act_avx2;
extern const struct act_kernels act_avx512;

/* Beyond these the float result no longer depends on exp(x): it is x, and below, 0 to within rounding. */
#define MISH_MAX 20.0f
#define MISH_MIN -80.0f

#endif
