/* What happens in the cloud as events for people: one JSON object each. */
#include <string.h>

#include "cloud/admin/ring.h"
#include "common/base/clock.h"
#include "common/http/server.h"

/* In larger rounds single seats are not told of, only how many have got how far, and not more often than
 * this. */
enum { SEATS_TOLD_MAX = 200, ROUND_EVERY_MS = 500 };

static const char *const types[] = {"round", "seat", "task", "payment", "edge", "agent", "control"};

static bool is_type(const char *text, size_t n)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strlen(types[i]) == n && strncmp(types[i], text, n) == 0)
			return true;
	return false;
}

static bool types_are_known(const char *list)
{
	size_t n;

	if (strlen(list) + 3 > LISTENER_TYPES_MAX)
		return false;
	do {
		n = strcspn(list, ",");
		if (!is_type(list, n))
			return false;
		list += n;
	} while (*list++ == ',');
	return true;
}

void get_events(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	const char *wanted = http_query(r, "types"), *last = http_header(r, "Last-Event-ID");

	if (wanted && !types_are_known(wanted)) {
		http_problem(r, 400, "invalid",
		             "types '%.64s' (accepted: round, seat, task, payment, edge, agent, control, with commas "
		             "between them)",
		             wanted);
		return;
	}
	ring_listen(a->ring, r, wanted, last ? last : http_query(r, "last_event_id"));
}

static void add_round(struct admin *a, const struct round *r)
{
	struct round_counts n;

	round_count(r, &n);
	ring_add(a->ring, "round", view_round_summary(r, &n));
	a->round_told_ms = clock_mono_ms();
	a->round_changed = false;
}

static json_t *of_round(const struct round *r, json_t *view)
{
	json_object_set_new(view, "round", json_integer((json_int_t)r->id));
	return view;
}

static json_t *view_payment(const struct task *t)
{
	return json_pack("{s:I,s:I,s:i,s:s,s:o,s:I,s:o}", "entry", (json_int_t)t->ledger_entry, "task",
	                 (json_int_t)t->order.task, "period", (int)t->order.period, "edge", t->edge, "amount",
	                 view_credits(t->order.reward_micro), "amount_micro", (json_int_t)t->order.reward_micro,
	                 "hash", view_hash(&t->ledger_hash));
}

static void seat_event(struct admin *a, const struct cloud_event *x)
{
	a->round_changed = true;
	if (x->round->seat_count > SEATS_TOLD_MAX)
		return;
	if (x->kind == CLOUD_SEAT)
		ring_add(a->ring, "seat", of_round(x->round, view_seat(x->seat)));
	else if (x->kind == CLOUD_TASK)
		ring_add(a->ring, "task", of_round(x->round, view_task(x->task)));
	else
		ring_add(a->ring, "payment", of_round(x->round, view_payment(x->task)));
}

void admin_event(struct admin *a, const struct cloud_event *x)
{
	switch (x->kind) {
	case CLOUD_ROUND:
		add_round(a, x->round);
		break;
	case CLOUD_SEAT:
	case CLOUD_TASK:
	case CLOUD_PAYMENT:
		seat_event(a, x);
		break;
	case CLOUD_EDGE:
		ring_add(a->ring, "edge", view_edge(x->edge, x->connected));
		break;
	case CLOUD_AGENT:
		ring_add(a->ring, "agent", view_agent(x->agent));
		break;
	case CLOUD_CONTROL:
		ring_add(a->ring, "control", view_status(a));
		break;
	}
}

void admin_tick(struct admin *a)
{
	const struct round *r = cloud_round(a->cloud);

	if (a->round_changed && r && clock_mono_ms() - a->round_told_ms >= ROUND_EVERY_MS)
		add_round(a, r);
}
