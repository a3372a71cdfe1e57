#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/store/check.h"
#include "cloud/store/parts.h"
#include "cloud/store/query.h"
#include "common/contract/instance_json.h"
#include "common/contract/menu_json.h"

static char *line_of(json_t *owned)
{
	char *line = json_line(owned);

	json_decref(owned);
	return line;
}

static int save_row(struct store *s, const struct round *r, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO round VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
	    "ON CONFLICT(id) DO UPDATE SET "
	    "phase = excluded.phase, started_ms = excluded.started_ms, ended_ms = excluded.ended_ms, "
	    "deadline_ms = excluded.deadline_ms, instance = excluded.instance, "
	    "samples_per_effort = excluded.samples_per_effort, menu = excluded.menu, "
	    "policy = excluded.policy, expected_profit = excluded.expected_profit, "
	    "agent_version = excluded.agent_version, failure = excluded.failure, "
	    "policy_weights = excluded.policy_weights, policy_updates = excluded.policy_updates, "
	    "policy_fallback = excluded.policy_fallback";
	char *instance = line_of(instance_to_json(&r->instance));
	char *menu = r->has_menu ? line_of(menu_to_json(&r->menu)) : NULL;
	struct query q;
	int rc;

	query_start(&q, s, ST_ROUND_SAVE, "round", 0, sql, e);
	put_u64(&q, r->id);
	put_text(&q, phase_name(r->phase));
	put_i64(&q, r->started_ms);
	put_i64(&q, r->ended_ms);
	put_i64(&q, r->deadline_ms);
	put_text(&q, instance);
	put_real(&q, r->samples_per_effort);
	put_text(&q, menu); /* NULL binds NULL */
	put_text(&q, r->policy);
	put_real(&q, r->expected_profit);
	put_u64(&q, r->agent_version);
	put_text(&q, r->failure);
	put_text(&q, r->policy_weights);
	put_u64(&q, r->policy_updates);
	put_u64(&q, r->policy_fallback);
	rc = query_run(&q);
	free(instance);
	free(menu);
	return rc;
}

static int save_modules(struct store *s, const struct round *r, struct err *e)
{
	struct query q;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->module_count; i++) {
		query_start(&q, s, ST_ROUND_MODULE_SAVE, "round_module", 0,
		            "INSERT OR REPLACE INTO round_module VALUES(?,?,?,?,?,?,?,?)", e);
		put_u64(&q, r->id);
		put_u64(&q, i);
		put_module_state(&q, &r->module[i]);
		rc = query_run(&q);
	}
	if (rc)
		return rc;
	query_start(&q, s, ST_ROUND_MODULE_TRIM, "round_module", 0,
	            "DELETE FROM round_module WHERE round = ? AND position >= ?", e);
	put_u64(&q, r->id);
	put_u64(&q, r->module_count);
	return query_run(&q);
}

int store_save_round(struct store *s, const struct round *r, struct err *e)
{
	int rc = store_writing(s, "round", e);

	if (rc)
		return rc;
	e = store_err(s, e);
	if (round_check(r, e))
		return err_wrap(e, "round %" PRIu64, r->id);
	rc = save_row(s, r, e);
	return rc ? rc : save_modules(s, r, e);
}

static void get_json(struct query *q, json_t **object)
{
	size_t n;
	const char *text = get_borrowed(q, CONTRACT_LINE_MAX, &n);

	*object = NULL;
	if (q->rc == 0)
		query_checked(q, json_parse(text, n, object, q->e));
}

static void get_instance(struct query *q, struct round *r)
{
	json_t *object;

	get_json(q, &object);
	if (object && instance_from_json(object, &r->instance, q->e)) {
		err_wrap(q->e, "column 'instance'");
		query_checked(q, E_CORRUPT);
	}
	json_decref(object);
}

static void get_menu(struct query *q, struct round *r)
{
	json_t *object;

	if (get_null(q))
		return;
	get_json(q, &object);
	if (object && menu_from_json(object, r->instance.terms.types, &r->menu, q->e)) {
		err_wrap(q->e, "column 'menu'");
		query_checked(q, E_CORRUPT);
	}
	json_decref(object);
	r->has_menu = true;
}

static void get_phase(struct query *q, enum phase *out)
{
	char name[WIRE_NAME_MAX + 1];

	get_text(q, name, sizeof(name));
	if (q->rc == 0)
		query_checked(q, phase_parse(name, out, q->e));
}

