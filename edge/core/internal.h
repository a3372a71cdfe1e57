/* The edge as its own files see it: session.c talks, contract.c chooses, work.c trains, deploy.c installs. */
#ifndef EDGE_CORE_INTERNAL_H
#define EDGE_CORE_INTERNAL_H

#include "common/base/log.h"
#include "common/net/transfer.h"
#include "edge/core/edge.h"

enum step {
	STEP_NONE,
	STEP_FETCHING, /* blobs are on their way */
	STEP_RUNNING,  /* training, or installing */
};

struct work {
	enum step step;
	struct msg_task task;
	uint64_t seq; /* of the Task on this link, for answers; 0 = it came on an earlier one */
};

struct deployment {
	enum step step;
	uint64_t round;
	struct edge_agent agent; /* as the manifest says */
	uint8_t *manifest;       /* owned, signed form */
	size_t manifest_len;
};

struct edge {
	struct edge_env env;
	struct edge_about about;
	struct blobs *blobs;
	struct edge_state state; /* as saved */
	struct edge_agent agent; /* installed */

	struct link *link; /* NULL = none */
	struct transfers *transfers;
	bool open;             /* welcomed */
	bool closing;          /* we closed the link; its on_closed is still to come */
	int64_t heard_ms;      /* last sign of life */
	int64_t ping_ms;       /* next heartbeat */
	uint32_t heartbeat_ms; /* as the cloud wants it */
	uint64_t pings;

	struct msg_signal signal; /* last one answered; round 0 = none */
	struct work work;
	struct deployment deploy;
	struct edge_stats stats;
};

/* --- session.c: what goes out ------------------------------------------------------------------ */

void edge_hello(struct edge *e);
/* To the cloud, if the session is open. */
void edge_send(struct edge *e, const struct msg *m);
/* A message does not fit: says why to the log and, as an answer to `reply_to`, to the cloud. */
void edge_refuse(struct edge *e, struct log_about about, uint64_t reply_to, const struct err *why);
/* The peer broke the protocol: tells it and closes the link. */
void edge_break(struct edge *e, const struct err *why);
struct log_about edge_log_about(const struct edge *e, uint64_t round, uint64_t task);
/* Saves `next` and, when it is durable, makes it the state. */
int edge_save(struct edge *e, const struct edge_state *next, struct err *why) MUST_CHECK;

extern const struct link_events edge_link_events;

/* --- contract.c -------------------------------------------------------------------------------- */

void edge_on_signal_request(struct edge *e, const struct msg *m);
void edge_on_offer(struct edge *e, const struct msg *m);
void edge_on_choice_recorded(struct edge *e, const struct msg *m);

/* --- market.c ---------------------------------------------------------------------------------- */

/* E_INVALID when the public terms are not sound. */
int market_sound(const struct market *m, struct err *e) MUST_CHECK;

/* --- task_check.c ------------------------------------------------------------------------------ */

/* Is this the work that was contracted, for the pay that was promised? */
int task_check(const struct edge_state *s, const struct edge_about *about, const struct msg_task *t,
               struct err *e) MUST_CHECK;

/* --- work.c ------------------------------------------------------------------------------------ */

void edge_on_task(struct edge *e, const struct msg *m);
void edge_on_receipt(struct edge *e, const struct msg *m);
/* The round has got to this period: earlier work is of no use any more. */
void edge_work_until(struct edge *e, uint64_t round, uint32_t period);
/* Asks for the receipts that are missing of work before this period: the Update says what was done. */
void edge_work_ask(struct edge *e, uint64_t round, uint32_t period);
void edge_work_cancel(struct edge *e);
void edge_work_link_lost(struct edge *e);
/* A blob arrived, or will not. */
void edge_work_held(struct edge *e);
void edge_work_failed(struct edge *e, const struct digest *d, const struct err *why);
bool edge_work_uses(const struct edge *e, const struct digest *d);

/* --- deploy.c ---------------------------------------------------------------------------------- */

void edge_on_deploy(struct edge *e, const struct msg *m);
void edge_deploy_drop(struct edge *e);
void edge_deploy_link_lost(struct edge *e);
void edge_deploy_held(struct edge *e);
void edge_deploy_failed(struct edge *e, const struct digest *d, const struct err *why);
bool edge_deploy_uses(const struct edge *e, const struct digest *d);

/* --- blobs.c ----------------------------------------------------------------------------------- */

extern const struct transfers_events edge_transfer_events;
/* Fetches it unless it is held or none; answers whether it is held (1), coming (0), or an error. */
int edge_fetch(struct edge *e, const struct blob_ref *ref, struct err *why) MUST_CHECK;
/* Stops fetching it, unless something else needs it. */
void edge_unfetch(struct edge *e, const struct blob_ref *ref);
bool edge_holds(const struct edge *e, const struct blob_ref *ref);
/* Removes the blobs that nothing needs any more. */
void edge_sweep(struct edge *e);

#endif
