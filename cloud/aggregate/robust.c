#include "cloud/aggregate/robust.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

#define WIDE 64 /* coordinates sorted side by side */
#define FOUR 4  /* lanes that every machine of ours has */

typedef float four_floats __attribute__((vector_size(FOUR * sizeof(float))));
typedef int32_t four_bits __attribute__((vector_size(FOUR * sizeof(float))));

/* One coordinate of every update in a column; sorting moves values within their column. */
struct columns {
	float (*row)[WIDE]; /* one an update */
	size_t rows;
	size_t cut; /* rows that do not count, at each end */
};

/* The smaller values to `low`, the larger to `high`. */
static void exchange(float low[WIDE], float high[WIDE])
{
	for (size_t i = 0; i < WIDE; i += FOUR) {
		four_floats a, b;
		four_bits less, x, y, small, large;

		memcpy(&a, low + i, sizeof(a));
		memcpy(&b, high + i, sizeof(b));
		less = a < b;
		x = (four_bits)a;
		y = (four_bits)b;
		small = (x & less) | (y & ~less);
		large = (y & less) | (x & ~less);
		memcpy(low + i, &small, sizeof(small));
		memcpy(high + i, &large, sizeof(large));
	}
}

/* Batcher's merge exchange (Knuth, volume 3, 5.2.2, algorithm M): the same comparisons for all columns, so
 * that they can go side by side. */
static void sort_columns(struct columns *c)
{
	size_t top = 1;

	while (2 * top < c->rows)
		top *= 2;
	for (size_t p = top; p > 0; p /= 2) {
		size_t q = top, r = 0, d = p;

		for (;;) {
			for (size_t i = 0; i + d < c->rows; i++)
				if ((i & p) == r)
					exchange(c->row[i], c->row[i + d]);
			if (q == p)
				break;
			d = q - p;
			q /= 2;
			r = p;
		}
	}
}

static void mean_of_middle(const struct columns *c, float *out, size_t count)
{
	double sum[WIDE] = {0};
	size_t n = c->rows - 2 * c->cut;

	for (size_t r = c->cut; r < c->rows - c->cut; r++)
		for (size_t i = 0; i < WIDE; i++)
			sum[i] += (double)c->row[r][i];
	for (size_t i = 0; i < count; i++)
		out[i] = (float)(sum[i] / (double)n);
}

static void run(struct columns *c, const void *const *voices, size_t floats, float *out)
{
	for (size_t at = 0; at < floats; at += WIDE) {
		size_t count = floats - at < WIDE ? floats - at : WIDE;

		for (size_t r = 0; r < c->rows; r++)
			memcpy(c->row[r], (const uint8_t *)voices[r] + at * sizeof(float), count * sizeof(float));
		sort_columns(c);
		mean_of_middle(c, out + at, count);
	}
}

/* The blocks whose weight is positive, owned. */
static int voices_of(const void *const *blocks, const double *weights, size_t n, const void ***out,
                     size_t *count, struct err *e)
{
	const void **voices = mem_array(n, sizeof(*voices));

	*count = 0;
	for (size_t i = 0; i < n; i++) {
		if (!(weights[i] >= 0) || !isfinite(weights[i])) {
			free(voices);
			return err_set(e, E_INVALID, "weight %zu is %g; accepted are finite ones from 0", i + 1,
			               weights[i]);
		}
		if (weights[i] > 0)
			voices[(*count)++] = blocks[i];
	}
	if (*count == 0) {
		free(voices);
		return err_set(e, E_STATE, "nothing to average: no weight is positive");
	}
	*out = voices;
	return 0;
}

static int middle(const void *const *blocks, const double *weights, size_t n, size_t floats, float *out,
                  size_t (*cut)(size_t rows), struct err *e)
{
	struct columns c;
	const void **voices = NULL;
	int rc = voices_of(blocks, weights, n, &voices, &c.rows, e);

	if (rc)
		return rc;
	c.cut = cut(c.rows);
	c.row = mem_array(c.rows, sizeof(*c.row));
	run(&c, voices, floats, out);
	free(c.row);
	free(voices);
	return 0;
}

static size_t trimmed(size_t rows)
{
	size_t share = (size_t)((double)rows * RULE_TRIM);

	return share == 0 && rows >= 3 ? 1 : share;
}

static size_t all_but_middle(size_t rows)
{
	return (rows - 1) / 2;
}

int trimmed_mean(const void *const *blocks, const double *weights, size_t n, size_t floats, float *out,
                 struct err *e)
{
	return middle(blocks, weights, n, floats, out, trimmed, e);
}

int coordinate_median(const void *const *blocks, const double *weights, size_t n, size_t floats, float *out,
                      struct err *e)
{
	return middle(blocks, weights, n, floats, out, all_but_middle, e);
}
