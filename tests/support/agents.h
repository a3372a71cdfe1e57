/* A small agent for tests: untrained perception, memory of made-up images, blobs kept in memory. */
#ifndef TESTS_AGENTS_H
#define TESTS_AGENTS_H

#include "common/agent/agent.h"
#include "common/agent/manifest.h"
#include "common/base/buf.h"

struct made_agent {
	struct manifest manifest; /* agent "scout": perception and memory */
	struct buf blobs[2];      /* in the manifest's order */
	size_t asked;             /* how often a blob was asked for */
};

void made_agent_init(struct made_agent *m, uint64_t version, uint64_t seed);
void made_agent_release(struct made_agent *m);
/* An agent_blob_fn whose context is the made_agent; by the manifest's digests. */
int made_agent_blob(void *ctx, const struct digest *digest, struct buf *out, struct err *e);

#endif
