/* Shared by the simulated network's files (net.c: links; events.c: time). */
#ifndef SIM_NET_INTERNAL_H
#define SIM_NET_INTERNAL_H

#include "common/base/buf.h"
#include "sim/net.h"

enum { SIM_OWNERS_MAX = 66 }; /* the cloud, up to 64 edges, the world itself */

struct sim_event {
	int64_t at_ms;
	uint64_t number;
	int owner;
	uint32_t epoch;
	sim_event_fn *fn;
	void *ctx;
	uint64_t arg;
};

/* One end of a connection; lives as long as the network, so that late events find it. */
struct sim_link {
	struct link base;
	struct sim_link *next;
	struct sim_link *other;
	struct sim_net *net;
	int owner;   /* whose end */
	int edge;    /* the edge that dialled, for partitions */
	bool closed; /* its owner has been told, or is gone */
	bool broken; /* nothing is delivered to this end any more */
	bool authenticated;
	uint64_t seq;
	int64_t last_ms; /* when the youngest frame under way arrives at the other end */
	size_t waiting;  /* messages under way from this end */
	size_t bulk;     /* chunk bytes under way from this end */
};

struct sim_net {
	struct rng rng;
	struct sim_faults faults;
	int64_t now_ms;
	uint64_t events_made, trace;
	struct sim_event *event;
	size_t event_count, event_cap;
	uint32_t epoch[SIM_OWNERS_MAX];
	int64_t partition_ms[SIM_OWNERS_MAX]; /* until when */
	struct sim_link *links;
	uint64_t sent[SIM_OWNERS_MAX];
	size_t waiting_max, bulk_max; /* on any link, so far */
	bool doomed;
	int doomed_owner;
	unsigned doomed_sends; /* that still get out */
	void (*died)(void *ctx, int owner);
	void *died_ctx;
};

#endif
