#include "cloud/admin/views.h"

#include <math.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/contract/menu_json.h"

static json_t *credits(int64_t micro)
{
	return json_real((double)micro * 1e-6);
}

static json_t *moment(int64_t wall_ms)
{
	char text[CLOCK_TEXT];

	if (wall_ms == 0)
		return json_null();
	clock_text(wall_ms, text);
	return json_string(text);
}

static json_t *measured(double metric)
{
	return isfinite(metric) ? json_real(metric) : json_null();
}

static json_t *hash(const struct digest *d)
{
	char hex[DIGEST_HEX];

	digest_hex(d, hex);
	return json_string(hex);
}

/* An item's index, "declined", or null while there is no choice. */
static json_t *item(int i)
{
	if (i == ITEM_NONE)
		return json_null();
	return i == ITEM_DECLINED ? json_string("declined") : json_integer(i);
}

static json_t *view_task(const struct task *t)
{
	uint64_t samples = 0;

	for (size_t i = 0; i < t->order.work_count; i++)
		samples += t->order.work[i].samples;
	return json_pack("{s:I,s:i,s:s,s:s,s:f,s:I,s:o,s:o,s:o,s:I,s:I}", "task", (json_int_t)t->order.task,
	                 "period", (int)t->order.period, "state", task_state_name(t->state), "reason", t->reason,
	                 "effort", t->order.effort, "samples", (json_int_t)samples, "reward",
	                 credits(t->order.reward_micro), "paid", credits(t->paid_micro), "metric",
	                 measured(t->metric), "ledger_entry", (json_int_t)t->ledger_entry, "duration_ms",
	                 (json_int_t)t->update.duration_ms);
}

static json_t *view_seat(const struct seat *s)
{
	json_t *tasks = json_array();

	for (int stage = 0; stage < STAGES; stage++)
		if (s->task[stage].state != TASK_NONE)
			json_array_append_new(tasks, view_task(&s->task[stage]));
	return json_pack("{s:s,s:o,s:o,s:o,s:s,s:s}", "edge", s->edge, "period1", item(s->item[0]), "period2",
	                 item(s->item[1]), "tasks", tasks, "deploy", deploy_state_name(s->deploy),
	                 "deploy_reason", s->deploy_reason);
}

static int64_t paid(const struct round *r)
{
	int64_t sum = 0;

	for (size_t i = 0; i < r->seat_count; i++)
		for (int stage = 0; stage < STAGES; stage++)
			sum += r->seat[i].task[stage].paid_micro;
	return sum;
}

static json_t *view_modules(const struct round *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->module_count; i++)
		json_array_append_new(list, json_pack("{s:s,s:o,s:o,s:I,s:I}", "kind", r->module[i].kind, "value",
		                                      measured(r->module[i].metric), "digest",
		                                      hash(&r->module[i].blob.digest), "generation",
		                                      (json_int_t)r->module[i].generation, "round",
		                                      (json_int_t)r->module[i].round));
	return list;
}

json_t *view_round(const struct round *r)
{
	json_t *seats = json_array();

	for (size_t i = 0; i < r->seat_count; i++)
		json_array_append_new(seats, view_seat(&r->seat[i]));
	return json_pack("{s:I,s:s,s:o,s:o,s:s,s:s,s:I,s:b,s:o,s:o,s:o,s:f,s:o,s:o,s:I,s:s}", "round",
	                 (json_int_t)r->id, "phase", phase_name(r->phase), "started", moment(r->started_ms),
	                 "ended", moment(r->ended_ms), "policy", r->policy, "policy_weights", r->policy_weights,
	                 "policy_updates", (json_int_t)r->policy_updates, "policy_fallback",
	                 (int)r->policy_fallback, "expected_profit",
	                 r->has_menu ? json_real(r->expected_profit) : json_null(), "menu",
	                 r->has_menu ? menu_to_json(&r->menu) : json_null(), "seats", seats, "samples_per_effort",
	                 r->samples_per_effort, "paid", credits(paid(r)), "modules", view_modules(r),
	                 "agent_version", (json_int_t)r->agent_version, "failure", r->failure);
}

static json_t *view_manifest_modules(const json_t *manifest)
{
	json_t *list = json_array();
	json_t *m;
	size_t i;

	json_array_foreach (json_object_get(manifest, "modules"), i, m) {
		json_t *metric = json_object_get(m, "metric"), *view = json_object();

		json_object_set(view, "kind", json_object_get(m, "kind"));
		json_object_set(view, "metric", json_object_get(metric, "name"));
		json_object_set(view, "value", json_object_get(metric, "value"));
		json_object_set(view, "digest", json_object_get(m, "digest"));
		json_object_set(view, "size", json_object_get(m, "size"));
		json_object_set(view, "provenance", json_object_get(m, "provenance"));
		json_array_append_new(list, view);
	}
	return list;
}

/* The signed form is {"manifest":M,"signature":S}; it was verified before it was stored. */
json_t *view_agent(const struct agent_record *a)
{
	json_t *signed_form = NULL, *view, *manifest;
	struct err e = ERR_INIT;

	if (json_parse((const char *)a->manifest, a->manifest_len, &signed_form, &e))
		return json_pack("{s:I,s:s}", "version", (json_int_t)a->version, "problem", e.text);
	manifest = json_object_get(signed_form, "manifest");
	view = json_pack("{s:I,s:I,s:o}", "version", (json_int_t)a->version, "round", (json_int_t)a->round,
	                 "made", moment(a->made_ms));
	json_object_set(view, "id", json_object_get(manifest, "agent"));
	json_object_set_new(view, "modules", view_manifest_modules(manifest));
	json_decref(signed_form);
	return view;
}

json_t *view_entry(const struct ledger_entry *x)
{
	return json_pack("{s:I,s:I,s:I,s:i,s:s,s:o,s:I,s:o,s:o}", "entry", (json_int_t)x->entry, "task",
	                 (json_int_t)x->task, "round", (json_int_t)x->round, "period", (int)x->period, "edge",
	                 x->edge, "amount", credits(x->amount_micro), "amount_micro", (json_int_t)x->amount_micro,
	                 "time", moment(x->wall_ms), "hash", hash(&x->hash));
}

json_t *view_ledger(const struct ledger_summary *sum, json_t *items)
{
	return json_pack("{s:I,s:o,s:I,s:o,s:o}", "entries", (json_int_t)sum->entries, "paid_total",
	                 credits(sum->total_micro), "paid_total_micro", (json_int_t)sum->total_micro, "head",
	                 hash(&sum->head), "items", items);
}

json_t *view_edge(const struct edge_record *edge, bool connected)
{
	return json_pack("{s:s,s:b,s:I,s:b,s:b,s:o,s:o}", "edge", edge->edge, "connected", connected,
	                 "agent_version", (json_int_t)edge->agent_version, "allowed", edge->allowed, "revoked",
	                 edge->revoked, "first_seen", moment(edge->first_seen_ms), "last_seen",
	                 moment(edge->last_seen_ms));
}
