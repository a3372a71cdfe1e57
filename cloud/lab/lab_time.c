#include "cloud/lab/lab_time.h"

#include <stdlib.h>

#include "common/base/clock.h"

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double lab_median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof(*v), ascending);
	return v[n / 2];
}

double lab_act_us(struct actor *a, const float *params, const float *states, int batch, int times)
{
	double us[LAB_RUNS];
	struct rng r;

	rng_seed(&r, 1, 1);
	for (int i = -LAB_WARM_RUNS; i < LAB_RUNS; i++) {
		int64_t start = clock_mono_us();

		for (int t = 0; t < times; t++)
			(void)actor_run(a, params, states, batch, &r, false);
		if (i >= 0)
			us[i] = (double)(clock_mono_us() - start) / times;
	}
	return lab_median(us, LAB_RUNS);
}
