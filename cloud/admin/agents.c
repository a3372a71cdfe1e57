/* The versions of the agent. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/admin/api.h"
#include "common/agent/manifest.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/http/server.h"

struct serving {
	uint64_t version;
	size_t edges;
};

static void count_serving(void *ctx, const struct edge_record *edge, bool connected)
{
	struct serving *s = ctx;

	(void)connected;
	s->edges += edge->agent_version == s->version;
}

static json_t *view(struct admin *a, const struct agent_record *agent)
{
	struct serving s = {agent->version, 0};
	json_t *x = view_agent(agent);

	cloud_each_edge(a->cloud, count_serving, &s);
	json_object_set_new(x, "edges", json_integer((json_int_t)s.edges));
	json_object_set_new(x, "current", json_boolean(agent->version == cloud_agent_version(a->cloud)));
	return x;
}

/* The newest first; the cursor is the version of the page's first. */
void get_agents(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	int64_t newest = (int64_t)cloud_agent_version(a->cloud), version;
	struct err e = ERR_INIT;
	struct page page;
	json_t *items;

	if (!page_get_number(r, &page, &version, newest))
		return;
	items = json_array();
	version = version > newest ? newest : version;
	for (; version >= 1 && json_array_size(items) < page.limit; version--) {
		struct agent_record agent;

		if (store_load_agent(cloud_store(a->cloud), (uint64_t)version, &agent, &e)) {
			json_decref(items);
			http_problem_err(r, &e);
			return;
		}
		json_array_append_new(items, view(a, &agent));
		agent_record_release(&agent);
	}
	http_reply_json(r, 200, page_json_number(items, version >= 1, (uint64_t)version));
}

/* False when there is none and is answered; agent_record_release() it. */
static bool load(struct admin *a, struct http_request *r, uint64_t version, struct agent_record *out)
{
	struct err e = ERR_INIT;

	if (store_load_agent(cloud_store(a->cloud), version, out, &e) == 0)
		return true;
	http_problem_err(r, &e);
	return false;
}

static void reply(struct admin *a, struct http_request *r, unsigned status, uint64_t version)
{
	struct agent_record agent;

	if (!load(a, r, version, &agent))
		return;
	http_reply_json(r, status, view(a, &agent));
	agent_record_release(&agent);
}

void get_agent(void *ctx, struct http_request *r)
{
	uint64_t version;

	if (path_number(r, "version", &version))
		reply(ctx, r, 200, version);
}

void get_agent_current(void *ctx, struct http_request *r)
{
	reply(ctx, r, 200, 0);
}

void get_agent_manifest(void *ctx, struct http_request *r)
{
	struct agent_record agent;
	uint64_t version;

	if (!path_number(r, "version", &version) || !load(ctx, r, version, &agent))
		return;
	http_reply_bytes(r, 200, "application/json", agent.manifest, agent.manifest_len);
	agent_record_release(&agent);
}

/* {"train": true}; false when the body is wrong and is answered. */
static bool asks_to_train(struct http_request *r, bool *out)
{
	json_t *body, *train;
	bool right;

	if (!body_get(r, &body))
		return false;
	train = json_object_get(body, "train");
	right = !train || json_is_boolean(train);
	*out = json_is_true(train);
	json_decref(body);
	if (!right)
		http_problem(r, 400, "invalid", "train: accepted are true and false (the default)");
	return right;
}

void post_agent_deploy(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	struct err e = ERR_INIT;
	uint64_t version;
	char where[64];
	bool train;

	if (!path_number(r, "version", &version) || !asks_to_train(r, &train))
		return;
	if (cloud_redeploy(a->cloud, version, train, &e)) {
		http_problem_err(r, &e);
		return;
	}
	snprintf(where, sizeof(where), "/api/v1/agents/%" PRIu64, cloud_agent_version(a->cloud));
	http_reply_header(r, "Location", where);
	reply(a, r, 201, cloud_agent_version(a->cloud));
}
