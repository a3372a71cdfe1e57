/* The invariants. Each is looked at while the federation runs or when it has come to rest. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cloud/store/ledger.h"
#include "common/contract/feasible.h"
#include "sim/world_internal.h"

#define CHECK_MEMORY_EVERY 10           /* ticks, on average */
#define WAITING_MAX        64           /* messages under way on one link */
#define BULK_BYTES_MAX     (512 * 1024) /* chunk bytes likewise */

static void check_feasible(struct world *w, const struct round *r)
{
	struct err e = ERR_INIT;

	if (r->has_menu && menu_require_feasible(&r->menu, &r->instance, &e))
		BREAK(w, "round %" PRIu64 " offers an infeasible menu: %s", r->id, e.text);
}

/* Who wrote the menu: poisoned weights must not have. */
static void check_author(struct world *w, const struct round *r)
{
	bool learned = menu_is_learned(r->id), poisoned = learned && menu_is_poisoned(r->id);
	const char *name = poisoned ? "exact" : learned ? "edmsac" : "toy";

	if (r->has_menu && (strcmp(r->policy, name) != 0 || r->policy_fallback != poisoned ||
	                    (r->policy_weights[0] != '\0') != (learned && !poisoned)))
		BREAK(w, "round %" PRIu64 " has a menu by %s (weights '%s'), due was %s", r->id, r->policy,
		      r->policy_weights, name);
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

/* The task is what the item taken says. */
static void check_order(struct world *w, const struct round *r, const struct seat *s, int stage)
{
	const struct msg_task *o = &s->task[stage].order;
	const struct menu *m = &r->menu;
	double effort, reward;
	uint64_t samples = 0;

	if (o->task == 0 || stage >= PERIODS)
		return;
	effort = stage == 0 ? m->q1[s->item[0]] : m->q2[s->item[0]][s->item[1]];
	reward = stage == 0 ? m->r1[s->item[0]] : m->r2[s->item[0]][s->item[1]];
	for (size_t j = 0; j < o->work_count; j++)
		samples += o->work[j].samples;
	if (samples != (uint64_t)llround(effort * r->samples_per_effort) ||
	    o->reward_micro != llround(reward * 1e6))
		BREAK(w, "task %" PRIu64 " is not what %s took from the menu", o->task, s->edge);
}

static const struct side_edge *edge_named(const struct world *w, const char *name)
{
	for (int i = 0; i < w->config.edges; i++)
		if (strcmp(w->edge[i].name, name) == 0)
			return &w->edge[i];
	return NULL;
}

static void check_liar(struct world *w, const struct task *t)
{
	const struct side_edge *s = edge_named(w, t->edge);

	if (s && s->liar && t->state == TASK_ACCEPTED && t->update.result_count > 0)
		BREAK(w, "task %" PRIu64 ": the update of the liar %s was accepted", t->order.task, t->edge);
}

static void check_round(struct world *w, const struct round *r)
{
	check_feasible(w, r);
	check_author(w, r);
	for (size_t i = 0; i < r->seat_count; i++) {
		for (int stage = 0; stage < STAGES; stage++) {
			check_payment(w, &r->seat[i].task[stage]);
			check_order(w, r, &r->seat[i], stage);
			check_liar(w, &r->seat[i].task[stage]);
		}
		if (r->seat[i].item[1] >= 0 && r->seat[i].task[0].state != TASK_ACCEPTED)
			BREAK(w, "round %" PRIu64 ": %s went on after a breach", r->id, r->seat[i].edge);
	}
}

static const struct edge_done *saved(const struct edge_state *s, uint64_t task)
{
	for (size_t i = 0; i < s->done_count; i++)
		if (s->done[i].update.task == task)
			return &s->done[i];
	return NULL;
}

/* What the cloud was told of finished work is what the edge has saved. */
static void check_updates(struct world *w, const struct seat *seat, const struct side_edge *s)
{
	for (int stage = 0; stage < STAGES; stage++) {
		const struct msg_update *u = &seat->task[stage].update;
		const struct edge_done *done = saved(&s->state, u->task);

		if (u->task == 0)
			continue;
		if (!done || done->update.result_count != u->result_count) {
			BREAK(w, "the cloud knows an update of task %" PRIu64 " that %s has not saved", u->task, s->name);
			continue;
		}
		for (size_t j = 0; j < u->result_count; j++)
			if (!digest_equal(&done->update.result[j].blob.digest, &u->result[j].blob.digest))
				BREAK(w, "the cloud's update of task %" PRIu64 " is not the one that %s saved", u->task,
				      s->name);
	}
}

/* The cloud's record of a choice is what the edge has saved. */
static void check_choices(struct world *w, const struct round *r)
{
	for (size_t i = 0; i < r->seat_count; i++) {
		const struct side_edge *s = edge_named(w, r->seat[i].edge);

		if (!s || !s->has_state || s->state.round != r->id)
			continue;
		check_updates(w, &r->seat[i], s);
		if (r->has_menu && !menu_equal(&s->state.menu, &r->menu))
			BREAK(w, "round %" PRIu64 ": %s was offered another menu than the stored one", r->id, s->name);
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
	if (rng_below(&w->rng, CHECK_MEMORY_EVERY) == 0)
		check_memory(w);
	if (sim_waiting_max(w->net) > WAITING_MAX || sim_bulk_max(w->net) > BULK_BYTES_MAX)
		BREAK(w, "%zu messages and %zu bytes of chunks wait on one link", sim_waiting_max(w->net),
		      sim_bulk_max(w->net));
	for (int i = 0; i < w->config.edges; i++)
		if (w->edge[i].trained_twice)
			BREAK(w, "%s trained a task again whose update was saved", w->edge[i].name);
}

struct ledger_walk {
	struct world *w;
	uint64_t settled_before; /* receipts of rounds before this one must have arrived */
};

static bool is_known_receipt(struct world *w, const char *edge, const struct msg_receipt *r)
{
	struct task t;
	struct err e = ERR_INIT;

	return store_load_task(w->store, r->task, &t, &e) == 0 && strcmp(t.edge, edge) == 0 &&
	       r->accepted == (t.state == TASK_ACCEPTED) &&
	       (r->accepted || t.state == TASK_REJECTED || t.state == TASK_LATE);
}

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
	if (s && x->round < walk->settled_before && seen == 0)
		BREAK(walk->w, "%s never got the receipt for task %" PRIu64, x->edge, x->task);
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
			if (!is_known_receipt(w, w->edge[i].name, r))
				BREAK(w, "%s holds a receipt for task %" PRIu64 " that the stored task contradicts",
				      w->edge[i].name, r->task);
			if (!r->accepted && r->paid_micro != 0)
				BREAK(w, "%s was paid for a rejected task", w->edge[i].name);
		}
}

