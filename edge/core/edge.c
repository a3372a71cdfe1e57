#include "edge/core/edge.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/contract/choice.h"
#include "edge/core/internal.h"

struct edge *edge_new(const struct edge_env *env, const struct edge_about *about, struct blobs *blobs,
                      const struct edge_state *state, const struct edge_agent *agent)
{
	struct edge *e = mem_zalloc(sizeof(*e));

	e->env = *env;
	e->about = *about;
	e->blobs = blobs;
	if (e->about.blob_bytes_max == 0 || e->about.blob_bytes_max > WIRE_BLOB_MAX)
		e->about.blob_bytes_max = WIRE_BLOB_MAX;
	if (state)
		e->state = *state;
	else
		e->state.item[0] = e->state.item[1] = CHOICE_DECLINE;
	if (agent)
		e->agent = *agent;
	return e;
}

void edge_free(struct edge *e)
{
	if (!e)
		return;
	if (e->transfers)
		transfers_free(e->transfers);
	e->transfers = NULL;
	edge_work_cancel(e);
	edge_deploy_drop(e);
	free(e);
}

void edge_connected(struct edge *e, struct link *l)
{
	if (e->link) {
		struct link *old = e->link;

		edge_link_events.on_closed(e, old, &(struct err){E_UNAVAILABLE, "replaced by a new link"});
		link_close(old);
	}
	l->on = &edge_link_events;
	l->ctx = e;
	e->link = l;
	e->open = e->closing = false;
	e->heard_ms = e->env.now_ms(e->env.ctx);
	e->transfers = transfers_new(l, e->blobs, e->env.executor, &edge_transfer_events, e);
	edge_hello(e);
}

int edge_save(struct edge *e, const struct edge_state *next, struct err *why)
{
	int rc = e->env.save(e->env.ctx, next, why);

	if (rc)
		return err_wrap(why, "cannot save the edge's state");
	e->state = *next;
	return 0;
}

bool edge_is_open(const struct edge *e)
{
	return e->open;
}

const struct edge_state *edge_get_state(const struct edge *e)
{
	return &e->state;
}

uint64_t edge_agent_version(const struct edge *e)
{
	return e->agent.version;
}

struct edge_stats edge_get_stats(const struct edge *e)
{
	return e->stats;
}
