/* Agents: verified, loaded beside the loop, saved, and put in the place of the old one. */
#ifndef EDGE_DAEMON_INSTALL_H
#define EDGE_DAEMON_INSTALL_H

#include "common/agent/agent.h"
#include "common/base/executor.h"
#include "common/blob/blob.h"
#include "edge/core/edge.h"
#include "edge/daemon/records.h"

/* What installing needs; borrowed. */
struct installer {
	const struct agent_key *key; /* that manifests must be signed with */
	const char *agent_id;        /* the only agent accepted */
	struct blobs *blobs;
	const struct records *records;
	struct executor *executor;
	/* The agent is saved as the current one: swap (a reference is lent for the call). */
	void (*swap)(void *ctx, struct agent *a);
	/* The end: `why` has code 0 when the agent is in use. */
	void (*done)(void *ctx, uint64_t version, const struct err *why);
	void *ctx;
};

/* Signature, agent id; what the core wants to know of it. */
int install_inspect(const struct installer *x, const uint8_t *manifest, size_t n, struct edge_agent *out,
                    struct err *e) MUST_CHECK;
/* Loads it on the executor; then swap() and done(), or done() with the reason. Copies `manifest`. */
void install_start(const struct installer *x, uint64_t version, const uint8_t *manifest, size_t n);
/* The agent that was in use when the process ended, from disk: swap() is called. E_NOT_FOUND: there is none.
 */
int install_saved(const struct installer *x, struct edge_agent *out, struct err *e) MUST_CHECK;

#endif
