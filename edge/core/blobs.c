/* Which blobs are fetched, handed out and kept. */
#include <inttypes.h>

#include "edge/core/internal.h"

/* The cloud may fetch the results it has not closed yet, and nothing else. */
static bool is_current_result(const struct edge *e, const struct digest *d)
{
	for (size_t i = 0; i < e->state.done_count; i++) {
		const struct edge_done *done = &e->state.done[i];

		for (size_t j = 0; !done->receipted && j < done->update.result_count; j++)
			if (digest_equal(&done->update.result[j].blob.digest, d))
				return true;
	}
	return false;
}

static bool allowed(void *ctx, const struct digest *d)
{
	return is_current_result(ctx, d);
}

static void got(void *ctx, const struct blob_ref *ref)
{
	struct edge *e = ctx;

	(void)ref;
	edge_work_held(e);
	edge_deploy_held(e);
}

static void failed(void *ctx, const struct blob_ref *ref, const struct err *why)
{
	struct edge *e = ctx;

	edge_work_failed(e, &ref->digest, why);
	edge_deploy_failed(e, &ref->digest, why);
}

const struct transfers_events edge_transfer_events = {.allowed = allowed, .got = got, .failed = failed};

bool edge_holds(const struct edge *e, const struct blob_ref *ref)
{
	return digest_is_zero(&ref->digest) || blobs_has(e->blobs, &ref->digest, NULL);
}

int edge_fetch(struct edge *e, const struct blob_ref *ref, struct err *why)
{
	uint64_t size;
	int rc;

	if (digest_is_zero(&ref->digest))
		return 1;
	if (blobs_has(e->blobs, &ref->digest, &size)) {
		if (size != ref->size)
			return err_set(why, E_INVALID, "a blob of %" PRIu64 " bytes is announced as one of %" PRIu64,
			               size, ref->size);
		return 1;
	}
	if (!e->transfers)
		return err_set(why, E_UNAVAILABLE, "there is no link to fetch a blob over");
	rc = transfers_get(e->transfers, ref, e->about.blob_bytes_max, why);
	return rc < 0 ? rc : rc == TRANSFER_HELD;
}

void edge_unfetch(struct edge *e, const struct blob_ref *ref)
{
	if (e->transfers && !edge_work_uses(e, &ref->digest) && !edge_deploy_uses(e, &ref->digest))
		transfers_cancel(e->transfers, ref);
}

static bool is_agents(const struct edge *e, const struct digest *d)
{
	for (size_t i = 0; i < e->agent.blob_count; i++)
		if (digest_equal(&e->agent.blobs[i].digest, d))
			return true;
	return false;
}

static int sweep_one(void *ctx, const struct blob_ref *ref)
{
	struct edge *e = ctx;
	const struct digest *d = &ref->digest;
	struct err why = ERR_INIT;

	if (is_current_result(e, d) || is_agents(e, d) || edge_work_uses(e, d) || edge_deploy_uses(e, d))
		return 0;
	if (blobs_remove(e->blobs, d, &why))
		log_line(LOG_WARN, edge_log_about(e, e->state.round, 0), "%s", why.text);
	return 0;
}

void edge_sweep(struct edge *e)
{
	struct err why = ERR_INIT;

	if (blobs_each(e->blobs, sweep_one, e, &why) || blobs_drop_partials(e->blobs, NULL, &why))
		log_line(LOG_WARN, edge_log_about(e, e->state.round, 0), "%s", why.text);
}
