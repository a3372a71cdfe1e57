#include "common/nn/gemm.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "tests/support/nn_oracle.h"
#include "tests/support/suite.h"

static const struct gemm_kernels *const kernels[] = {
    &gemm_cblas,
#if defined(__x86_64__)
    &gemm_avx2,
    &gemm_avx512,
#endif
};

#define SIDE 300 /* numbers in a row of the operands: rows are longer than the product needs */

static double oracle_element(const struct gemm *g, const double *a, const double *b, int r, int c)
{
	double sum = 0;

	for (int p = 0; p < g->k; p++)
		sum +=
		    a[g->a_trans ? p * g->lda + r : r * g->lda + p] * b[g->b_trans ? c * g->ldb + p : p * g->ldb + c];
	return sum;
}

/* C starts as 1 everywhere; outside of m x n it must stay so. */
static void check_product(const struct gemm_kernels *k, struct gemm g, const double *a, const double *b)
{
	double tolerance = 1e-6 * (g.k + 4);
	int rows = g.m + 2, columns = g.n + 18;

	for (int i = 0; i < rows * SIDE; i++)
		g.c[i] = 1;
	k->multiply(&g);
	for (int r = 0; r < rows; r++)
		for (int c = 0; c < columns; c++) {
			bool inside = r < g.m && c < g.n;
			double want = inside ? oracle_element(&g, a, b, r, c) + g.add : 1;

			oracle_near(k->name, (size_t)(r * SIDE + c), (double)g.c[r * SIDE + c], want, tolerance);
		}
}

START_TEST(products_are_the_oracles)
{
	static const int sizes[][3] = {{1, 1, 1},    {1, 128, 64}, {32, 10, 20}, {10, 20, 32},
	                               {13, 33, 17}, {31, 64, 15}, {7, 47, 280}, {26, 96, 257},
	                               {5, 6, 16},   {12, 32, 8},  {97, 64, 31}, {130, 70, 290}};
	float *a = mem_floats(SIDE * SIDE), *b = mem_floats(SIDE * SIDE), *c = mem_floats(SIDE * SIDE);
	double *a64 = mem_array(SIDE * SIDE, sizeof(double)), *b64 = mem_array(SIDE * SIDE, sizeof(double));

	oracle_fill(suite_seed(), SIDE * SIDE, a, a64);
	oracle_fill(suite_seed() + 1, SIDE * SIDE, b, b64);
	for (size_t k = 0; k < ARRAY_LEN(kernels); k++)
		for (size_t s = 0; s < ARRAY_LEN(sizes); s++)
			for (int how = 0; how < 6; how++) {
				struct gemm g = {.m = sizes[s][0], .n = sizes[s][1], .k = sizes[s][2]};

				if (!kernels[k]->runs_here())
					continue;
				g.a = a;
				g.b = b;
				g.c = c;
				g.lda = g.ldb = g.ldc = SIDE;
				g.a_trans = how % 3 == 1;
				g.b_trans = how % 3 == 2;
				g.add = how >= 3;
				check_product(kernels[k], g, a64, b64);
			}
	free(a);
	free(b);
	free(c);
	free(a64);
	free(b64);
}
END_TEST

START_TEST(both_transposed_is_answered_too)
{
	const float a[6] = {1, 2, 3, 4, 5, 6}, b[6] = {1, 0, 2, -1, 3, 1};
	float c[4] = {0};

	/* A = [[1 3 5] [2 4 6]] stored 3 x 2; B = [[1 -1] [0 3] [2 1]] stored 2 x 3. */
	gemm(&(struct gemm){2, 2, 3, a, 2, true, b, 3, true, c, 2, false});
	ck_assert_float_eq(c[0], 11);
	ck_assert_float_eq(c[1], 13);
	ck_assert_float_eq(c[2], 14);
	ck_assert_float_eq(c[3], 16);
}
END_TEST

START_TEST(nan_times_zero_is_nan)
{
	for (size_t k = 0; k < ARRAY_LEN(kernels); k++)
		for (int trans = 0; trans < 2; trans++) {
			float a[20] = {0}, b[20] = {0}, c[1] = {0};

			if (!kernels[k]->runs_here())
				continue;
			b[19] = NAN;
			kernels[k]->multiply(
			    &(struct gemm){1, 1, 20, a, 20, false, b, trans ? 20 : 1, trans, c, 1, false});
			ck_assert_msg(isnan(c[0]), "%s", kernels[k]->name);
		}
}
END_TEST

#define LONG_SIDE 96
#define REPEATS   60

struct job {
	const struct gemm_kernels *kernels;
	float *a, *c;
	int bad; /* repeats that differ from the first */
};

static void *multiply_often(void *arg)
{
	struct job *j = arg;
	size_t bytes = LONG_SIDE * LONG_SIDE * sizeof(float);
	float *c = mem_floats(LONG_SIDE * LONG_SIDE);
	struct gemm g = {.m = LONG_SIDE, .n = LONG_SIDE, .k = LONG_SIDE, .a = j->a, .lda = LONG_SIDE};

	g.b = j->a;
	g.ldb = g.ldc = LONG_SIDE;
	g.c = c;
	for (int i = 0; i < REPEATS; i++) {
		j->kernels->multiply(&g);
		if (memcmp(c, j->c, bytes) != 0)
			j->bad++;
	}
	free(c);
	return NULL;
}

START_TEST(threads_do_not_disturb_each_other)
{
	double *same = mem_array(LONG_SIDE * LONG_SIDE, sizeof(double));

	for (size_t k = 0; k < ARRAY_LEN(kernels); k++) {
		struct job jobs[2];
		pthread_t threads[2];

		if (!kernels[k]->runs_here())
			continue;
		for (size_t i = 0; i < 2; i++) {
			jobs[i] = (struct job){.kernels = kernels[k], .a = mem_floats(LONG_SIDE * LONG_SIDE)};
			jobs[i].c = mem_floats(LONG_SIDE * LONG_SIDE);
			oracle_fill(suite_seed() + i, LONG_SIDE * LONG_SIDE, jobs[i].a, same);
			kernels[k]->multiply(&(struct gemm){LONG_SIDE, LONG_SIDE, LONG_SIDE, jobs[i].a, LONG_SIDE, false,
			                                    jobs[i].a, LONG_SIDE, false, jobs[i].c, LONG_SIDE, false});
		}
		for (size_t i = 0; i < 2; i++)
			ck_assert_int_eq(pthread_create(&threads[i], NULL, multiply_often, &jobs[i]), 0);
		for (size_t i = 0; i < 2; i++) {
			ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
			ck_assert_msg(jobs[i].bad == 0, "%s: %d of %d differ", kernels[k]->name, jobs[i].bad, REPEATS);
			free(jobs[i].a);
			free(jobs[i].c);
		}
	}
	free(same);
}
END_TEST

SUITE("nn/gemm", products_are_the_oracles, both_transposed_is_answered_too, nan_times_zero_is_nan,
      threads_do_not_disturb_each_other)
