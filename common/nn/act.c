#include "common/nn/act.h"

#include <math.h>

#include "common/nn/act_kernels.h"

static bool runs_here(void)
{
	return true;
}

/* w = e (e + 2) with e = exp(x): then tanh(log(1 + e)) = w / (w + 2). A NaN stays. */
static float mish_w(float x, float *e)
{
	*e = expf(x > MISH_MAX ? MISH_MAX : x < MISH_MIN ? MISH_MIN : x);
	return *e * (*e + 2);
}

static void mish(const float *x, float *y, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		float e, w = mish_w(x[i], &e);

		y[i] = x[i] * (w / (w + 2));
	}
}

/* With t = w / (w + 2): slope = t + x (1 - t^2) e / (1 + e), and 1 - t^2 = 4 (w + 1) / (w + 2)^2, where
 * w + 1 = (1 + e)^2. */
static void mish_back(const float *x, const float *dy, float *dx, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		float e, w = mish_w(x[i], &e), over = 1 / (w + 2);

		dx[i] = dy[i] * (w * over + x[i] * (4 * e * (1 + e) * over * over));
	}
}

const struct act_kernels act_portable = {"portable", runs_here, mish, mish_back};

static const struct act_kernels *fastest(void)
{
#if defined(__x86_64__)
	if (act_avx512.runs_here())
		return &act_avx512;
	if (act_avx2.runs_here())
		return &act_avx2;
#endif
	return &act_portable;
}

void mish_forward(const float *x, float *y, size_t n)
{
	fastest()->mish(x, y, n);
}

void mish_backward(const float *x, const float *dy, float *dx, size_t n)
{
	fastest()->mish_back(x, dy, dx, n);
}