/* Also unpaid work has its receipt; work without samples is covered by the ledger. */
static void check_told(struct world *w, const struct task *t)
{
	const struct side_edge *s = edge_named(w, t->edge);
	size_t i = 0;

	if (!s || t->state != TASK_ACCEPTED)
		return;
	while (i < s->receipt_count && s->receipt[i].receipt.task != t->order.task)
		i++;
	if (i == s->receipt_count)
		BREAK(w, "%s never got the receipt for task %" PRIu64 " of period %u", t->edge, t->order.task,
		      t->order.period);
}

static void count_round(struct world *w, const struct round *r, uint64_t last, uint64_t *owed)
{
	bool over = r->phase == PHASE_DONE || r->phase == PHASE_FAILED;

	w->out.rounds_done += r->phase == PHASE_DONE;
	w->out.rounds_failed += r->phase == PHASE_FAILED;
	if (!over && r->id < last)
		BREAK(w, "round %" PRIu64 " never ended: %s", r->id, phase_name(r->phase));
	for (size_t i = 0; i < r->seat_count; i++)
		for (int stage = 0; stage < STAGES; stage++) {
			enum task_state state = r->seat[i].task[stage].state;

			w->out.rejected += state == TASK_REJECTED;
			if (r->id < last)
				check_told(w, &r->seat[i].task[stage]);
			*owed += state == TASK_ACCEPTED && stage < PERIODS;
			if (over && (state == TASK_ASSIGNED || state == TASK_DELIVERED || state == TASK_HELD))
				BREAK(w, "round %" PRIu64 " is over and left task %" PRIu64 " %s", r->id,
				      r->seat[i].task[stage].order.task, task_state_name(state));
		}
}