static int load_row(struct store *s, struct round *r, struct err *e)
{
	struct query q;

	query_start(&q, s, ST_ROUND_LOAD, "round", 1, "SELECT * FROM round WHERE id = ?", e);
	put_u64(&q, r->id);
	if (!query_next(&q)) {
		int rc = query_end(&q);

		return rc ? rc : err_set(e, E_NOT_FOUND, "there is no round %" PRIu64, r->id);
	}
	r->id = get_u64(&q);
	get_phase(&q, &r->phase);
	r->started_ms = get_i64(&q, INT64_MIN, INT64_MAX);
	r->ended_ms = get_i64(&q, INT64_MIN, INT64_MAX);
	r->deadline_ms = get_i64(&q, INT64_MIN, INT64_MAX);
	get_instance(&q, r);
	r->samples_per_effort = get_real(&q);
	get_menu(&q, r);
	get_text(&q, r->policy, sizeof(r->policy));
	r->expected_profit = get_real(&q);
	r->agent_version = get_u64(&q);
	get_text(&q, r->failure, sizeof(r->failure));
	get_text(&q, r->policy_weights, sizeof(r->policy_weights));
	r->policy_updates = get_u64(&q);
	r->policy_fallback = get_i64(&q, 0, 1);
	if (q.rc == 0)
		query_checked(&q, round_check(r, q.e));
	return query_end(&q);
}

static int load_modules(struct store *s, struct round *r, struct err *e)
{
	struct query q;

	query_start(&q, s, ST_ROUND_MODULE_LOAD, "round_module", 2,
	            "SELECT * FROM round_module WHERE round = ? ORDER BY position", e);
	put_u64(&q, r->id);
	while (query_next(&q)) {
		get_u64(&q);
		if (get_u64(&q) != r->module_count || r->module_count == WIRE_KINDS_MAX) {
			query_corrupt(&q, "positions do not count from 0 to at most %d", WIRE_KINDS_MAX - 1);
			break;
		}
		get_module_state(&q, &r->module[r->module_count++]);
	}
	return query_end(&q);
}

int store_load_round(struct store *s, uint64_t id, struct round *out, struct err *e)
{
	int rc;

	e = store_err(s, e);
	memset(out, 0, sizeof(*out));
	out->id = id;
	rc = load_row(s, out, e);
	if (rc == 0)
		rc = load_modules(s, out, e);
	if (rc == 0)
		rc = load_seats(s, out, e);
	for (size_t i = 0; rc == 0 && i < out->seat_count; i++)
		rc = load_tasks(s, id, &out->seat[i], e);
	if (rc)
		round_release(out);
	return rc;
}

static int load_counts(struct store *s, uint64_t id, struct round_counts *out, struct err *e)
{
	static const char sql[] =
	    "SELECT (SELECT count(*) FROM seat WHERE round = ?1), count(*), "
	    "coalesce(sum(state = 'accepted'), 0), coalesce(sum(state = 'rejected'), 0), "
	    "coalesce(sum(state = 'late'), 0), coalesce(sum(paid_micro), 0) FROM task WHERE round = ?1";
	struct query q;

	query_start(&q, s, ST_ROUND_COUNTS, "task", 0, sql, e);
	put_u64(&q, id);
	if (query_next(&q)) {
		out->seats = get_u64(&q);
		out->tasks = get_u64(&q);
		out->accepted = get_u64(&q);
		out->rejected = get_u64(&q);
		out->late = get_u64(&q);
		out->paid_micro = get_i64(&q, INT64_MIN, INT64_MAX);
	}
	return query_end(&q);
}

int store_load_round_head(struct store *s, uint64_t id, struct round *out, struct round_counts *counts,
                          struct err *e)
{
	int rc;

	e = store_err(s, e);
	memset(out, 0, sizeof(*out));
	memset(counts, 0, sizeof(*counts));
	out->id = id;
	rc = load_row(s, out, e);
	if (rc == 0)
		rc = load_modules(s, out, e);
	return rc ? rc : load_counts(s, id, counts, e);
}

int store_last_round(struct store *s, uint64_t *id, struct err *e)
{
	struct query q;

	*id = 0;
	query_start(&q, s, ST_ROUND_LAST, "round", 0, "SELECT coalesce(max(id), 0) FROM round", e);
	if (query_next(&q))
		*id = get_u64(&q);
	return query_end(&q);
}
