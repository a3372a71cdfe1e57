#include "common/nn/act_kernels.h"

#include <math.h>

#include "tests/support/nn_oracle.h"
#include "tests/support/suite.h"

static const struct act_kernels *const kernels[] = {
    &act_portable,
#if defined(__x86_64__)
    &act_avx2,
    &act_avx512,
#endif
};

#define STEPS 4003 /* from -100 to 100; not a multiple of any vector */

static double mish_of(void *arg)
{
	double x = *(double *)arg;

	return x * tanh(log1p(exp(x)));
}

START_TEST(mish_and_its_slope_are_the_oracles)
{
	float *x = mem_floats(STEPS), *y = mem_floats(STEPS), *dx = mem_floats(STEPS), *dy = mem_floats(STEPS);

	for (size_t i = 0; i < STEPS; i++) {
		x[i] = -100 + 200 * (float)i / STEPS;
		dy[i] = i % 2 ? 1 : -2;
	}
	for (size_t k = 0; k < ARRAY_LEN(kernels); k++) {
		if (!kernels[k]->runs_here())
			continue;
		kernels[k]->mish(x, y, STEPS);
		kernels[k]->mish_back(x, dy, dx, STEPS);
		for (size_t i = 0; i < STEPS; i++) {
			double at = (double)x[i];

			oracle_near(kernels[k]->name, i, (double)y[i], mish_of(&at), 5e-7);
			oracle_near(kernels[k]->name, i, (double)dx[i], (double)dy[i] * oracle_slope(mish_of, &at, &at),
			            1e-6);
		}
	}
	free(x);
	free(y);
	free(dx);
	free(dy);
}
END_TEST

START_TEST(only_n_numbers_are_written_and_nan_stays)
{
	for (size_t k = 0; k < ARRAY_LEN(kernels); k++)
		for (size_t n = 1; n < 35; n++) {
			float x[36] = {0}, y[36] = {0}, dx[36] = {0};

			if (!kernels[k]->runs_here())
				continue;
			x[n - 1] = NAN;
			x[n] = y[n] = dx[n] = 7;
			kernels[k]->mish(x, y, n);
			kernels[k]->mish_back(x, x, dx, n);
			ck_assert(isnan(y[n - 1]) && isnan(dx[n - 1]));
			ck_assert(y[n] == 7 && dx[n] == 7);
			ck_assert(n == 1 || y[n - 2] == 0);
		}
}
END_TEST

SUITE("nn/act", mish_and_its_slope_are_the_oracles, only_n_numbers_are_written_and_nan_stays)