static void check_stored_rounds(struct world *w, uint64_t entries, struct err *e)
{
	uint64_t last = 0, owed = 0;
	int rc = store_last_round(w->store, &last, e);

	for (uint64_t id = 1; !rc && id <= last; id++) {
		struct round r;

		memset(&r, 0, sizeof(r));
		rc = store_load_round(w->store, id, &r, e);
		if (!rc) {
			check_round(w, &r);
			count_round(w, &r, last, &owed);
		}
		round_release(&r);
	}
	if (rc)
		BREAK(w, "the stored rounds cannot be read: %s", e->text);
	else if (owed != entries)
		BREAK(w, "%" PRIu64 " tasks are to be paid and the ledger has %" PRIu64 " entries", owed, entries);
}

void check_end(struct world *w)
{
	struct ledger_summary sum;
	struct ledger_walk walk = {.w = w};
	struct err e = ERR_INIT;

	if (store_last_round(w->store, &walk.settled_before, &e)) {
		BREAK(w, "the store cannot be read: %s", e.text);
		return;
	}
	if (ledger_verify(w->store, &sum, &e) || ledger_each(w->store, 1, 0, check_entry, &walk, &e)) {
		BREAK(w, "the ledger does not verify: %s", e.text);
		return;
	}
	check_receipts(w, sum.entries);
	check_stored_rounds(w, sum.entries, &e);
	check_memory(w);
	if (w->cloud_config.keep_updates)
		check_modules(w);
	for (int i = 0; i < w->config.edges; i++)
		if (w->edge[i].agent.version > cloud_agent_version(w->cloud))
			BREAK(w, "%s serves an agent that the cloud does not know", w->edge[i].name);
}

static void check_calm_seat(struct world *w, const struct round *r, const struct seat *seat)
{
	const struct side_edge *s = edge_named(w, seat->edge);

	if (!s || s->liar)
		return;
	if (!seat->signalled[0] || seat->item[0] == ITEM_NONE)
		BREAK(w, "round %" PRIu64 " in the calm: %s was not heard", r->id, s->name);
	for (int stage = 0; stage < STAGES; stage++) {
		const struct task *t = &seat->task[stage];

		if (t->state != TASK_NONE && t->state != TASK_ACCEPTED)
			BREAK(w, "round %" PRIu64 " in the calm: %s's task of stage %d is %s: %s", r->id, s->name,
			      stage + 1, task_state_name(t->state), t->reason);
	}
	if (seat->deploy != DEPLOY_INSTALLED && r->phase == PHASE_DONE)
		BREAK(w, "round %" PRIu64 " in the calm: the agent of %s is %s: %s", r->id, s->name,
		      deploy_state_name(seat->deploy), seat->deploy_reason);
}

void check_calm(struct world *w, uint64_t round, bool all)
{
	struct err e = ERR_INIT;
	struct round r;
	bool honest = false;

	memset(&r, 0, sizeof(r));
	if (w->broken.code)
		return;
	if (store_load_round(w->store, round, &r, &e)) {
		BREAK(w, "round %" PRIu64 " cannot be read: %s", round, e.text);
		return;
	}
	if (all && r.seat_count < (size_t)w->config.edges)
		BREAK(w, "round %" PRIu64 " in the calm has %zu seats for %d edges", r.id, r.seat_count,
		      w->config.edges);
	for (size_t i = 0; i < r.seat_count; i++) {
		const struct side_edge *s = edge_named(w, r.seat[i].edge);

		honest |= s && !s->liar && r.seat[i].item[0] >= 0;
		check_calm_seat(w, &r, &r.seat[i]);
	}
	if (r.phase == PHASE_FAILED && honest)
		BREAK(w, "round %" PRIu64 " in the calm failed: %s", r.id, r.failure);
	round_release(&r);
}
