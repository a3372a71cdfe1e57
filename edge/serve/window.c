#include "edge/serve/window.h"

#include <stdlib.h>
#include <string.h>

void window_add(struct window *w, int64_t us, bool failed)
{
	w->us[w->requests % WINDOW_LATENCIES] = us < 0 ? 0 : us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
	w->requests++;
	w->failed += failed;
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static uint64_t percentile(const uint32_t *sorted, size_t n, size_t percent)
{
	return n ? sorted[(n * percent + 99) / 100 - 1] : 0;
}

void window_take(struct window *w, struct serve_stats *out)
{
	size_t n = w->requests < WINDOW_LATENCIES ? (size_t)w->requests : WINDOW_LATENCIES;

	qsort(w->us, n, sizeof(*w->us), ascending);
	out->requests = w->requests;
	out->failed = w->failed;
	out->p50_us = percentile(w->us, n, 50);
	out->p99_us = percentile(w->us, n, 99);
	w->requests = w->failed = 0;
}
