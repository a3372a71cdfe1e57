/* The weighted mean of 10 updates of 10 MB: in one call, as many at once as the cloud maps, and one after the
 * other. One JSON line each. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cloud/aggregate/fedavg.h"
#include "cloud/aggregate/kernels.h"
#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/rng.h"

enum { UPDATES = 10, BYTES = 10000000, FLOATS = BYTES / 4, ROUNDS = 15 };

struct setup {
	float *block[UPDATES], *out;
	const void *view[UPDATES];
	double weight[UPDATES];
};

static void must(int rc, const struct err *e)
{
	if (rc == 0)
		return;
	fprintf(stderr, "bench_aggregate: %s\n", e->text);
	exit(1);
}

static void set_up(struct setup *s)
{
	struct rng rng;

	rng_seed(&rng, 1, 0);
	for (int u = 0; u < UPDATES; u++) {
		s->view[u] = s->block[u] = mem_floats(FLOATS);
		s->weight[u] = rng_uniform(&rng, 1, 10);
		for (size_t i = 0; i < FLOATS; i++)
			s->block[u][i] = (float)rng_uniform(&rng, -1, 1);
	}
	s->out = mem_floats(FLOATS);
}

static void in_one_call(struct setup *s)
{
	struct err e = ERR_INIT;

	must(aggregate_many(s->view, s->weight, UPDATES, FLOATS, s->out, &e), &e);
}

static void stream(struct setup *s, int at_once)
{
	struct aggregate *a = aggregate_new(FLOATS);
	struct err e = ERR_INIT;

	for (int u = 0; u < UPDATES; u += at_once) {
		int n = UPDATES - u < at_once ? UPDATES - u : at_once;

		must(aggregate_add_many(a, &s->view[u], &s->weight[u], (size_t)n, &e), &e);
	}
	must(aggregate_finish(a, s->out, &e), &e);
	aggregate_free(a);
}

static void as_the_cloud(struct setup *s)
{
	stream(s, AGGREGATE_BATCH);
}

static void one_by_one(struct setup *s)
{
	stream(s, 1);
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void measure(const char *mode, void (*run)(struct setup *s), struct setup *s)
{
	int64_t us[ROUNDS];
	clock_t cpu = clock();

	for (int i = 0; i < ROUNDS; i++) {
		int64_t start = clock_mono_us();

		run(s);
		us[i] = clock_mono_us() - start;
	}
	cpu = clock() - cpu;
	qsort(us, ROUNDS, sizeof(*us), by_size);
	printf("{\"bench\":\"aggregate\",\"mode\":\"%s\",\"kernels\":\"%s\",\"updates\":%d,\"bytes\":%d,"
	       "\"ms\":%.2f,\"ms_best\":%.2f,\"cpu_ms\":%.2f}\n",
	       mode, aggregate_kernels()->name, UPDATES, BYTES, (double)us[ROUNDS / 2] / 1e3, (double)us[0] / 1e3,
	       (double)cpu * 1e3 / CLOCKS_PER_SEC / ROUNDS);
}

int main(void)
{
	struct setup s;

	set_up(&s);
	measure("one-call", in_one_call, &s);
	measure("cloud", as_the_cloud, &s);
	measure("one-by-one", one_by_one, &s);
	for (int u = 0; u < UPDATES; u++)
		free(s.block[u]);
	free(s.out);
	return 0;
}
