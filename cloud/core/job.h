/* Jobs: the heavy work of a round (policy, screening, aggregation, integration), done off the loop.
 *
 * The runner fills the inputs, an executor calls the given `run`, and the runner feeds the outputs to
 * the round. A job owns copies of everything it reads, so it never races with the loop; run again after a
 * crash with the same inputs it gives the same outputs. */
#ifndef CORE_JOB_H
#define CORE_JOB_H

#include "cloud/core/round.h"
#include "common/base/buf.h"

struct cloud;

/* A policy that a round's menu can be asked of. */
struct job_policy {
	const char *name;
	const char *summary; /* one phrase for people */
	bool configured;     /* used as long as nobody chooses another */
};

/* One accepted update that goes into an aggregate. */
struct job_update {
	char edge[WIRE_NAME_MAX + 1];
	struct msg_task order;
	struct msg_update update;
};

struct job {
	enum job_kind kind;
	uint64_t round;
	struct cloud *cloud;
	const struct job_ops *ops;
	void *ops_ctx;
	int64_t asked_ms; /* when; wall clock */

	/* inputs, as the kind needs them */
	size_t seat;
	int stage;
	struct instance instance;           /* policy */
	char use_policy[WIRE_NAME_MAX + 1]; /* policy: chosen by people; empty = the configured one */
	struct job_update
	    *list; /* owned; screen: one; aggregate: in the order of the seats; integrate: of both periods */
	size_t count;
	struct module_state module[WIRE_KINDS_MAX]; /* the round's modules before the job */
	size_t module_count;
	double norm_median[WIRE_KINDS_MAX]; /* screen: of the norms accepted in this stage so far, of each work's
	                                       kind; 0 = none yet */
	uint64_t version;                   /* integrate: of the new agent */

	/* outputs */
	int rc; /* 0, or the job failed as `err` says */
	struct err err;
	struct written written; /* policy */
	bool accepted;          /* screen */
	char reason[WIRE_TEXT_MAX + 1];
	double metric;
	double norm[WIRE_KINDS_MAX];              /* screen: of each work's update; 0 = not measured */
	struct module_state made[WIRE_KINDS_MAX]; /* aggregate, integrate: new states */
	size_t made_count;
	struct buf manifest; /* integrate: signed form */
};

/* What the laboratory of the cloud can do; the simulator has toy versions of these. */
struct job_ops {
	/* Does the job; on any thread, several at once. */
	void (*run)(void *ctx, struct job *job);
	/* The first state of a module kind, generation 0, its blob in the store. */
	int (*first)(void *ctx, const char *kind, struct module_state *out, struct err *e);
	/* The blobs that a signed manifest of ours names; *count <= WIRE_KINDS_MAX. */
	int (*inspect)(void *ctx, const uint8_t *manifest, size_t n, struct blob_ref out[WIRE_KINDS_MAX],
	               size_t *count, struct err *e);
	/* The i-th policy that may be chosen, false beyond the last; NULL when there is nothing to choose. */
	bool (*policy)(void *ctx, size_t i, struct job_policy *out);
	/* A signed manifest of ours again, as another version, appended; NULL when nothing is signed. */
	int (*renew)(void *ctx, const uint8_t *manifest, size_t n, uint64_t version, struct buf *out,
	             struct err *e);
};

struct job *job_new(enum job_kind kind, const struct round *r);
void job_free(struct job *job);

#endif
