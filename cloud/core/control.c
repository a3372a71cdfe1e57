/* What people ask of the running cloud: pause, start, finish, another policy, an earlier agent. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/core/cloud_internal.h"
#include "common/base/mem.h"
#include "common/base/str.h"

#define SETTING_PAUSED "control.paused"
#define SETTING_POLICY "control.policy"

const struct cloud_control *cloud_control(const struct cloud *c)
{
	return &c->control;
}

static void tell_control(struct cloud *c)
{
	cloud_tell(c, (struct cloud_event){.kind = CLOUD_CONTROL});
}

int cloud_load_control(struct cloud *c, struct err *e)
{
	struct job_policy p;
	char *text = NULL;
	int rc = store_get(c->store, SETTING_PAUSED, &text, e);

	c->control.paused = !rc && strcmp(text, "1") == 0;
	free(text);
	if (rc && rc != E_NOT_FOUND)
		return rc;
	rc = cloud_load_go_back(c, e);
	if (rc)
		return rc;
	rc = store_get(c->store, SETTING_POLICY, &text, e);
	if (rc)
		return rc == E_NOT_FOUND ? 0 : rc;
	for (size_t i = 0; cloud_policy(c, i, &p); i++)
		if (strcmp(p.name, text) == 0)
			str_copy(c->control.policy, sizeof(c->control.policy), text);
	if (!c->control.policy[0] && text[0])
		log_warn("policy %.64s, which was chosen, is not there any more; the configured one is used", text);
	free(text);
	return 0;
}

/* In a transaction of its own; a store that fails ends the cloud. */
static int save(struct cloud *c, const char *key, const char *value, struct err *e)
{
	int rc = store_begin(c->store, e);

	if (!rc)
		rc = store_set(c->store, key, value, e);
	if (!rc)
		rc = store_commit(c->store, e);
	if (rc) {
		store_rollback(c->store);
		cloud_die(c, e);
	}
	return rc;
}

static int alive(const struct cloud *c, struct err *e)
{
	if (c->dead || c->control.stopping)
		return err_set(e, E_UNAVAILABLE, "the cloud is stopping");
	return 0;
}

int cloud_pause(struct cloud *c, bool paused, struct err *e)
{
	int rc = alive(c, e);

	if (!rc && c->control.paused != paused)
		rc = save(c, SETTING_PAUSED, paused ? "1" : "0", e);
	if (rc)
		return rc;
	c->control.paused = paused;
	if (!paused)
		c->control.finishing = c->control.leaving = false;
	log_info("%s", paused ? "paused: no round starts by itself" : "resumed: rounds start again");
	tell_control(c);
	return 0;
}

int cloud_finish(struct cloud *c, bool leave, struct err *e)
{
	int rc = alive(c, e);

	if (rc)
		return rc;
	c->control.finishing = true;
	c->control.leaving = leave;
	log_info("draining: no other round starts%s", c->running ? " after this one" : "");
	tell_control(c);
	return 0;
}

bool cloud_is_finishing_done(const struct cloud *c)
{
	return c->control.finishing && !c->running;
}

int cloud_start_round(struct cloud *c, struct err *e)
{
	size_t connected = cloud_connected(c);
	int rc = alive(c, e);

	if (rc)
		return rc;
	if (c->running)
		return err_set(e, E_STATE, "round %" PRIu64 " is under way", c->round.id);
	if (c->control.finishing)
		return err_set(e, E_STATE, "the cloud is draining; resume it first");
	if (cloud_is_finished(c))
		return err_set(e, E_STATE, "all %" PRIu64 " rounds that were asked for are over",
		               c->config.rounds_max);
	if (connected < c->config.edges_min)
		return err_set(e, E_STATE, "%zu of the %zu edges that a round needs are connected", connected,
		               c->config.edges_min);
	cloud_begin_round(c);
	return c->dead ? err_set(e, E_IO, "the cloud's store failed") : 0;
}

bool cloud_policy(const struct cloud *c, size_t i, struct job_policy *out)
{
	return c->env.ops->policy && c->env.ops->policy(c->env.ops_ctx, i, out);
}

