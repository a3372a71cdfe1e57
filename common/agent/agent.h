/* A running agent: the modules of one manifest, loaded, tried once, and then answering requests.
 *
 * Counted references: whoever begins a request holds one until it is answered, so a swap frees the old agent
 * only after its last request. References may be taken and dropped on any thread; agent_act() runs on one
 * thread at a time per agent. */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include "common/agent/manifest.h"
#include "common/base/buf.h"
#include "common/base/digest.h"
#include "common/base/err.h"
#include "common/module/act.h"

struct agent;

/* Appends the blob with this digest to `out`. */
typedef int agent_blob_fn(void *ctx, const struct digest *digest, struct buf *out, struct err *e);

/* Loads every module (blob size, digest, tensors, finite values), opens it, and has the whole agent answer
 * one test request. On success *out holds one reference and `m` was copied; on an error nothing is kept.
 * E_CORRUPT: a blob fails its digest; E_NOT_FOUND and others as `get` says. */
int agent_load(const struct manifest *m, agent_blob_fn *get, void *ctx, struct agent **out,
               struct err *e) MUST_CHECK;
struct agent *agent_ref(struct agent *a);
void agent_unref(struct agent *a); /* NULL is fine */

const struct manifest *agent_manifest(const struct agent *a);
/* Answers one request (act.h); on an error the request has no answer. */
int agent_act(struct agent *a, struct act *request, struct err *e) MUST_CHECK;

#endif
