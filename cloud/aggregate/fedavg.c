#include "cloud/aggregate/fedavg.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/aggregate/kernels.h"
#include "common/base/mem.h"

#define TILE      ((size_t)2048)    /* floats whose sums stay in the first-level cache */
#define STREAMS   ((size_t)16)      /* blocks read side by side */
#define THREAD_AT ((size_t)1 << 20) /* a second thread pays from this many floats read on */

struct aggregate {
	size_t floats;
	double weight; /* of all blocks so far */
	double *sum;
};

struct aggregate *aggregate_new(size_t floats)
{
	struct aggregate *a = mem_zalloc(sizeof(*a));

	a->floats = floats;
	a->sum = mem_array(floats, sizeof(*a->sum));
	return a;
}

void aggregate_free(struct aggregate *a)
{
	if (!a)
		return;
	free(a->sum);
	free(a);
}

/* The weights as the kernels take them, owned, and their sum added to *total. */
static int round_weights(const double *weights, size_t n, double **out, double *total, struct err *e)
{
	double *rounded = mem_array(n, sizeof(*rounded));

	for (size_t i = 0; i < n; i++) {
		rounded[i] = (double)(float)weights[i];
		if (!(weights[i] >= 0) || !isfinite(rounded[i])) {
			free(rounded);
			return err_set(e, E_INVALID, "weight %zu is %g; accepted are finite ones from 0", i + 1,
			               weights[i]);
		}
		*total += rounded[i];
	}
	*out = rounded;
	return 0;
}

static void add_tile(double *sum, const void *const *blocks, const double *weights, size_t n, size_t from,
                     size_t count)
{
	for (size_t i = 0; i < n; i += STREAMS)
		aggregate_kernels()->add(sum, blocks + i, weights + i, n - i < STREAMS ? n - i : STREAMS, from,
		                         count);
}

static size_t tile_at(size_t from, size_t end)
{
	return end - from < TILE ? end - from : TILE;
}

int aggregate_add_many(struct aggregate *a, const void *const *blocks, const double *weights, size_t n,
                       struct err *e)
{
	double total = a->weight, *rounded;
	int rc = round_weights(weights, n, &rounded, &total, e);

	if (rc)
		return rc;
	for (size_t at = 0; at < a->floats; at += TILE)
		add_tile(a->sum + at, blocks, rounded, n, at, tile_at(at, a->floats));
	a->weight = total;
	free(rounded);
	return 0;
}

static int check_total(double total, struct err *e)
{
	if (!(total > 0) || !isfinite(1 / total))
		return err_set(e, E_STATE, "nothing to average: the weights sum to %g", total);
	return 0;
}

int aggregate_finish(const struct aggregate *a, float *out, struct err *e)
{
	int rc = check_total(a->weight, e);

	if (rc == 0)
		aggregate_kernels()->finish(out, a->sum, 1 / a->weight, a->floats);
	return rc;
}

struct span {
	const void *const *blocks;
	const double *weights;
	size_t n, from, end; /* floats from `from` to `end` */
	double scale;
	float *out;
};

static void *average_span(void *arg)
{
	const struct span *s = arg;
	double sum[TILE];

	for (size_t at = s->from; at < s->end; at += TILE) {
		size_t count = tile_at(at, s->end);

		memset(sum, 0, count * sizeof(*sum));
		add_tile(sum, s->blocks, s->weights, s->n, at, count);
		aggregate_kernels()->finish(s->out + at, sum, s->scale, count);
	}
	return NULL;
}

static void average(struct span *whole)
{
	struct span high = *whole;
	pthread_t helper;

	high.from = whole->end / 2 / TILE * TILE;
	if (whole->end * whole->n < THREAD_AT || pthread_create(&helper, NULL, average_span, &high) != 0) {
		average_span(whole);
		return;
	}
	whole->end = high.from;
	average_span(whole);
	pthread_join(helper, NULL);
}

int aggregate_many(const void *const *blocks, const double *weights, size_t n, size_t floats, float *out,
                   struct err *e)
{
	double total = 0, *rounded;
	int rc = round_weights(weights, n, &rounded, &total, e);

	if (rc)
		return rc;
	rc = check_total(total, e);
	if (rc == 0)
		average(&(struct span){blocks, rounded, n, 0, floats, 1 / total, out});
	free(rounded);
	return rc;
}
