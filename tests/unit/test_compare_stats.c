#include "cloud/lab/compare_stats.h"

#include <math.h>

/* the laboratory is a program, not a library */
#include "cloud/lab/compare_stats.c"
#include "tests/support/suite.h"

/* Half of the interval of n values is the quantile times their standard error. */
static double quantile_of(int n)
{
	double v[40] = {0}, square = 0;
	struct spread s;

	for (int i = 0; i < n; i++)
		v[i] = i;
	s = spread_of(v, n);
	for (int i = 0; i < n; i++)
		square += (v[i] - s.mean) * (v[i] - s.mean);
	return (s.high - s.mean) / sqrt(square / (n - 1) / n);
}

/* 97.5 % quantiles of Student's t as printed in Abramowitz and Stegun, table 26.10. */
START_TEST(test_interval)
{
	static const struct {
		int n;
		double t;
	} known[] = {{2, 12.706}, {5, 2.776}, {6, 2.571}, {7, 2.447}, {8, 2.365}, {10, 2.262}, {31, 2.042}};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		ck_assert_double_eq_tol(quantile_of(known[i].n) / known[i].t, 1, 1e-3);
}
END_TEST

START_TEST(test_one_value)
{
	const double v = 0.75;
	struct spread s = spread_of(&v, 1);

	ck_assert(s.n == 1 && s.mean == v && s.low == v && s.high == v && s.min == v && s.max == v);
}
END_TEST

SUITE("lab/compare_stats", test_interval, test_one_value)
