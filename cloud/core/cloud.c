/* The life of the cloud: loading, the registry, the clock's ticks, the start and end of rounds. */
#include "cloud/core/cloud.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/core/cloud_internal.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/base/str.h"

struct edge_record *cloud_edge(struct cloud *c, const char *edge)
{
	return (struct edge_record *)cloud_find_edge(c, edge);
}

struct edge_record *cloud_add_edge(struct cloud *c, const char *edge)
{
	struct edge_record *r;

	c->edge = mem_realloc(c->edge, c->edge_count + 1, sizeof(*c->edge));
	r = &c->edge[c->edge_count++];
	memset(r, 0, sizeof(*r));
	str_copy(r->edge, sizeof(r->edge), edge);
	r->first_seen_ms = cloud_now(c);
	return r;
}

int cloud_save_edge(struct cloud *c, const struct edge_record *edge)
{
	struct err e = ERR_INIT;
	int rc = store_begin(c->store, &e);

	if (!rc)
		rc = store_save_edge(c->store, edge, &e);
	if (!rc)
		rc = store_commit(c->store, &e);
	if (rc) {
		store_rollback(c->store);
		cloud_die(c, &e);
	}
	return rc;
}

static int load_edge(void *ctx, const struct edge_record *edge)
{
	struct cloud *c = ctx;

	*cloud_add_edge(c, edge->edge) = *edge;
	return 0;
}

static int make_first(struct cloud *c, const char *kind, struct module_state *out, struct err *e)
{
	int rc = c->env.ops->first(c->env.ops_ctx, kind, out, e);

	if (!rc)
		rc = store_begin(c->store, e);
	if (!rc)
		rc = store_save_module(c->store, out, e);
	if (!rc)
		rc = store_commit(c->store, e);
	if (rc)
		store_rollback(c->store);
	return rc;
}

int cloud_load_modules(struct cloud *c, struct module_state *out, size_t *count, struct err *e)
{
	struct module_state stored[WIRE_KINDS_MAX];
	size_t n = 0;
	int rc = store_load_modules(c->store, stored, &n, e);

	for (size_t m = 0; !rc && m < c->config.rules.module_count; m++) {
		const char *kind = c->config.rules.module[m].kind;
		size_t i = 0;

		while (i < n && strcmp(stored[i].kind, kind) != 0)
			i++;
		if (i < n)
			out[m] = stored[i];
		else
			rc = make_first(c, kind, &out[m], e);
	}
	*count = c->config.rules.module_count;
	return rc;
}

int cloud_take_agent(struct cloud *c, struct agent_record *agent, struct err *e)
{
	size_t count = 0;
	int rc =
	    c->env.ops->inspect(c->env.ops_ctx, agent->manifest, agent->manifest_len, c->agent_blob, &count, e);

	if (rc) {
		agent_record_release(agent);
		return rc;
	}
	agent_record_release(&c->agent);
	c->agent = *agent;
	c->agent_blob_count = count;
	return 0;
}

static int load_agent(struct cloud *c, struct err *e)
{
	struct agent_record agent;
	int rc = store_load_agent(c->store, 0, &agent, e);

	if (rc == E_NOT_FOUND)
		return 0;
	return rc ? rc : cloud_take_agent(c, &agent, e);
}

static int load_round(struct cloud *c, struct err *e)
{
	int rc = store_last_round(c->store, &c->last_round, e);

	if (rc || c->last_round == 0)
		return rc;
	rc = store_load_round(c->store, c->last_round, &c->round, e);
	c->running = !rc && c->round.phase != PHASE_DONE && c->round.phase != PHASE_FAILED;
	return rc;
}

/* First states are made now, so that a wrong set-up shows at the start. A round that a program with other
 * module kinds began goes on with this one's: a kind that both know keeps the round's state, one that is new
 * joins with its own newest, one that is gone drops out. Tasks that are given out stay as they are. */
static int adopt_modules(struct cloud *c, struct err *e)
{
	struct module_state modules[WIRE_KINDS_MAX];
	size_t count;
	int rc = cloud_load_modules(c, modules, &count, e);

	if (!rc)
		cloud_show_modules(c, modules, count);

	if (rc || !c->running)
		return rc;
	for (size_t m = 0; m < count; m++)
		for (size_t i = 0; i < c->round.module_count; i++)
			if (strcmp(modules[m].kind, c->round.module[i].kind) == 0)
				modules[m] = c->round.module[i];
	memcpy(c->round.module, modules, count * sizeof(*modules));
	c->round.module_count = count;
	return 0;
}

static void resume(struct cloud *c)
{
	struct actions a = {0};

	log_line(LOG_INFO, (struct log_about){.round = c->round.id}, "resumed in phase %s",
	         phase_name(c->round.phase));
	round_resume(&c->round, &c->config.rules, cloud_now(c), &a);
	cloud_apply(c, &a);
}

int cloud_new(const struct cloud_config *config, const struct cloud_env *env, struct store *store,
              struct blobs *blobs, struct cloud **out, struct err *e)
{
	struct cloud *c = mem_zalloc(sizeof(*c));
	int rc;

	c->config = *config;
	c->env = *env;
	c->store = store;
	c->blobs = blobs;
	cloud_register_metrics(c);
	rc = store_each_edge(store, load_edge, c, e);
	if (!rc)
		rc = cloud_load_control(c, e);
	if (!rc)
		rc = cloud_load_estimator(c, e);
	if (!rc)
		rc = cloud_load_value(c, e);
	if (!rc)
		rc = load_agent(c, e);
	if (!rc)
		rc = load_round(c, e);
	if (!rc)
		rc = cloud_recall(c, e);
	if (!rc)
		rc = adopt_modules(c, e);
	if (rc) {
		cloud_free(c);
		return rc;
	}
	if (c->running)
		resume(c);
	*out = c;
	return 0;
}

