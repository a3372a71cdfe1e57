/* Deployment: a newer agent, signed by our cloud, is fetched, tried and put to use; or the old one stays. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/mem.h"
#include "edge/core/internal.h"

bool edge_deploy_uses(const struct edge *e, const struct digest *d)
{
	if (e->deploy.step == STEP_NONE)
		return false;
	for (size_t i = 0; i < e->deploy.agent.blob_count; i++)
		if (digest_equal(&e->deploy.agent.blobs[i].digest, d))
			return true;
	return false;
}

static void send_status(struct edge *e, uint64_t round, uint64_t version, const struct err *why)
{
	struct msg m = {.kind = MSG_DEPLOY_STATUS};
	struct msg_deploy_status *s = &m.deploy_status;

	s->version = version;
	s->installed = why == NULL;
	if (why) {
		log_line(LOG_WARN, edge_log_about(e, round, 0), "agent %" PRIu64 " is not installed: %s", version,
		         why->text);
		snprintf(s->reason, sizeof(s->reason), "%s", why->text);
	}
	edge_send(e, &m);
}

void edge_deploy_drop(struct edge *e)
{
	struct deployment *d = &e->deploy;
	enum step step = d->step;

	d->step = STEP_NONE;
	for (size_t i = 0; step == STEP_FETCHING && i < d->agent.blob_count; i++)
		edge_unfetch(e, &d->agent.blobs[i]);
	free(d->manifest);
	d->manifest = NULL;
}

void edge_deploy_link_lost(struct edge *e)
{
	if (e->deploy.step == STEP_FETCHING)
		edge_deploy_drop(e);
}

static void give_up(struct edge *e, const struct err *why)
{
	e->stats.install_failed++;
	send_status(e, e->deploy.round, e->deploy.agent.version, why);
	edge_deploy_drop(e);
}

void edge_deploy_held(struct edge *e)
{
	struct deployment *d = &e->deploy;

	if (d->step != STEP_FETCHING)
		return;
	for (size_t i = 0; i < d->agent.blob_count; i++)
		if (!edge_holds(e, &d->agent.blobs[i]))
			return;
	d->step = STEP_RUNNING;
	e->env.install(e->env.ctx, d->agent.version, d->manifest, d->manifest_len);
}

void edge_deploy_failed(struct edge *e, const struct digest *digest, const struct err *why)
{
	if (e->deploy.step == STEP_FETCHING && edge_deploy_uses(e, digest))
		give_up(e, why);
}

static void begin(struct edge *e, const struct msg_deploy *m, const struct edge_agent *agent)
{
	struct deployment *d = &e->deploy;
	struct err why = ERR_INIT;

	edge_deploy_drop(e);
	d->step = STEP_FETCHING;
	d->round = m->round;
	d->agent = *agent;
	d->manifest = mem_dup(m->manifest, m->manifest_len);
	d->manifest_len = m->manifest_len;
	for (size_t i = 0; i < agent->blob_count; i++)
		if (edge_fetch(e, &agent->blobs[i], &why) < 0) {
			give_up(e, &why);
			return;
		}
	edge_deploy_held(e);
}

/* 0 = to be installed. */
static int inspect(struct edge *e, const struct msg_deploy *m, struct edge_agent *agent, struct err *why)
{
	int rc = e->env.inspect(e->env.ctx, m->manifest, m->manifest_len, agent, why);

	if (rc)
		return rc;
	if (agent->version != m->version)
		return err_set(why, E_INVALID, "the manifest is of version %" PRIu64 ", announced was %" PRIu64,
		               agent->version, m->version);
	if (agent->version <= e->agent.version)
		return err_set(why, E_STATE, "version %" PRIu64 " is older than %" PRIu64 ", which is in use",
		               agent->version, e->agent.version);
	return 0;
}

void edge_on_deploy(struct edge *e, const struct msg *m)
{
	const struct msg_deploy *x = &m->deploy;
	struct deployment *d = &e->deploy;
	struct edge_agent agent = {0};
	struct err why = ERR_INIT;

	edge_work_until(e, x->round, 4);
	if (x->version != 0 && x->version == e->agent.version) {
		send_status(e, x->round, x->version, NULL);
		return;
	}
	if (d->step != STEP_NONE && d->agent.version == x->version)
		return;
	if (inspect(e, x, &agent, &why) == 0 && d->step == STEP_RUNNING)
		err_set(&why, E_STATE, "version %" PRIu64 " is being installed", d->agent.version);
	if (why.code) {
		e->stats.install_failed++;
		send_status(e, x->round, x->version, &why);
		return;
	}
	begin(e, x, &agent);
}

void edge_installed(struct edge *e, uint64_t version, const struct err *why)
{
	struct deployment *d = &e->deploy;

	if (d->step != STEP_RUNNING || d->agent.version != version)
		return;
	if (why && why->code) {
		give_up(e, why);
		return;
	}
	e->agent = d->agent;
	e->stats.installed++;
	log_line(LOG_INFO, edge_log_about(e, d->round, 0), "agent %" PRIu64 " is in use", version);
	send_status(e, d->round, version, NULL);
	edge_deploy_drop(e);
}
