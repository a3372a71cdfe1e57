/* The invariants. Each is looked at while the federation runs or when it has come to rest. */
#include <inttypes.h>
#include <string.h>

#include "cloud/store/ledger.h"
#include "common/contract/feasible.h"
#include "sim/world_internal.h"

#define BREAK(w, ...) (void)((w)->broken.code || err_set(&(w)->broken, E_INTERNAL, __VA_ARGS__))

static void check_feasible(struct world *w, const struct round *r)
{
	struct err e = ERR_INIT;

	if (r->has_menu && menu_require_feasible(&r->menu, &r->instance, &e))
		BREAK(w, "round %" PRIu64 " offers an infeasible menu: %s", r->id, e.text);
}

static void check_payment(struct world *w, const struct task *t)
{
	bool owed = t->state == TASK_ACCEPTED && t->order.period <= PERIODS;

	if (owed && t->ledger_entry == 0)
		BREAK(w, "task %" PRIu64 " was accepted and not paid", t->order.task);
	if (!owed && (t->ledger_entry != 0 || t->paid_micro != 0))
		BREAK(w, "task %" PRIu64 " is %s and was paid", t->order.task, task_state_name(t->state));
	if (owed && t->paid_micro != t->order.reward_micro)
		BREAK(w, "task %" PRIu64 " was not paid what was promised", t->order.task);
}

static void check_round(struct world *w, const struct round *r)
{
	check_feasible(w, r);
	for (size_t i = 0; i < r->seat_count; i++) {
		for (int stage = 0; stage < STAGES; stage++)
			check_payment(w, &r->seat[i].task[stage]);
		if (r->seat[i].item[1] >= 0 && r->seat[i].task[0].state != TASK_ACCEPTED)
			BREAK(w, "round %" PRIu64 ": %s went on after a breach", r->id, r->seat[i].edge);
	}
}

static const struct side_edge *edge_named(const struct world *w, const char *name)
{
	for (int i = 0; i < w->config.edges; i++)
		if (strcmp(w->edge[i].name, name) == 0)
			return &w->edge[i];
	return NULL;
}

/* The cloud's record of a choice is what the edge has saved. */
static void check_choices(struct world *w, const struct round *r)
{
	for (size_t i = 0; i < r->seat_count; i++) {
		const struct side_edge *s = edge_named(w, r->seat[i].edge);

		if (!s || !s->has_state || s->state.round != r->id)
			continue;
		for (int p = 0; p < PERIODS; p++) {
			int item = r->seat[i].item[p];

			if (item >= 0 && (!s->state.chosen[p] || s->state.item[p] != item))
				BREAK(w, "round %" PRIu64 ": %s chose item %d in period %d, the cloud recorded %d", r->id,
				      s->name, s->state.chosen[p] ? s->state.item[p] : ITEM_NONE, p + 1, item);
		}
	}
}

void check_now(struct world *w)
{
	const struct round *r = cloud_round(w->cloud);

	if (r) {
		check_round(w, r);
		check_choices(w, r);
	}
	for (int i = 0; i < w->config.edges; i++)
		if (w->edge[i].trained_twice)
			BREAK(w, "%s trained a task again whose update was saved", w->edge[i].name);
}

struct ledger_walk {
	struct world *w;
	uint64_t previous_task;
};

/* Every entry belongs to an accepted task, once; every receipt an edge holds is in the ledger. */
static int check_entry(void *ctx, const struct ledger_entry *x)
{
	struct ledger_walk *walk = ctx;
	const struct side_edge *s = edge_named(walk->w, x->edge);
	uint64_t seen = 0;

	for (size_t i = 0; s && i < s->receipt_count; i++) {
		const struct msg_receipt *r = &s->receipt[i].receipt;

		if (r->task != x->task)
			continue;
		seen++;
		if (!r->accepted || r->paid_micro != x->amount_micro || r->ledger_entry != x->entry ||
		    !digest_equal(&r->ledger_hash, &x->hash))
			BREAK(walk->w, "%s holds a receipt for task %" PRIu64 " that differs from the ledger", x->edge,
			      x->task);
	}
	walk->w->out.payments++;
	return 0;
}

static void check_receipts(struct world *w, uint64_t entries)
{
	for (int i = 0; i < w->config.edges; i++)
		for (size_t j = 0; j < w->edge[i].receipt_count; j++) {
			const struct msg_receipt *r = &w->edge[i].receipt[j].receipt;

			if (r->accepted && r->paid_micro != 0 && (r->ledger_entry == 0 || r->ledger_entry > entries))
				BREAK(w, "%s holds a receipt for an entry that the ledger lacks", w->edge[i].name);
			if (!r->accepted && r->paid_micro != 0)
				BREAK(w, "%s was paid for a rejected task", w->edge[i].name);
		}
}

static void check_stored_rounds(struct world *w, struct err *e)
{
	uint64_t last = 0;
	int rc = store_last_round(w->store, &last, e);

	for (uint64_t id = 1; !rc && id <= last; id++) {
		struct round r;

		memset(&r, 0, sizeof(r));
		rc = store_load_round(w->store, id, &r, e);
		if (!rc) {
			check_round(w, &r);
			w->out.rounds_done += r.phase == PHASE_DONE;
			w->out.rounds_failed += r.phase == PHASE_FAILED;
			for (size_t i = 0; i < r.seat_count; i++)
				for (int stage = 0; stage < STAGES; stage++)
					w->out.rejected += r.seat[i].task[stage].state == TASK_REJECTED;
		}
		round_release(&r);
	}
	if (rc)
		BREAK(w, "the stored rounds cannot be read: %s", e->text);
}

void check_end(struct world *w)
{
	struct ledger_summary sum;
	struct ledger_walk walk = {.w = w};
	struct err e = ERR_INIT;

	if (ledger_verify(w->store, &sum, &e) || ledger_each(w->store, 1, 0, check_entry, &walk, &e)) {
		BREAK(w, "the ledger does not verify: %s", e.text);
		return;
	}
	check_receipts(w, sum.entries);
	check_stored_rounds(w, &e);
	for (int i = 0; i < w->config.edges; i++)
		if (w->edge[i].agent.version > cloud_agent_version(w->cloud))
			BREAK(w, "%s serves an agent that the cloud does not know", w->edge[i].name);
}
