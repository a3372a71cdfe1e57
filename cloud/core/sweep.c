/* What the blob store may forget when a round is over: updates that are aggregated or refused. Kept are the
 * newest modules and those of the last agents, which edges may still fetch and an operator may go back to.
 * The ledger and the tasks keep the digests of all. */
#include <stdlib.h>

#include "cloud/core/cloud_internal.h"
#include "common/base/mem.h"

enum { AGENTS_KEPT = 8 };

struct sweep {
	struct cloud *cloud;
	struct digest keep[(AGENTS_KEPT + 1) * WIRE_KINDS_MAX];
	size_t count;
	size_t removed;
	struct err *e;
};

static int keep_agent(struct sweep *s, uint64_t version)
{
	const struct cloud_env *env = &s->cloud->env;
	struct blob_ref blob[WIRE_KINDS_MAX];
	struct agent_record agent;
	size_t count = 0;
	int rc = store_load_agent(s->cloud->store, version, &agent, s->e);

	if (rc)
		return rc;
	rc = env->ops->inspect(env->ops_ctx, agent.manifest, agent.manifest_len, blob, &count, s->e);
	agent_record_release(&agent);
	for (size_t i = 0; !rc && i < count; i++)
		s->keep[s->count++] = blob[i].digest;
	return rc;
}

static int visit(void *ctx, const struct blob_ref *ref)
{
	struct sweep *s = ctx;

	for (size_t i = 0; i < s->count; i++)
		if (digest_equal(&s->keep[i], &ref->digest))
			return 0;
	s->removed++;
	return blobs_remove(s->cloud->blobs, &ref->digest, s->e);
}

/* Also of kinds that the round has no part in: another program made them, or will ask for them. */
static int keep_modules(struct sweep *s)
{
	struct module_state module[WIRE_KINDS_MAX];
	size_t count;
	int rc = store_load_modules(s->cloud->store, module, &count, s->e);

	for (size_t m = 0; !rc && m < count; m++)
		s->keep[s->count++] = module[m].blob.digest;
	return rc;
}

static int sweep(struct sweep *s)
{
	const struct cloud *c = s->cloud;
	int rc = keep_modules(s);

	for (uint64_t back = 0; !rc && back < AGENTS_KEPT && back < c->agent.version; back++)
		rc = keep_agent(s, c->agent.version - back);
	if (!rc)
		rc = blobs_each(c->blobs, visit, s, s->e);
	return rc ? rc : blobs_drop_partials(c->blobs, NULL, s->e);
}

void cloud_sweep(struct cloud *c)
{
	struct log_about about = {.round = c->round.id};
	struct err e = ERR_INIT;
	struct sweep *s = mem_zalloc(sizeof(*s));

	s->cloud = c;
	s->e = &e;
	if (!c->config.keep_updates && sweep(s))
		log_line(LOG_WARN, about, "blobs that are no longer needed stay for now: %s", e.text);
	else if (s->removed)
		log_line(LOG_DEBUG, about, "%zu blobs are no longer needed and removed", s->removed);
	free(s);
}