int cloud_use_policy(struct cloud *c, const char *name, struct err *e)
{
	struct buf names = BUF_INIT;
	struct job_policy p;
	bool known = false;
	int rc = alive(c, e);

	for (size_t i = 0; !known && cloud_policy(c, i, &p); i++) {
		known = strcmp(p.name, name) == 0;
		buf_fmt(&names, "%s%s", i ? ", " : "", p.name);
	}
	if (!rc && !known)
		rc = err_set(e, E_NOT_FOUND, "there is no policy '%.64s' (accepted: %s)", name, buf_cstr(&names));
	buf_release(&names);
	if (!rc)
		rc = save(c, SETTING_POLICY, p.configured ? "" : name, e);
	if (rc)
		return rc;
	str_copy(c->control.policy, sizeof(c->control.policy), p.configured ? "" : name);
	log_info("policy %s writes the menus from the next round on", name);
	tell_control(c);
	return 0;
}

static int blobs_are_there(struct cloud *c, const struct agent_record *old, struct err *e)
{
	struct blob_ref blob[WIRE_KINDS_MAX];
	size_t count = 0;
	int rc = c->env.ops->inspect(c->env.ops_ctx, old->manifest, old->manifest_len, blob, &count, e);

	for (size_t i = 0; !rc && i < count; i++)
		if (!blobs_has(c->blobs, &blob[i].digest, NULL))
			rc = err_set(e, E_NOT_FOUND, "the modules of version %" PRIu64 " are not kept any more",
			             old->version);
	return rc;
}

static int save_new_agent(struct cloud *c, const struct agent_record *agent, bool train, struct err *e)
{
	int rc = store_begin(c->store, e);

	if (!rc)
		rc = store_save_agent(c->store, agent, e);
	if (!rc && train)
		rc = cloud_save_go_back(c, agent->version, e);
	if (!rc)
		rc = store_commit(c->store, e);
	if (rc) {
		store_rollback(c->store);
		cloud_die(c, e);
	}
	return rc;
}

/* `agent` is taken over. */
static int put_to_use(struct cloud *c, struct agent_record *agent, bool train, struct err *e)
{
	uint64_t version = agent->version;
	int rc = save_new_agent(c, agent, train, e);

	if (rc) {
		agent_record_release(agent);
		return rc;
	}
	if (train)
		c->control.train_from = version;
	rc = cloud_take_agent(c, agent, e);
	if (rc)
		return rc;
	cloud_tell(c, (struct cloud_event){.kind = CLOUD_AGENT, .agent = &c->agent});
	for (struct session *s = c->sessions; s; s = s->next)
		if (s->open && s->link)
			session_deploy(s, &(struct msg){.deploy.deadline_ms = (uint64_t)c->config.rules.deploy_ms});
	return 0;
}

static int renew(struct cloud *c, const struct agent_record *old, bool train, struct err *e)
{
	struct agent_record agent = {
	    .version = c->agent.version + 1, .round = old->round, .made_ms = cloud_now(c)};
	struct buf manifest = BUF_INIT;
	int rc = blobs_are_there(c, old, e);

	if (!rc)
		rc = c->env.ops->renew(c->env.ops_ctx, old->manifest, old->manifest_len, agent.version, &manifest, e);
	if (!rc) {
		agent.manifest = mem_dup(manifest.data, manifest.len);
		agent.manifest_len = manifest.len;
		rc = put_to_use(c, &agent, train, e);
	}
	buf_release(&manifest);
	return rc;
}

int cloud_redeploy(struct cloud *c, uint64_t version, bool train, struct err *e)
{
	struct agent_record old;
	int rc = alive(c, e);

	if (!rc && !c->env.ops->renew)
		rc = err_set(e, E_UNAVAILABLE, "this cloud signs no agents");
	/* A round that integrates or deploys has its own version under way. */
	if (!rc && c->running && c->round.phase >= PHASE_INTEGRATE)
		rc = err_set(e, E_STATE, "round %" PRIu64 " is deploying its agent; try again when it is over",
		             c->round.id);
	if (!rc)
		rc = store_load_agent(c->store, version, &old, e);
	if (rc)
		return rc;
	rc = renew(c, &old, train, e);
	if (!rc)
		log_info("agent version %" PRIu64 " is deployed again as version %" PRIu64 "%s", version,
		         c->agent.version, train ? "; the next round trains from it" : "");
	if (!rc && train)
		tell_control(c);
	agent_record_release(&old);
	return rc;
}
