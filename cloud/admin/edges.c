/* The registry of edges. */
#include <stdlib.h>
#include <string.h>

#include "cloud/admin/api.h"
#include "common/base/mem.h"
#include "common/http/server.h"

struct listing {
	const struct edge_record **edge;
	size_t count, cap;
};

static void gather(void *ctx, const struct edge_record *edge, bool connected)
{
	struct listing *l = ctx;

	(void)connected;
	if (l->count == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 64;
		l->edge = mem_realloc(l->edge, l->cap, sizeof(*l->edge));
	}
	l->edge[l->count++] = edge;
}

static int by_name(const void *a, const void *b)
{
	const struct edge_record *const *x = a, *const *y = b;

	return strcmp((*x)->edge, (*y)->edge);
}

json_t *view_edge_list(const struct admin *a, const char *after, size_t limit)
{
	struct listing l = {0};
	json_t *items = json_array(), *view;
	size_t i = 0;

	cloud_each_edge(a->cloud, gather, &l);
	if (l.count)
		qsort(l.edge, l.count, sizeof(*l.edge), by_name);
	while (after && i < l.count && strcmp(l.edge[i]->edge, after) <= 0)
		i++;
	for (; i < l.count && json_array_size(items) < limit; i++)
		json_array_append_new(items, view_edge(l.edge[i], cloud_is_connected(a->cloud, l.edge[i]->edge)));
	view = page_json(items, i < l.count ? l.edge[i - 1]->edge : NULL);
	free(l.edge);
	return view;
}

/* In the order of their names; the cursor is the last name of the page before. */
void get_edges(void *ctx, struct http_request *r)
{
	struct page page;

	if (page_get(r, &page))
		http_reply_json(r, 200, view_edge_list(ctx, page.cursor, page.limit));
}

static void reply_edge(struct admin *a, struct http_request *r)
{
	const char *name = http_param(r, "edge");
	const struct edge_record *edge = cloud_find_edge(a->cloud, name);
	struct err e = ERR_INIT;
	int64_t paid = 0;
	json_t *view;

	if (!edge) {
		http_problem(r, 404, "not-found", "no edge is called '%.80s'", name);
		return;
	}
	if (ledger_paid_to(cloud_store(a->cloud), name, &paid, &e)) {
		http_problem_err(r, &e);
		return;
	}
	view = view_edge(edge, cloud_is_connected(a->cloud, name));
	json_object_set_new(view, "paid", view_credits(paid));
	json_object_set_new(view, "paid_micro", json_integer(paid));
	http_reply_json(r, 200, view);
}

void get_edge(void *ctx, struct http_request *r)
{
	reply_edge(ctx, r);
}

static void change(struct admin *a, struct http_request *r, bool allowed)
{
	struct err e = ERR_INIT;

	if (cloud_allow(a->cloud, http_param(r, "edge"), allowed, &e))
		http_problem_err(r, &e);
	else
		reply_edge(a, r);
}

void post_edge_allow(void *ctx, struct http_request *r)
{
	change(ctx, r, true);
}

void post_edge_revoke(void *ctx, struct http_request *r)
{
	change(ctx, r, false);
}
