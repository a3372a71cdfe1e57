/* Rounds, their seats and their tasks as JSON. */
#include <math.h>

#include "cloud/admin/views.h"
#include "common/contract/instance_json.h"
#include "common/contract/menu_json.h"

/* An item's index, "declined", or null while there is no choice. */
static json_t *item(int i)
{
	if (i == ITEM_NONE)
		return json_null();
	return i == ITEM_DECLINED ? json_string("declined") : json_integer(i);
}

json_t *view_task(const struct task *t)
{
	uint64_t samples = 0;

	for (size_t i = 0; i < t->order.work_count; i++)
		samples += t->order.work[i].samples;
	return json_pack("{s:I,s:s,s:i,s:s,s:s,s:f,s:I,s:o,s:o,s:o,s:I,s:I}", "task", (json_int_t)t->order.task,
	                 "edge", t->edge, "period", (int)t->order.period, "state", task_state_name(t->state),
	                 "reason", t->reason, "effort", t->order.effort, "samples", (json_int_t)samples, "reward",
	                 view_credits(t->order.reward_micro), "paid", view_credits(t->paid_micro), "metric",
	                 view_measured(t->metric), "ledger_entry", (json_int_t)t->ledger_entry, "duration_ms",
	                 (json_int_t)t->update.duration_ms);
}

json_t *view_receipt(const struct task *t)
{
	return json_pack("{s:I,s:s,s:i,s:b,s:s,s:o,s:I,s:I,s:o}", "task", (json_int_t)t->order.task, "edge",
	                 t->edge, "period", (int)t->order.period, "accepted", t->state == TASK_ACCEPTED, "reason",
	                 t->reason, "paid", view_credits(t->paid_micro), "paid_micro", (json_int_t)t->paid_micro,
	                 "ledger_entry", (json_int_t)t->ledger_entry, "ledger_hash",
	                 t->ledger_entry ? view_hash(&t->ledger_hash) : json_null());
}

json_t *view_seat(const struct seat *s)
{
	json_t *tasks = json_array();

	for (int stage = 0; stage < STAGES; stage++)
		if (s->task[stage].state != TASK_NONE)
			json_array_append_new(tasks, view_task(&s->task[stage]));
	return json_pack("{s:s,s:[b,b],s:o,s:o,s:o,s:s,s:s}", "edge", s->edge, "signalled", s->signalled[0],
	                 s->signalled[1], "period1", item(s->item[0]), "period2", item(s->item[1]), "tasks",
	                 tasks, "deploy", deploy_state_name(s->deploy), "deploy_reason", s->deploy_reason);
}

static json_t *signal(const struct seat *s, int period)
{
	const struct telemetry *x = &s->signal[period];

	if (!s->signalled[period])
		return json_null();
	return json_pack("{s:f,s:f,s:f,s:f,s:f}", "cpu_free", x->cpu_free, "energy_price", x->energy_price,
	                 "link_mbps", x->link_mbps, "queue_length", x->queue_length, "samples", x->samples);
}

json_t *view_choice(const struct seat *s)
{
	return json_pack("{s:s,s:o,s:o,s:o,s:o}", "edge", s->edge, "period1", item(s->item[0]), "period2",
	                 item(s->item[1]), "signal1", signal(s, 0), "signal2", signal(s, 1));
}

static json_t *view_modules(const struct round *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->module_count; i++)
		json_array_append_new(list, json_pack("{s:s,s:o,s:o,s:I,s:I}", "kind", r->module[i].kind, "value",
		                                      view_measured(r->module[i].metric), "digest",
		                                      view_hash(&r->module[i].blob.digest), "generation",
		                                      (json_int_t)r->module[i].generation, "round",
		                                      (json_int_t)r->module[i].round));
	return list;
}

static json_t *counts(const struct round_counts *n)
{
	uint64_t judged = n->accepted + n->rejected + n->late;

	return json_pack("{s:I,s:I,s:I,s:I}", "open", (json_int_t)(n->tasks - judged), "accepted",
	                 (json_int_t)n->accepted, "rejected", (json_int_t)n->rejected, "late",
	                 (json_int_t)n->late);
}

json_t *view_round_summary(const struct round *r, const struct round_counts *n)
{
	return json_pack("{s:I,s:s,s:o,s:o,s:o,s:s,s:s,s:I,s:b,s:o,s:f,s:I,s:o,s:o,s:o,s:I,s:s}", "round",
	                 (json_int_t)r->id, "phase", phase_name(r->phase), "started", view_moment(r->started_ms),
	                 "ended", view_moment(r->ended_ms), "deadline", view_moment(r->deadline_ms), "policy",
	                 r->policy, "policy_weights", r->policy_weights, "policy_updates",
	                 (json_int_t)r->policy_updates, "policy_fallback", (int)r->policy_fallback,
	                 "expected_profit", r->has_menu ? json_real(r->expected_profit) : json_null(),
	                 "samples_per_effort", r->samples_per_effort, "edges", (json_int_t)n->seats, "tasks",
	                 counts(n), "paid", view_credits(n->paid_micro), "modules", view_modules(r),
	                 "agent_version", (json_int_t)r->agent_version, "failure", r->failure);
}

json_t *view_round(const struct round *r)
{
	json_t *seats = json_array(), *view;
	struct round_counts n;

	for (size_t i = 0; i < r->seat_count; i++)
		json_array_append_new(seats, view_seat(&r->seat[i]));
	round_count(r, &n);
	view = view_round_summary(r, &n);
	json_object_set_new(view, "instance", instance_to_json(&r->instance));
	json_object_set_new(view, "menu", r->has_menu ? menu_to_json(&r->menu) : json_null());
	json_object_set_new(view, "seats", seats);
	return view;
}
