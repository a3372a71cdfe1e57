#include "common/data/shard.h"

#include <math.h>
#include <stdlib.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/data/dataset.h"

static int check(const uint8_t *labels, size_t count, size_t n, double alpha, struct err *e)
{
	if (n < 1 || n > SHARDS_MAX)
		return err_set(e, E_INVALID, "split into %zu shards (accepted: 1 to %d)", n, SHARDS_MAX);
	if (!isfinite(alpha) || alpha < 1e-3 || alpha > 1e6)
		return err_set(e, E_INVALID, "Dirichlet concentration %g (accepted: 0.001 to 1000000)", alpha);
	if (count < n || count > UINT32_MAX)
		return err_set(e, E_INVALID, "%zu samples cannot be split into %zu shards of at least one each",
		               count, n);
	for (size_t i = 0; i < count; i++)
		if (labels[i] >= DATASET_CLASSES)
			return err_set(e, E_INVALID, "label %zu is %d (accepted: 0 to %d)", i, labels[i],
			               DATASET_CLASSES - 1);
	return 0;
}

/* Indices of the samples of one class; returns how many. */
static size_t gather(const uint8_t *labels, size_t count, int class, uint32_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (labels[i] == class)
			out[n++] = (uint32_t)i;
	return n;
}

static void push(struct shard *s, const uint32_t *items, size_t n)
{
	if (n == 0)
		return;
	s->items = mem_realloc(s->items, s->count + n, sizeof(*s->items));
	for (size_t i = 0; i < n; i++)
		s->items[s->count++] = items[i];
}

/* Cuts one class, shuffled, at the running sums of a Dirichlet draw. */
static void deal(struct rng *r, uint32_t *items, size_t n, double *odds, double alpha, struct shards *out)
{
	double reached = 0;
	size_t from = 0;

	rng_shuffle(r, items, n);
	rng_dirichlet(r, alpha, out->count, odds);
	for (size_t i = 0; i < out->count; i++) {
		size_t to;

		reached += odds[i];
		to = i + 1 == out->count || reached >= 1 ? n : (size_t)(reached * (double)n);
		push(&out->list[i], items + from, to - from);
		from = to;
	}
}

static size_t least_of(size_t count, size_t n)
{
	size_t quarter = count / n / 4;

	return quarter > SHARD_SAMPLES_MIN ? SHARD_SAMPLES_MIN : quarter ? quarter : 1;
}

static struct shard *largest(struct shards *s)
{
	struct shard *best = &s->list[0];

	for (size_t i = 1; i < s->count; i++)
		if (s->list[i].count > best->count)
			best = &s->list[i];
	return best;
}

/* Shards below the minimum take random samples from whichever is largest. */
static void fill_up(struct rng *r, struct shards *s, size_t least)
{
	for (size_t i = 0; i < s->count; i++)
		while (s->list[i].count < least) {
			struct shard *from = largest(s);
			size_t k = (size_t)rng_below(r, from->count);

			push(&s->list[i], &from->items[k], 1);
			from->items[k] = from->items[--from->count];
		}
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

int shard_split(const uint8_t *labels, size_t count, size_t n, double alpha, uint64_t seed,
                struct shards *out, struct err *e)
{
	int rc = check(labels, count, n, alpha, e);
	struct rng r;
	uint32_t *items;
	double *odds;

	*out = (struct shards){0};
	if (rc)
		return rc;
	rng_seed(&r, seed, rng_stream("data/shard"));
	*out = (struct shards){.list = mem_array(n, sizeof(*out->list)), .count = n};
	items = mem_array(count, sizeof(*items));
	odds = mem_array(n, sizeof(*odds));
	for (int class = 0; class < DATASET_CLASSES; class ++)
		deal(&r, items, gather(labels, count, class, items), odds, alpha, out);
	fill_up(&r, out, least_of(count, n));
	for (size_t i = 0; i < n; i++)
		qsort(out->list[i].items, out->list[i].count, sizeof(uint32_t), ascending);
	free(items);
	free(odds);
	return 0;
}

void shards_release(struct shards *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->list[i].items);
	free(s->list);
	*s = (struct shards){0};
}
