/* Rounds: the list, one, and the start of another. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/admin/api.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/http/server.h"

static int add_summary(struct admin *a, uint64_t id, json_t *list, struct err *e)
{
	const struct round *live = cloud_round(a->cloud);
	struct round_counts n;
	struct round *stored;
	int rc;

	if (live && live->id == id) {
		round_count(live, &n);
		json_array_append_new(list, view_round_summary(live, &n));
		return 0;
	}
	stored = mem_zalloc(sizeof(*stored));
	rc = store_load_round_head(cloud_store(a->cloud), id, stored, &n, e);
	if (!rc)
		json_array_append_new(list, view_round_summary(stored, &n));
	free(stored);
	return rc;
}

/* The newest first, or with ?order=asc the oldest; the cursor is the number of the page's first round. */
void get_rounds(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	const char *order = http_query(r, "order");
	bool up = order && strcmp(order, "asc") == 0;
	int64_t last = (int64_t)cloud_last_round(a->cloud), id;
	struct err e = ERR_INIT;
	json_t *items, *view;
	struct page page;
	int rc = 0;

	if (order && !up && strcmp(order, "desc") != 0) {
		http_problem(r, 400, "invalid", "order '%.32s' (accepted: desc, asc)", order);
		return;
	}
	if (!page_get_number(r, &page, &id, up ? 1 : last))
		return;
	items = json_array();
	id = id > last ? (up ? last + 1 : last) : id < 1 && up ? 1 : id;
	while (!rc && id >= 1 && id <= last && json_array_size(items) < page.limit) {
		rc = add_summary(a, (uint64_t)id, items, &e);
		id += up ? 1 : -1;
	}
	if (rc) {
		json_decref(items);
		http_problem_err(r, &e);
		return;
	}
	view = page_json_number(items, id >= 1 && id <= last, (uint64_t)id);
	json_object_set_new(view, "last", json_integer(last));
	json_object_set_new(view, "finished", json_boolean(cloud_is_finished(a->cloud)));
	http_reply_json(r, 200, view);
}

static void copy_round(const struct round *live, struct round *out)
{
	*out = *live;
	out->seat = live->seat_count ? mem_dup(live->seat, live->seat_count * sizeof(*live->seat)) : NULL;
}

int rounds_get(const struct admin *a, uint64_t id, struct round *out, struct err *e)
{
	const struct round *live = cloud_round(a->cloud);

	memset(out, 0, sizeof(*out));
	if (!live || live->id != id)
		return store_load_round(cloud_store(a->cloud), id, out, e);
	copy_round(live, out);
	return 0;
}

bool rounds_load(struct admin *a, struct http_request *r, struct round *out)
{
	struct err e = ERR_INIT;
	uint64_t id = cloud_last_round(a->cloud);

	if (strcmp(http_param(r, "round"), "latest") != 0 && !path_number(r, "round", &id))
		return false;
	if (rounds_get(a, id, out, &e) == 0)
		return true;
	http_problem_err(r, &e);
	return false;
}

void get_round(void *ctx, struct http_request *r)
{
	struct round round;

	if (!rounds_load(ctx, r, &round))
		return;
	http_reply_json(r, 200, view_round(&round));
	round_release(&round);
}

void post_round(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	const struct round *live;
	struct err e = ERR_INIT;
	struct round_counts n;
	char where[64];

	if (cloud_start_round(a->cloud, &e)) {
		http_problem_err(r, &e);
		return;
	}
	live = cloud_round(a->cloud);
	if (!live) {
		http_problem(r, 409, "state", "the round ended as soon as it began");
		return;
	}
	round_count(live, &n);
	snprintf(where, sizeof(where), "/api/v1/rounds/%" PRIu64, live->id);
	http_reply_header(r, "Location", where);
	http_reply_json(r, 201, view_round_summary(live, &n));
}
