/* What an edge holds and accepts at most. */
#ifndef EDGE_CORE_LIMITS_H
#define EDGE_CORE_LIMITS_H

#include <stdint.h>

enum {
	EDGE_DONE_MAX = 8,              /* finished tasks remembered; the oldest gives way */
	EDGE_AGENT_BLOBS_MAX = 16,      /* modules of one agent */
	EDGE_HEARTBEAT_MS_MIN = 10,     /* shortest interval of pings a cloud may ask for */
	EDGE_HEARTBEAT_MS_MAX = 600000, /* and the longest */
	EDGE_REPORT_HEARTBEATS = 5,     /* a service report goes with every so many of them */
};

#define EDGE_NUMBER_MAX         ((uint64_t)INT64_MAX) /* of rounds and tasks: they are saved as JSON integers */
#define EDGE_DERIVE_SAMPLES_MAX ((uint64_t)1000 * 1000) /* unpaid work of period 3 in one task */

#endif
