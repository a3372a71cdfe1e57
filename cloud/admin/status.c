/* What the cloud is and does, at a glance. */
#include "cloud/admin/api.h"
#include "common/base/clock.h"
#include "common/base/version.h"
#include "common/http/server.h"

void get_healthz(void *ctx, struct http_request *r)
{
	(void)ctx;
	http_reply_text(r, 200, "ok\n");
}

void get_readyz(void *ctx, struct http_request *r)
{
	(void)ctx; /* the port opens only after the store and the keys were read */
	http_reply_text(r, 200, "ready\n");
}

struct tally {
	size_t known, allowed, connected, revoked;
};

static void count_edge(void *ctx, const struct edge_record *edge, bool connected)
{
	struct tally *t = ctx;

	t->known++;
	t->allowed += edge->allowed && !edge->revoked;
	t->connected += connected;
}

static json_t *view_edges(const struct cloud *c)
{
	struct tally t = {0};

	cloud_each_edge(c, count_edge, &t);
	return json_pack("{s:I,s:I,s:I,s:I}", "known", (json_int_t)t.known, "allowed", (json_int_t)t.allowed,
	                 "connected", (json_int_t)t.connected, "needed",
	                 (json_int_t)cloud_settings(c)->edges_min);
}

static const char *mode(const struct cloud *c)
{
	const struct cloud_control *x = cloud_control(c);

	if (x->stopping)
		return "stopping";
	if (x->finishing)
		return cloud_is_finishing_done(c) ? "drained" : "draining";
	return x->paused ? "paused" : "open";
}

static json_t *view_current(const struct cloud *c)
{
	const struct round *r = cloud_round(c);
	struct round_counts n;

	if (!r)
		return json_null();
	round_count(r, &n);
	return view_round_summary(r, &n);
}

json_t *view_status(const struct admin *a)
{
	const struct cloud *c = a->cloud;
	const struct cloud_config *config = cloud_settings(c);
	uint64_t train_from = cloud_control(c)->train_from;
	int64_t now = clock_wall_ms();

	return json_pack(
	    "{s:s,s:s,s:o,s:f,s:s,s:b,s:o,s:o,s:I,s:o,s:I,s:s,s:o,s:b,s:I,s:o,s:o}", "name", config->name,
	    "program", "foedus-cloud " FOEDUS_VERSION, "started", view_moment(a->started_ms), "uptime_seconds",
	    (double)(now - a->started_ms) / 1e3, "mode", mode(c), "finished", cloud_is_finished(c), "edges",
	    view_edges(c), "round", view_current(c), "last_round", (json_int_t)cloud_last_round(c), "rounds_max",
	    config->rounds_max ? json_integer((json_int_t)config->rounds_max) : json_null(), "agent_version",
	    (json_int_t)cloud_agent_version(c), "policy", policy_in_use(c), "policy_note",
	    config->policy_note[0] ? json_string(config->policy_note) : json_null(), "open_enrolment",
	    config->open_enrolment, "jobs_pending", (json_int_t)cloud_jobs_pending(c), "train_from",
	    train_from ? json_integer((json_int_t)train_from) : json_null(), "events", view_events(a->ring));
}

void get_status(void *ctx, struct http_request *r)
{
	http_reply_json(r, 200, view_status(ctx));
}
