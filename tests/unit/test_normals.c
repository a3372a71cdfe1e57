#include "cloud/policy/normals.h"

#include <math.h>

#include "tests/support/suite.h"

#define COUNT 2000000

static int ascending(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

/* Moments, and Kolmogorov and Smirnov's distance from the normal distribution, whose 0.1 % limit is
 * 1.95 / sqrt(n). */
START_TEST(they_are_normal)
{
	float *v = mem_floats(COUNT);
	double moment[5] = {0}, worst = 0;
	struct rng r;

	rng_seed(&r, 42, 1);
	normals_fill(&r, v, COUNT);
	for (int i = 0; i < COUNT; i++)
		for (int k = 1; k < 5; k++)
			moment[k] += pow((double)v[i], k) / COUNT;
	ck_assert_double_eq_tol(moment[1], 0, 0.003);
	ck_assert_double_eq_tol(moment[2], 1, 0.005);
	ck_assert_double_eq_tol(moment[3], 0, 0.012);
	ck_assert_double_eq_tol(moment[4], 3, 0.03);
	qsort(v, COUNT, sizeof(*v), ascending);
	for (int i = 0; i < COUNT; i++) {
		double below = 0.5 * erfc(-(double)v[i] / sqrt(2));

		worst = fmax(worst, fabs(below - (i + 0.5) / COUNT));
	}
	ck_assert_double_lt(worst, 1.95 / sqrt(COUNT));
	/* 1 in 3900 lies beyond the last layer. */
	ck_assert_float_lt(v[COUNT / 20000], -3.7f);
	ck_assert_float_gt(v[COUNT - 1 - COUNT / 20000], 3.7f);
	free(v);
}
END_TEST

START_TEST(the_generator_decides)
{
	float a[100], b[100];
	struct rng r, same;

	rng_seed(&r, 1, 1);
	same = r;
	normals_fill(&r, a, 100);
	normals_fill(&same, b, 60);
	normals_fill(&same, b + 60, 40);
	ck_assert_mem_eq(a, b, sizeof(a));
}
END_TEST

SUITE("policy/normals", they_are_normal, the_generator_decides)
