/* The edge's own metrics, beside those of the agent service. */
#ifndef EDGE_DAEMON_GAUGES_H
#define EDGE_DAEMON_GAUGES_H

#include "common/base/metrics.h"
#include "edge/core/edge.h"

enum { GAUGES_COUNT = 16 };

struct gauges {
	struct metric *metric[GAUGES_COUNT];
	double last[GAUGES_COUNT];
};

void gauges_init(struct gauges *g, struct metrics *m);
/* Brings them up to date; cheap when nothing changed. */
void gauges_update(struct gauges *g, const struct edge *e);

#endif
