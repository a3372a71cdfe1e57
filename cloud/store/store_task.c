#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cloud/store/check.h"
#include "cloud/store/parts.h"

static int save_row(struct store *s, const struct task *t, struct err *e)
{
	static const char sql[] =
	    "INSERT INTO task VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(task) DO UPDATE SET "
	    "deadline_ms = excluded.deadline_ms, seed = excluded.seed, effort = excluded.effort, "
	    "reward_micro = excluded.reward_micro, state = excluded.state, reason = excluded.reason, "
	    "answered = excluded.answered, duration_ms = excluded.duration_ms, metric = excluded.metric, "
	    "paid_micro = excluded.paid_micro, ledger_entry = excluded.ledger_entry, "
	    "ledger_hash = excluded.ledger_hash, announced = excluded.announced WHERE round = excluded.round AND "
	    "edge = excluded.edge "
	    "AND period = excluded.period";
	struct query q;

	query_start(&q, s, ST_TASK_SAVE, "task", 0, sql, e);
	put_u64(&q, t->order.task);
	put_u64(&q, t->order.round);
	put_text(&q, t->edge);
	put_u64(&q, t->order.period);
	put_u64(&q, t->order.deadline_ms);
	put_bits(&q, t->order.seed);
	put_real(&q, t->order.effort);
	put_i64(&q, t->order.reward_micro);
	put_text(&q, task_state_name(t->state));
	put_text(&q, t->reason);
	put_i64(&q, t->update.task != 0);
	put_u64(&q, t->update.duration_ms);
	put_real(&q, t->metric);
	put_i64(&q, t->paid_micro);
	put_u64(&q, t->ledger_entry);
	put_digest(&q, &t->ledger_hash);
	put_u64(&q, t->announced);
	return query_upsert(&q, "the task is that of another edge, round or period");
}

static int trim(struct store *s, enum statement id, const char *table, const char *sql, uint64_t task,
                size_t count, struct err *e)
{
	struct query q;

	query_start(&q, s, id, table, 0, sql, e);
	put_u64(&q, task);
	put_u64(&q, count);
	return query_run(&q);
}

static int save_work(struct store *s, const struct msg_task *o, struct err *e)
{
	struct query q;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < o->work_count; i++) {
		query_start(&q, s, ST_WORK_SAVE, "task_work", 0,
		            "INSERT OR REPLACE INTO task_work VALUES(?,?,?,?,?,?,?,?,?)", e);
		put_u64(&q, o->task);
		put_u64(&q, i);
		put_text(&q, o->work[i].kind);
		put_blob_ref(&q, &o->work[i].start);
		put_blob_ref(&q, &o->work[i].needs);
		put_u64(&q, o->work[i].samples);
		put_u64(&q, o->work[i].generation);
		rc = query_run(&q);
	}
	return rc ? rc
	          : trim(s, ST_WORK_TRIM, "task_work", "DELETE FROM task_work WHERE task = ? AND position >= ?",
	                 o->task, o->work_count, e);
}

static int save_results(struct store *s, const struct task *t, struct err *e)
{
	const struct msg_update *u = &t->update;
	uint64_t task = t->order.task;
	struct query q;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < u->result_count; i++) {
		query_start(&q, s, ST_RESULT_SAVE, "task_result", 0,
		            "INSERT OR REPLACE INTO task_result VALUES(?,?,?,?,?,?,?,?)", e);
		put_u64(&q, task);
		put_u64(&q, i);
		put_text(&q, u->result[i].kind);
		put_blob_ref(&q, &u->result[i].blob);
		put_u64(&q, u->result[i].samples);
		put_real(&q, u->result[i].loss);
		put_real(&q, t->norm[i]);
		rc = query_run(&q);
	}
	return rc ? rc
	          : trim(s, ST_RESULT_TRIM, "task_result",
	                 "DELETE FROM task_result WHERE task = ? AND position >= ?", task, u->result_count, e);
}

int store_save_task(struct store *s, const struct task *t, struct err *e)
{
	int rc = store_writing(s, "task", e);

	if (rc)
		return rc;
	e = store_err(s, e);
	rc = task_record_check(t, e);
	if (rc == 0)
		rc = save_row(s, t, e);
	if (rc == 0)
		rc = save_work(s, &t->order, e);
	if (rc == 0)
		rc = save_results(s, t, e);
	return rc ? err_wrap(e, "task %" PRIu64, t->order.task) : 0;
}

static void get_state(struct query *q, enum task_state *out)
{
	char name[WIRE_NAME_MAX + 1];

	get_text(q, name, sizeof(name));
	if (q->rc == 0)
		query_checked(q, task_state_parse(name, out, q->e));
}

