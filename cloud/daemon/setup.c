#include "cloud/daemon/setup.h"

#include <stdlib.h>
#include <string.h>

#include "common/agent/key.h"
#include "common/base/file.h"
#include "common/base/folder.h"
#include "common/base/str.h"

int setup_tls(const struct cloud_options *o, struct tls_ctx **out, struct err *e)
{
	struct tls_files files = {o->cert, o->key, o->ca, o->crl};

	return tls_ctx_new(out, &files, NET_ROLE_CLOUD, NET_ROLE_EDGE, e);
}

static int open_stores(const struct cloud_options *o, struct setup *s, struct err *e)
{
	static const struct blobs_options worker = {.partials = "partial-worker"};
	char path[4096];
	int rc = path_join(s->database, sizeof(s->database), o->state, "foedus.db", e);

	if (!rc)
		rc = store_open(s->database, &s->store, e);
	if (!rc)
		rc = path_join(path, sizeof(path), o->state, "store", e);
	if (!rc)
		rc = blobs_open(&s->blobs, path, NULL, e);
	if (!rc)
		rc = blobs_open(&s->worker_blobs, path, &worker, e);
	return rc ? rc : blobs_drop_partials(s->worker_blobs, NULL, e); /* a crash may have left some */
}

static int open_work(const struct cloud_options *o, struct setup *s, struct err *e)
{
	struct work *w = &s->work;
	int rc = setup_policy(o, s, e);

	if (!rc)
		rc = agent_key_load(o->agent_key, &s->key, e);
	if (!rc &&
	    (!str_is_name(o->agent_id, AGENT_ID_MAX) || !str_copy(w->agent_id, sizeof(w->agent_id), o->agent_id)))
		rc = err_set(e, E_INVALID,
		             "--agent-id: '%.80s' is not a name of 1 to %d letters, digits, '.', '_', '-'",
		             o->agent_id, AGENT_ID_MAX);
	if (!rc)
		rc = dataset_load(o->data, DATASET_TEST, 0, &w->test, e);
	w->blobs = s->worker_blobs;
	w->key = s->key;
	w->screen_samples = (size_t)o->screen_samples;
	w->limits = SCREEN_LIMITS_DEFAULT;
	w->limits.norm_factor = o->norm_factor;
	w->limits.metric_drop = o->metric_drop;
	w->seed = (uint64_t)o->seed;
	return rc ? rc : aggregate_rule_find(o->aggregate, &w->rule, e);
}

void setup_pace(const struct cloud_options *o, struct cloud_config *c)
{
	c->rules.signal_ms = o->signal_ms;
	c->rules.choice_ms = o->choice_ms;
	c->rules.train_ms = o->train_ms;
	c->rules.deploy_ms = o->deploy_ms;
	c->edges_min = (size_t)o->edges_min;
	c->rounds_max = (uint64_t)o->rounds;
	c->pause_ms = o->pause_ms;
	c->retry_ms = o->retry_ms;
	c->open_enrolment = o->open_enrolment;
	c->heartbeat_ms = (uint32_t)o->heartbeat_ms;
	c->keep_updates = o->keep_updates;
}

static int configure(const struct cloud_options *o, struct setup *s, struct err *e)
{
	struct cloud_config *c = &s->config;

	if (!str_is_name(o->name, WIRE_NAME_MAX) || !str_copy(c->name, sizeof(c->name), o->name))
		return err_set(e, E_INVALID,
		               "--name: '%.80s' is not a name of 1 to %d letters, digits, '.', '_', '-'", o->name,
		               WIRE_NAME_MAX);
	c->samples_per_effort = (double)o->samples_per_effort;
	c->rules.module = s->module;
	c->rules.module_count = work_modules(s->module);
	c->rules.derive_samples = (uint64_t)o->derive_samples;
	c->rules.seed = (uint64_t)o->seed;
	setup_pace(o, c);
	return cloud_market(o, &c->market, e);
}

int setup_open(const struct cloud_options *o, struct setup *s, struct err *e)
{
	int rc;

	s->lock = -1;
	s->metrics = metrics_new();
	rc = configure(o, s, e);
	if (!rc)
		rc = setup_tls(o, &s->tls, e);
	if (!rc && folder_lock(o->state, "foedus-cloud", &s->lock, e)) /* two clouds would pay twice */
		rc = err_wrap(e, "--state");
	if (!rc)
		rc = open_stores(o, s, e);
	if (!rc && !o->admin_token)
		rc = path_join(s->token, sizeof(s->token), o->state, "admin.token", e);
	else if (!rc && !str_copy(s->token, sizeof(s->token), o->admin_token))
		rc = err_set(e, E_LIMIT, "--admin-token: the path is too long");
	return rc ? rc : open_work(o, s, e);
}

void setup_close(struct setup *s)
{
	online_free(s->work.online);
	policy_release(&s->work.policy);
	dataset_release(&s->work.test);
	agent_key_free(s->key);
	if (s->worker_blobs)
		blobs_close(s->worker_blobs);
	if (s->blobs)
		blobs_close(s->blobs);
	if (s->store)
		store_close(s->store);
	tls_ctx_unref(s->tls);
	metrics_free(s->metrics);
	folder_unlock(&s->lock);
}

int setup_allow(const struct cloud_options *o, struct cloud *c, struct err *e)
{
	const char *at = o->allow;

	while (at && *at) {
		char name[WIRE_NAME_MAX + 2];
		size_t n = strcspn(at, ",");
		int rc;

		if (n >= sizeof(name))
			n = sizeof(name) - 1; /* too long for a name: cloud_allow() says so */
		memcpy(name, at, n);
		name[n] = 0;
		/* Whom people took off the list since stays off. */
		rc = cloud_find_edge(c, name) ? 0 : cloud_allow(c, name, true, e);
		if (rc)
			return err_wrap(e, "--allow");
		at += strcspn(at, ",");
		at += *at == ',';
	}
	return 0;
}
