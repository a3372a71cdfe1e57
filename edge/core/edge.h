/* The edge's side of the protocol: session, contract, work, deployment.
 *
 * Pure over `struct edge_env`: no clock, file, thread or unseeded number of its own, so the daemon and the
 * simulator run this same code. All functions and callbacks belong to one thread (the loop's).
 *
 * The cloud asks, the edge answers; after every reconnect or restart of either side the cloud asks again for
 * what it still lacks. So an edge answers a repeated question from its saved state: it never chooses twice
 * and never trains a task twice once its update is saved. Only Updates are repeated unasked, while their
 * Receipt is missing: after a Welcome, and when the cloud has gone on to a later period.
 *
 *              edge_connected            Welcome
 *   NO LINK ------------------> HELLO ------------> OPEN
 *      ^                          |                  |
 *      +--------------------------+------------------+   link closed, silence, Goodbye, protocol error
 *
 *   work:  nothing --Task--> FETCHING --blobs held--> TRAINING --edge_trained, saved--> done (Update)
 *   A lost link ends FETCHING (the Task comes again, what was received stays); TRAINING goes on. */
#ifndef EDGE_CORE_EDGE_H
#define EDGE_CORE_EDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/executor.h"
#include "common/blob/blob.h"
#include "common/net/link.h"
#include "edge/core/state.h"

struct edge;

/* What an agent is, as far as the core needs to know. */
struct edge_agent {
	uint64_t version; /* 0 = none */
	struct blob_ref blobs[EDGE_AGENT_BLOBS_MAX];
	size_t blob_count;
};

/* The world around an edge. Every function is set; none calls back into the edge, except that train() and
 * install() may call edge_trained() and edge_installed() before they return. */
struct edge_env {
	void *ctx;                 /* given to every function */
	struct executor *executor; /* commits received blobs; NULL = in place */

	int64_t (*now_ms)(void *ctx); /* never goes back */

	/* Makes the state durable before it returns. After an error the edge goes on as if the event had not
	 * come, and tells the cloud. */
	int (*save)(void *ctx, const struct edge_state *state, struct err *e);

	/* This edge's telemetry, and its own type (0 to terms.types - 1). Asked once a period and process; after
	 * a restart the telemetry may be asked for again, the type only while no choice was saved. */
	int (*telemetry)(void *ctx, uint64_t round, uint32_t period, const struct market *m,
	                 struct telemetry *out, struct err *e);
	int (*own_type)(void *ctx, uint64_t round, uint32_t period, const struct market *m);

	/* Starts training; all blobs are held. `task` is borrowed for the call. The results
	 * must be in the blob store when edge_trained() is called; it is called once unless cancelled. */
	void (*train)(void *ctx, const struct msg_task *task);
	/* The training's outcome is no longer wanted: edge_trained() may still come and is ignored. The next
	 * train() may follow at once. */
	void (*cancel)(void *ctx, uint64_t task);

	/* Verifies a signed manifest (signature, agent id) and tells its version and blobs. */
	int (*inspect)(void *ctx, const uint8_t *manifest, size_t n, struct edge_agent *out, struct err *e);
	/* Test-loads the agent (all blobs are held), saves it as the current one and swaps; then
	 * edge_installed(). `manifest` is borrowed until then (or edge_free()). One installation at a time. */
	void (*install)(void *ctx, uint64_t version, const uint8_t *manifest, size_t n);

	/* Appends to the edge's records, durably. Called once for each receipt; once more after a crash between
	 * this and save(). */
	void (*receipt)(void *ctx, uint64_t round, const struct msg_receipt *r);
	/* Service since the last call; false = there was none. */
	bool (*service)(void *ctx, struct msg_service_report *out);
	/* The cloud wants no dial for this long. */
	void (*hold)(void *ctx, uint64_t retry_after_ms);
};

/* What the edge says of itself. Texts are borrowed for the edge's life. */
struct edge_about {
	const char *name;                  /* for the log; the certificate is what the cloud goes by */
	const char *program;               /* "foedus-edge 0.1.0" */
	const char *kinds[WIRE_KINDS_MAX]; /* module kinds it can train and run */
	size_t kind_count;
	uint64_t samples;        /* training samples at hand */
	uint64_t blob_bytes_max; /* largest blob it takes; 0 = WIRE_BLOB_MAX */
};

/* `env` and `about` are copied; `blobs` must outlive the edge. `state` is what was last saved and `agent`
 * what is installed; NULL = nothing yet. */
struct edge *edge_new(const struct edge_env *env, const struct edge_about *about, struct blobs *blobs,
                      const struct edge_state *state, const struct edge_agent *agent);
/* Cancels what runs. A link that is still up is not touched: the caller sees to it that no callback of it
 * comes any more. Not from inside a callback. */
void edge_free(struct edge *e);

/* A link to the cloud is up: takes it over (sets its callbacks) and says Hello. A link that was there is
 * closed. */
void edge_connected(struct edge *e, struct link *l);
/* Heartbeats and silence. Returns the time at which it wants to be called next, INT64_MAX without a link;
 * also call it after every message if the timer is set from it (the Welcome brings the interval). */
int64_t edge_tick(struct edge *e, int64_t now_ms);
/* Says Goodbye and closes the link; work under way goes on until edge_free(). */
void edge_goodbye(struct edge *e, const char *reason);

/* The end of a training: `update` (borrowed) or, when that is NULL, why not. */
void edge_trained(struct edge *e, uint64_t task, const struct msg_update *update, const struct err *why);
/* The end of an installation: `why` is NULL or a code of 0 when the agent is in use now. */
void edge_installed(struct edge *e, uint64_t version, const struct err *why);

/* For readiness, metrics and tests. */
bool edge_is_open(const struct edge *e); /* welcomed by the cloud */
const struct edge_state *edge_get_state(const struct edge *e);
uint64_t edge_agent_version(const struct edge *e);

/* Counts since edge_new(). */
struct edge_stats {
	uint64_t sessions;       /* welcomed */
	uint64_t signals;        /* answered */
	uint64_t choices;        /* made, declining included; repetitions not */
	uint64_t declined;       /* of them */
	uint64_t trainings;      /* started */
	uint64_t updates;        /* finished and saved */
	uint64_t refused;        /* offers and tasks that did not fit the contract */
	uint64_t accepted;       /* receipts that pay */
	uint64_t rejected;       /* receipts that do not */
	int64_t paid_micro;      /* sum of the receipts */
	uint64_t installed;      /* agents */
	uint64_t install_failed; /* agents that were refused */
	uint64_t lost;           /* links that ended */
};
struct edge_stats edge_get_stats(const struct edge *e);

#endif
