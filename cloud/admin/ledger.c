/* The ledger: a page of it, or all of it as lines. */
#include <stdlib.h>

#include "cloud/admin/api.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/http/server.h"

#define EXPORT_ENTRIES 200 /* read at once, on the loop */

static int add_entry(void *items, const struct ledger_entry *x)
{
	json_array_append_new(items, view_entry(x));
	return 0;
}

/* The sum is kept, so that only what is new is added up. */
static int update_sum(struct admin *a, struct err *e)
{
	struct ledger_summary news;
	int rc = ledger_since(cloud_store(a->cloud), a->sum.entries, &news, e);

	if (rc || news.entries == a->sum.entries)
		return rc;
	a->sum.entries = news.entries;
	a->sum.total_micro += news.total_micro;
	a->sum.head = news.head;
	return 0;
}

static json_t *view_page(struct admin *a, json_t *items, const struct page *page, uint64_t first)
{
	uint64_t next = first + json_array_size(items);
	json_t *view =
	    page_json_number(items, json_array_size(items) == page->limit && next <= a->sum.entries, next);

	json_object_set_new(view, "entries", json_integer((json_int_t)a->sum.entries));
	json_object_set_new(view, "paid_total", view_credits(a->sum.total_micro));
	json_object_set_new(view, "paid_total_micro", json_integer(a->sum.total_micro));
	json_object_set_new(view, "head", view_hash(&a->sum.head));
	json_object_set_new(view, "verification", verification_last(a->verification));
	return view;
}

/* The cursor is the number of the page's first entry. */
void get_ledger(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	struct err e = ERR_INIT;
	struct page page;
	int64_t first;
	json_t *items;
	int rc;

	if (!page_get_number(r, &page, &first, 1))
		return;
	items = json_array();
	rc = update_sum(a, &e);
	if (!rc)
		rc = ledger_each(cloud_store(a->cloud), (uint64_t)first, page.limit, add_entry, items, &e);
	if (rc) {
		json_decref(items);
		http_problem_err(r, &e);
		return;
	}
	http_reply_json(r, 200, view_page(a, items, &page, (uint64_t)first));
}

struct export
{
	struct admin *admin;
	uint64_t next;
	struct buf *out;
};

static int add_line(void *ctx, const struct ledger_entry *x)
{
	struct export *job = ctx;
	json_t *view = view_entry(x);
	char *line = json_dumps(view, JSON_COMPACT | JSON_REAL_PRECISION(15));

	buf_fmt(job->out, "%s\n", line);
	job->next = x->entry + 1;
	free(line);
	json_decref(view);
	return 0;
}

static int more(void *ctx, struct buf *out)
{
	struct export *job = ctx;
	struct err e = ERR_INIT;
	int rc;

	job->out = out;
	rc = ledger_each(cloud_store(job->admin->cloud), job->next, EXPORT_ENTRIES, add_line, job, &e);
	if (rc)
		log_error("the ledger cannot be read: %s", e.text);
	return rc;
}

void get_ledger_export(void *ctx, struct http_request *r)
{
	struct export *job = mem_zalloc(sizeof(*job));

	job->admin = ctx;
	job->next = 1;
	http_reply_header(r, "Content-Disposition", "attachment; filename=\"ledger.jsonl\"");
	http_reply_source(r, 200, "application/jsonl", (struct http_source){job, more, free});
}
