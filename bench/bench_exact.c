/* The exact policy on random instances: milliseconds for one contract, by the number of types. One JSON line
 * for each K from 2 to 10. */
#include <stdio.h>
#include <stdlib.h>

#include "cloud/policy/exact.h"
#include "cloud/policy/instances.h"
#include "common/base/clock.h"

#define INSTANCES 40

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double solve_ms(const struct instance *in)
{
	const struct policy p = {.ops = &policy_exact};
	int64_t start = clock_mono_us();
	struct err e = ERR_INIT;
	struct menu m;

	if (policy_solve(&p, in, &m, &e)) {
		fprintf(stderr, "bench_exact: %s\n", e.text);
		exit(1);
	}
	return (double)(clock_mono_us() - start) / 1000;
}

int main(void)
{
	double ms[INSTANCES];

	for (int types = 2; types <= CONTRACT_TYPES_MAX; types++) {
		struct instance in;
		struct rng r;

		rng_seed(&r, 1, (uint64_t)types);
		for (int i = 0; i < INSTANCES; i++) {
			instance_draw(&r, types, i % 2 ? PARTICIPATION_PER_PERIOD : PARTICIPATION_INTERTEMPORAL, &in);
			ms[i] = solve_ms(&in);
		}
		qsort(ms, INSTANCES, sizeof(*ms), by_size);
		printf("{\"bench\":\"exact\",\"types\":%d,\"instances\":%d,\"median_ms\":%.3f,\"worst_ms\":%.3f,"
		       "\"fallbacks\":%lu}\n",
		       types, INSTANCES, (ms[INSTANCES / 2 - 1] + ms[INSTANCES / 2]) / 2, ms[INSTANCES - 1],
		       exact_fallbacks());
	}
	return 0;
}
