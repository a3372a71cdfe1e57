/* The world around the edge's core, as the daemon has it: disk, machine, training thread, agent service. */
#ifndef EDGE_DAEMON_WORLD_H
#define EDGE_DAEMON_WORLD_H

#include "common/net/tls_link.h"
#include "edge/core/edge.h"
#include "edge/daemon/install.h"
#include "edge/daemon/setup.h"
#include "edge/serve/serve.h"
#include "edge/train/worker.h"

struct world {
	struct edge_setup setup;
	struct executor *executor;
	struct metrics *metrics;
	struct serve *serve;   /* NULL once closed */
	struct worker *worker; /* NULL once ended */
	struct installer installer;
	struct net_dialer *dialer; /* set once dialing begins */
	struct edge *edge;
};

/* After setup_open(): service, saved agent, training thread and core. `w` keeps its address. On an error
 * world_close() takes back what there is. */
int world_open(struct world *w, uv_loop_t *loop, const struct edge_options *o, struct err *e) MUST_CHECK;
/* After the loop has run empty. */
void world_close(struct world *w);

#endif
