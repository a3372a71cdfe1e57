/* The walk over the whole ledger: off the loop, one at a time, its answer for all who wait. */
#include <stdlib.h>

#include "cloud/admin/api.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/http/server.h"

struct verification {
	struct admin *admin; /* NULL once the administration has gone */
	const char *database;
	struct store *store; /* used when there is no database to open */
	bool running;
	struct http_request **waiting; /* owned */
	size_t count;
	/* of the walk under way, the pool's while it runs */
	int rc;
	struct err err;
	struct ledger_summary sum;
	int64_t began_ms, took_ms;
	json_t *last; /* its answer; NULL = none yet */
};

struct verification *verification_new(struct admin *a)
{
	struct verification *v = mem_zalloc(sizeof(*v));

	v->admin = a;
	v->store = cloud_store(a->cloud);
	if (a->config.database)
		v->database = mem_strdup(a->config.database);
	return v;
}

static void discard(struct verification *v)
{
	json_decref(v->last);
	free((char *)v->database);
	free(v->waiting);
	free(v);
}

void verification_free(struct verification *v)
{
	if (!v)
		return;
	v->admin = NULL;
	if (!v->running)
		discard(v);
}

json_t *verification_last(const struct verification *v)
{
	return v->last ? json_incref(v->last) : json_null();
}

static void work(void *job)
{
	struct verification *v = job;
	struct store *own = NULL;
	int64_t began_us = clock_mono_us();

	v->err = ERR_INIT;
	v->rc = v->database ? store_open(v->database, &own, &v->err) : 0;
	if (!v->rc)
		v->rc = ledger_verify(own ? own : v->store, &v->sum, &v->err);
	if (own)
		store_close(own);
	v->took_ms = (clock_mono_us() - began_us) / 1000;
}

/* What cannot be read at all says nothing about the ledger. */
static bool is_answer(const struct verification *v)
{
	return v->rc == 0 || v->rc == E_CORRUPT;
}

static void keep(struct verification *v)
{
	json_decref(v->last);
	v->last = json_pack("{s:b,s:I,s:o,s:I,s:o,s:o,s:I,s:o}", "verified", v->rc == 0, "entries",
	                    (json_int_t)v->sum.entries, "paid_total", view_credits(v->sum.total_micro),
	                    "paid_total_micro", (json_int_t)v->sum.total_micro, "head", view_hash(&v->sum.head),
	                    "time", view_moment(v->began_ms), "duration_ms", (json_int_t)v->took_ms, "problem",
	                    v->rc ? json_string(v->err.text) : json_null());
	if (v->rc)
		log_error("the ledger does not fit: %s", v->err.text);
}

static void done(void *job)
{
	struct verification *v = job;

	v->running = false;
	if (is_answer(v))
		keep(v);
	for (size_t i = 0; i < v->count; i++) {
		if (is_answer(v))
			http_reply_json(v->waiting[i], 200, json_incref(v->last));
		else
			http_problem_err(v->waiting[i], &v->err);
	}
	v->count = 0;
	if (!v->admin)
		discard(v);
}

void get_ledger_verify(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	struct verification *v = a->verification;

	http_defer(r);
	v->waiting = mem_realloc(v->waiting, v->count + 1, sizeof(*v->waiting));
	v->waiting[v->count++] = r;
	if (v->running)
		return;
	v->running = true;
	v->began_ms = clock_wall_ms();
	executor_run(a->config.pool, work, done, v);
}