static void get_task(struct query *q, struct task *t)
{
	memset(t, 0, sizeof(*t));
	t->order.task = get_u64(q);
	t->order.round = get_u64(q);
	get_text(q, t->edge, sizeof(t->edge));
	t->order.period = (uint32_t)get_i64(q, 1, STAGES);
	t->order.deadline_ms = get_u64(q);
	t->order.seed = get_bits(q);
	t->order.effort = get_real(q);
	t->order.reward_micro = get_i64(q, INT64_MIN, INT64_MAX);
	get_state(q, &t->state);
	get_text(q, t->reason, sizeof(t->reason));
	t->update.task = get_bool(q) ? t->order.task : 0;
	t->update.duration_ms = get_u64(q);
	t->metric = get_real(q);
	t->paid_micro = get_i64(q, INT64_MIN, INT64_MAX);
	t->ledger_entry = get_u64(q);
	get_digest(q, &t->ledger_hash);
	t->announced = get_u64(q);
	if (q->rc == 0)
		query_checked(q, task_record_check(t, q->e));
}

/* Passes over (task, position), the latter being the next one. */
static bool get_position(struct query *q, size_t next)
{
	get_u64(q);
	if (get_u64(q) != next || next == WIRE_KINDS_MAX)
		query_corrupt(q, "positions do not count from 0 to at most %d", WIRE_KINDS_MAX - 1);
	return q->rc == 0;
}

static int load_work(struct store *s, struct task *t, struct err *e)
{
	struct msg_task *o = &t->order;
	struct query q;

	query_start(&q, s, ST_WORK_LOAD, "task_work", 2,
	            "SELECT * FROM task_work WHERE task = ? ORDER BY position", e);
	put_u64(&q, o->task);
	while (query_next(&q) && get_position(&q, o->work_count)) {
		struct msg_work *w = &o->work[o->work_count++];

		get_text(&q, w->kind, sizeof(w->kind));
		get_blob_ref(&q, &w->start);
		get_blob_ref(&q, &w->needs);
		w->samples = get_u64(&q);
		w->generation = (uint32_t)get_i64(&q, 0, UINT32_MAX);
		if (q.rc == 0)
			query_checked(&q, task_record_check(t, q.e));
	}
	return query_end(&q);
}

static int load_results(struct store *s, struct task *t, struct err *e)
{
	struct msg_update *u = &t->update;
	struct query q;

	query_start(&q, s, ST_RESULT_LOAD, "task_result", 2,
	            "SELECT * FROM task_result WHERE task = ? ORDER BY position", e);
	put_u64(&q, t->order.task);
	while (query_next(&q) && get_position(&q, u->result_count)) {
		size_t i = u->result_count++;
		struct msg_result *x = &u->result[i];

		get_text(&q, x->kind, sizeof(x->kind));
		get_blob_ref(&q, &x->blob);
		x->samples = get_u64(&q);
		x->loss = get_real(&q);
		t->norm[i] = get_real(&q);
		if (q.rc == 0)
			query_checked(&q, task_record_check(t, q.e));
	}
	return query_end(&q);
}

int load_tasks(struct store *s, uint64_t round, struct seat *seat, struct err *e)
{
	struct query q;
	int rc = 0;

	query_start(&q, s, ST_TASK_LOAD, "task", 1,
	            "SELECT * FROM task WHERE round = ? AND edge = ? ORDER BY period", e);
	put_u64(&q, round);
	put_text(&q, seat->edge);
	while (rc == 0 && query_next(&q)) {
		struct task t;

		get_task(&q, &t);
		if (q.rc)
			break;
		rc = load_work(s, &t, e);
		if (rc == 0)
			rc = load_results(s, &t, e);
		seat->task[t.order.period - 1] = t;
	}
	return query_end(&q) ? q.rc : rc;
}

int store_load_task(struct store *s, uint64_t task, struct task *out, struct err *e)
{
	struct query q;
	bool found;
	int rc;

	memset(out, 0, sizeof(*out));
	query_start(&q, s, ST_TASK_ONE, "task", 1, "SELECT * FROM task WHERE task = ?", e);
	put_u64(&q, task);
	found = query_next(&q);
	if (found)
		get_task(&q, out);
	rc = query_end(&q);
	if (!rc && !found)
		rc = err_set(e, E_NOT_FOUND, "no task %" PRIu64, task);
	if (!rc)
		rc = load_work(s, out, e);
	return rc ? rc : load_results(s, out, e);
}

int store_knows_result(struct store *s, const struct digest *d, uint64_t round, bool *known, struct err *e)
{
	static const char sql[] = "SELECT 1 FROM task_result JOIN task USING(task) "
	                          "WHERE digest = ?1 AND round <> ?2 AND state <> ?3 "
	                          "UNION ALL SELECT 1 FROM round_module WHERE digest = ?1 LIMIT 1";
	struct query q;

	query_start(&q, s, ST_RESULT_KNOWN, "task_result", 0, sql, e);
	put_digest(&q, d);
	put_u64(&q, round);
	put_text(&q, task_state_name(TASK_DELIVERED)); /* only said so: its bytes never came */
	*known = query_next(&q);
	return query_end(&q);
}
