#include "cloud/admin/admin.h"

#include <stdlib.h>
#include <string.h>

#include "cloud/admin/views.h"
#include "cloud/store/ledger.h"
#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/contract/menu_json.h"
#include "common/http/server.h"

#define PAGE_MAX 1000 /* rounds or ledger entries in one answer */

struct admin {
	struct http_server *http;
	struct cloud *cloud;
	struct metrics *metrics;
};

static void healthz(void *ctx, struct http_request *r)
{
	(void)ctx;
	http_reply_text(r, 200, "ok\n");
}

static void readyz(void *ctx, struct http_request *r)
{
	(void)ctx; /* the port opens only after the store and the keys were read */
	http_reply_text(r, 200, "ready\n");
}

static void metrics(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	struct buf text = BUF_INIT;

	metrics_render(a->metrics, &text);
	http_reply_bytes(r, 200, "text/plain; version=0.0.4", text.data, text.len);
	buf_release(&text);
}

/* ?first=N&limit=N; false when it was wrong and is answered. */
static bool page(struct http_request *r, int64_t *first, int64_t *limit)
{
	const char *from = http_query(r, "first"), *count = http_query(r, "limit");
	struct err e = ERR_INIT;

	*first = 1;
	*limit = PAGE_MAX;
	if ((from && str_to_int(from, "first", 1, INT64_MAX, first, &e)) ||
	    (count && str_to_int(count, "limit", 1, PAGE_MAX, limit, &e))) {
		http_problem_err(r, &e);
		return false;
	}
	return true;
}

static int add_round(struct admin *a, uint64_t id, json_t *list, struct err *e)
{
	const struct round *live = cloud_round(a->cloud);
	struct round stored;
	int rc;

	if (live && live->id == id) {
		json_array_append_new(list, view_round(live));
		return 0;
	}
	memset(&stored, 0, sizeof(stored));
	rc = store_load_round(cloud_store(a->cloud), id, &stored, e);
	if (!rc)
		json_array_append_new(list, view_round(&stored));
	round_release(&stored);
	return rc;
}

static void rounds(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	json_t *list = json_array();
	struct err e = ERR_INIT;
	int64_t first, limit;
	uint64_t last = 0;
	int rc;

	if (!page(r, &first, &limit)) {
		json_decref(list);
		return;
	}
	rc = store_last_round(cloud_store(a->cloud), &last, &e);
	for (uint64_t id = (uint64_t)first; !rc && id <= last && id - (uint64_t)first < (uint64_t)limit; id++)
		rc = add_round(a, id, list, &e);
	if (rc) {
		json_decref(list);
		http_problem_err(r, &e);
		return;
	}
	http_reply_json(r, 200,
	                json_pack("{s:o,s:I,s:b}", "rounds", list, "last", (json_int_t)last, "finished",
	                          cloud_is_finished(a->cloud)));
}

static void round_by_id(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	json_t *list = json_array();
	struct err e = ERR_INIT;
	int64_t id = 0;

	if (str_to_int(http_tail(r), "round", 1, INT64_MAX, &id, &e) || add_round(a, (uint64_t)id, list, &e))
		http_problem_err(r, &e);
	else
		http_reply_json(r, 200, json_incref(json_array_get(list, 0)));
	json_decref(list);
}

static void latest_agent(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	struct agent_record agent;
	struct err e = ERR_INIT;
	json_t *view;

	if (store_load_agent(cloud_store(a->cloud), 0, &agent, &e)) {
		http_problem_err(r, &e);
		return;
	}
	view = view_agent(&agent);
	agent_record_release(&agent);
	http_reply_json(r, 200, view);
}

static int add_entry(void *ctx, const struct ledger_entry *x)
{
	json_array_append_new(ctx, view_entry(x));
	return 0;
}

static void ledger(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	struct ledger_summary sum = {0};
	struct err bad = ERR_INIT, e = ERR_INIT;
	json_t *items = json_array(), *view;
	int64_t first, limit;
	int broken;

	if (!page(r, &first, &limit)) {
		json_decref(items);
		return;
	}
	broken = ledger_verify(cloud_store(a->cloud), &sum, &bad);
	if (ledger_each(cloud_store(a->cloud), (uint64_t)first, (uint64_t)limit, add_entry, items, &e)) {
		json_decref(items);
		http_problem_err(r, &e);
		return;
	}
	view = view_ledger(&sum, items);
	json_object_set_new(view, "verified", json_boolean(!broken));
	if (broken)
		json_object_set_new(view, "problem", json_string(bad.text));
	http_reply_json(r, 200, view);
}

static void add_edge(void *ctx, const struct edge_record *edge, bool connected)
{
	json_array_append_new(ctx, view_edge(edge, connected));
}

static void edges(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	json_t *list = json_array();

	cloud_each_edge(a->cloud, add_edge, list);
	http_reply_json(r, 200, json_pack("{s:o}", "edges", list));
}

static const struct http_route routes[] = {
    {"GET", "/healthz", 0, healthz},
    {"GET", "/readyz", 0, readyz},
    {"GET", "/metrics", 0, metrics},
    {"GET", "/api/v1/rounds", 0, rounds},
    {"GET", "/api/v1/rounds/*", 0, round_by_id},
    {"GET", "/api/v1/agents/latest", 0, latest_agent},
    {"GET", "/api/v1/ledger", 0, ledger},
    {"GET", "/api/v1/edges", 0, edges},
    HTTP_ROUTES_END,
};

int admin_new(struct uv_loop_s *loop, const char *listen, struct cloud *cloud, struct metrics *m,
              struct admin **out, struct err *e)
{
	struct admin *a = mem_zalloc(sizeof(*a));
	struct http_config c = {.listen = listen, .routes = routes, .ctx = a, .limits = HTTP_LIMITS_DEFAULT};
	int rc;

	a->cloud = cloud;
	a->metrics = m;
	rc = http_server_new(loop, &c, &a->http, e);
	if (rc) {
		free(a);
		return err_wrap(e, "--admin");
	}
	*out = a;
	return 0;
}

void admin_free(struct admin *a)
{
	if (!a)
		return;
	http_server_close(a->http);
	free(a);
}

uint16_t admin_port(const struct admin *a)
{
	return http_server_port(a->http);
}
