#include "common/nn/optim_kernels.h"

#include <math.h>

#include "tests/support/nn_oracle.h"
#include "tests/support/suite.h"

#define N 37 /* not a multiple of any vector */

static const struct optim_kernels *const kernels[] = {
    &optim_portable,
#if defined(__x86_64__)
    &optim_avx2,
    &optim_avx512,
#endif
};

struct block {
	float w[N], g[N], m[N], v[N];
	double w64[N], g64[N], m64[N], v64[N];
};

static void block_init(struct block *b)
{
	*b = (struct block){0};
	oracle_fill(suite_seed(), N, b->w, b->w64);
	oracle_fill(suite_seed() + 1, N, b->g, b->g64);
}

START_TEST(sgd_is_its_equation)
{
	const struct sgd sgd = {.rate = 0.1f, .momentum = 0.8f, .weight_decay = 0.05f};
	struct block b;

	block_init(&b);
	for (int t = 0; t < 3; t++) {
		sgd_step(&sgd, b.w, b.g, b.v, N);
		for (size_t i = 0; i < N; i++) {
			b.v64[i] = 0.8 * b.v64[i] + b.g64[i] + 0.05 * b.w64[i];
			b.w64[i] -= 0.1 * b.v64[i];
			oracle_near("w", i, (double)b.w[i], b.w64[i], 1e-6);
		}
	}
}
END_TEST

START_TEST(adam_is_its_algorithm)
{
	const struct adam adam = {
	    .rate = 0.01f, .beta1 = 0.9f, .beta2 = 0.99f, .epsilon = 1e-4f, .weight_decay = 0.05f};
	struct block b;

	block_init(&b);
	for (int t = 1; t <= 4; t++) {
		adam_step(&adam, (unsigned long)t, b.w, b.g, b.m, b.v, N);
		for (size_t i = 0; i < N; i++) {
			double d = b.g64[i] + 0.05 * b.w64[i], m, v;

			b.m64[i] = 0.9 * b.m64[i] + 0.1 * d;
			b.v64[i] = 0.99 * b.v64[i] + 0.01 * d * d;
			m = b.m64[i] / (1 - pow(0.9, t));
			v = b.v64[i] / (1 - pow(0.99, t));
			b.w64[i] -= 0.01 * m / (sqrt(v) + 1e-4);
			oracle_near("w", i, (double)b.w[i], b.w64[i], 1e-6);
		}
	}
}
END_TEST

/* Every implementation against the portable one, and not past the end. */
START_TEST(simd_is_the_portable_code)
{
	const struct sgd sgd = {.rate = 0.1f, .momentum = 0.8f, .weight_decay = 0.05f};
	const struct adam adam = {
	    .rate = 0.01f, .beta1 = 0.9f, .beta2 = 0.99f, .epsilon = 1e-4f, .weight_decay = 0.05f};
	const struct adam_scaled scaled = adam_scale(&adam, 2);

	for (size_t k = 0; k < ARRAY_LEN(kernels); k++)
		for (size_t n = 0; n < N; n++) {
			struct block a, b, start;

			if (!kernels[k]->runs_here())
				continue;
			block_init(&start);
			a = b = start;
			optim_portable.sgd(&sgd, a.w, a.g, a.m, n);
			kernels[k]->sgd(&sgd, b.w, b.g, b.m, n);
			optim_portable.adam(&scaled, a.w, a.g, a.m, a.v, n);
			kernels[k]->adam(&scaled, b.w, b.g, b.m, b.v, n);
			for (size_t i = 0; i < N; i++) {
				ck_assert(i < n || (b.w[i] == start.w[i] && b.v[i] == 0 && b.m[i] == 0));
				oracle_near("w", i, (double)b.w[i], (double)a.w[i], 1e-6);
				oracle_near("m", i, (double)b.m[i], (double)a.m[i], 1e-6);
				oracle_near("v", i, (double)b.v[i], (double)a.v[i], 1e-6);
			}
		}
}
END_TEST

START_TEST(no_gradient_no_change)
{
	const struct sgd sgd = {.rate = 0.1f, .momentum = 0.9f};
	const struct adam adam = {.rate = 0.1f, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-8f};
	struct block b;

	block_init(&b);
	for (size_t i = 0; i < N; i++)
		b.g[i] = 0;
	sgd_step(&sgd, b.w, b.g, b.v, N);
	adam_step(&adam, 1, b.w, b.g, b.m, b.v, N);
	for (size_t i = 0; i < N; i++)
		ck_assert_double_eq((double)b.w[i], b.w64[i]);
}
END_TEST

START_TEST(nan_in_the_gradient_shows_in_the_parameters)
{
	const struct sgd sgd = {.rate = 0.1f, .momentum = 0.9f};
	const struct adam adam = {.rate = 0.1f, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-8f};
	struct block b;

	block_init(&b);
	b.g[5] = b.g[N - 1] = NAN;
	sgd_step(&sgd, b.w, b.g, b.v, N);
	ck_assert(isnan(b.w[5]) && isnan(b.w[N - 1]) && isfinite(b.w[6]));
	block_init(&b);
	b.g[5] = b.g[N - 1] = NAN;
	adam_step(&adam, 1, b.w, b.g, b.m, b.v, N);
	ck_assert(isnan(b.w[5]) && isnan(b.w[N - 1]) && isfinite(b.w[6]));
}
END_TEST

SUITE("nn/optim", sgd_is_its_equation, adam_is_its_algorithm, simd_is_the_portable_code,
      no_gradient_no_change, nan_in_the_gradient_shows_in_the_parameters)
