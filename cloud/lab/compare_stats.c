#include "cloud/lab/compare_stats.h"

#include <math.h>

/* 97.5 % quantile of Student's t: from a table up to 5 degrees of freedom, then the expansion of Cornish and
 * Fisher (Abramowitz and Stegun 26.7.5), within 0.1 %. */
static double quantile(int freedom)
{
	static const double few[] = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706};
	double z = 1.959964, n = freedom;

	if (freedom <= 5)
		return few[freedom - 1];
	return z + (pow(z, 3) + z) / (4 * n) + (5 * pow(z, 5) + 16 * pow(z, 3) + 3 * z) / (96 * n * n) +
	       (3 * pow(z, 7) + 19 * pow(z, 5) + 17 * pow(z, 3) - 15 * z) / (384 * n * n * n);
}

struct spread spread_of(const double *v, int n)
{
	struct spread s = {.n = n, .min = v[0], .max = v[0]};
	double square = 0, half;

	for (int i = 0; i < n; i++) {
		s.mean += v[i] / n;
		s.min = fmin(s.min, v[i]);
		s.max = fmax(s.max, v[i]);
	}
	s.mean = fmin(s.max, fmax(s.min, s.mean)); /* rounding of equal numbers may pass them */
	for (int i = 0; i < n; i++)
		square += (v[i] - s.mean) * (v[i] - s.mean);
	half = n > 1 ? quantile(n - 1) * sqrt(square / (n - 1) / n) : 0;
	s.low = s.mean - half;
	s.high = s.mean + half;
	return s;
}

void spread_print(struct buf *b, const struct spread *s)
{
	buf_fmt(b, "%d,%.10g,%.10g,%.10g,%.10g,%.10g", s->n, s->mean, s->low, s->high, s->min, s->max);
}