void cloud_abandon(struct cloud *c)
{
	c->dead = true;
}

void cloud_free(struct cloud *c)
{
	if (!c)
		return;
	for (struct session *s = c->sessions, *next; s; s = next) {
		next = s->next;
		session_free(s);
	}
	round_release(&c->round);
	agent_record_release(&c->agent);
	free(c->edge);
	free(c);
}

static void drop_closed(struct cloud *c)
{
	for (struct session **at = &c->sessions; *at;) {
		struct session *s = *at;

		if (s->link) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		session_free(s);
	}
}

static bool may_begin(const struct cloud *c)
{
	const struct cloud_control *x = &c->control;

	return !c->running && !x->paused && !x->finishing && !x->stopping && !cloud_is_finished(c) &&
	       cloud_now(c) >= c->next_start_ms && cloud_connected(c) >= c->config.edges_min;
}

void cloud_tick(struct cloud *c)
{
	struct actions a = {0};
	int64_t now = cloud_now(c);

	if (c->dead)
		return;
	for (struct session *s = c->sessions; s; s = s->next)
		session_tick(s, now);
	drop_closed(c);
	if (c->running) {
		round_tick(&c->round, &c->config.rules, now, &a);
		cloud_apply(c, &a);
	} else if (may_begin(c)) {
		cloud_begin_round(c);
	}
	cloud_measure(c);
}

static void say_goodbye(struct cloud *c, const char *reason, uint64_t retry_after_ms)
{
	struct msg m = {.kind = MSG_GOODBYE};

	str_copy(m.goodbye.reason, sizeof(m.goodbye.reason), reason);
	m.goodbye.retry_after_ms = retry_after_ms;
	for (struct session *s = c->sessions; s; s = s->next) {
		if (!s->link)
			continue;
		link_send(s->link, &m);
		link_close(s->link);
		s->open = false;
	}
}

void cloud_drain(struct cloud *c, uint64_t retry_after_ms)
{
	c->control.stopping = true;
	say_goodbye(c, "the cloud is stopping", retry_after_ms);
}

void cloud_reconnect(struct cloud *c, uint64_t retry_after_ms)
{
	say_goodbye(c, "the cloud looks at certificates again", retry_after_ms);
}

int cloud_allow(struct cloud *c, const char *edge, bool allowed, struct err *e)
{
	struct edge_record *r = cloud_edge(c, edge);
	struct session *s = session_of(c, edge);

	if (!str_is_name(edge, WIRE_NAME_MAX))
		return err_set(e, E_INVALID, "'%.80s' is no edge's name (1 to %d letters, digits, '.', '_' or '-')",
		               edge, WIRE_NAME_MAX);
	if (!r)
		r = cloud_add_edge(c, edge);
	r->allowed = allowed;
	if (cloud_save_edge(c, r))
		return err_set(e, E_IO, "the change could not be stored");
	if (s && !allowed)
		session_error(s, &(struct err){E_AUTH, "this edge is no longer allowed"}, true, 0);
	cloud_tell_edge(c, edge);
	return 0;
}

const struct round *cloud_round(const struct cloud *c)
{
	return c->running ? &c->round : NULL;
}

void cloud_retune(struct cloud *c, const struct cloud_config *config)
{
	struct cloud_config *now = &c->config;

	now->rules.signal_ms = config->rules.signal_ms;
	now->rules.choice_ms = config->rules.choice_ms;
	now->rules.train_ms = config->rules.train_ms;
	now->rules.deploy_ms = config->rules.deploy_ms;
	now->edges_min = config->edges_min;
	now->rounds_max = config->rounds_max;
	now->pause_ms = config->pause_ms;
	now->retry_ms = config->retry_ms;
	now->open_enrolment = config->open_enrolment;
	now->heartbeat_ms = config->heartbeat_ms;
	now->keep_updates = config->keep_updates;
}

const struct cloud_config *cloud_settings(const struct cloud *c)
{
	return &c->config;
}

struct store *cloud_store(const struct cloud *c)
{
	return c->store;
}

const struct edge_record *cloud_find_edge(const struct cloud *c, const char *edge)
{
	for (size_t i = 0; i < c->edge_count; i++)
		if (strcmp(c->edge[i].edge, edge) == 0)
			return &c->edge[i];
	return NULL;
}

uint64_t cloud_last_round(const struct cloud *c)
{
	return c->last_round;
}

uint64_t cloud_agent_version(const struct cloud *c)
{
	return c->agent.version;
}

bool cloud_is_connected(const struct cloud *c, const char *edge)
{
	return session_of(c, edge) != NULL;
}

size_t cloud_connected(const struct cloud *c)
{
	size_t n = 0;

	for (const struct session *s = c->sessions; s; s = s->next)
		n += s->open && s->link;
	return n;
}

size_t cloud_jobs_pending(const struct cloud *c)
{
	return c->jobs;
}

bool cloud_is_finished(const struct cloud *c)
{
	return !c->running && c->config.rounds_max && c->last_round >= c->config.rounds_max;
}

void cloud_each_edge(const struct cloud *c,
                     void (*each)(void *ctx, const struct edge_record *edge, bool connected), void *ctx)
{
	bool *connected = mem_array(c->edge_count + 1, sizeof(*connected));

	for (const struct session *s = c->sessions; s; s = s->next)
		if (s->open && s->link)
			connected[s->edge] = true;
	for (size_t i = 0; i < c->edge_count; i++)
		each(ctx, &c->edge[i], connected[i]);
	free(connected);
}
