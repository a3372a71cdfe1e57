/* How the service did lately: counts, and the latencies of the latest requests. */
#ifndef SERVE_WINDOW_H
#define SERVE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "edge/serve/serve.h"

#define WINDOW_LATENCIES 4096 /* kept; percentiles are over the latest of them */

struct window {
	uint64_t requests, failed;
	uint32_t us[WINDOW_LATENCIES]; /* a ring once it is full */
};

void window_add(struct window *w, int64_t us, bool failed);
/* Fills in all but the agent's version and begins anew. Percentiles by nearest rank; 0 without requests. */
void window_take(struct window *w, struct serve_stats *out);

#endif
