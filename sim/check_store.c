/* What the cloud holds in memory is what its store holds: a change that was not saved shows at once, not only
 * when a crash happens to hit it. */
#include <inttypes.h>
#include <string.h>

#include "sim/world_internal.h"

#define SAME(a, b) (memcmp(&(a), &(b), sizeof(a)) == 0)

static bool same_ref(const struct blob_ref *a, const struct blob_ref *b)
{
	return digest_equal(&a->digest, &b->digest) && a->size == b->size;
}

static const char *order_differs(const struct msg_task *a, const struct msg_task *b)
{
	if (a->task != b->task || a->seed != b->seed || !SAME(a->effort, b->effort) ||
	    a->reward_micro != b->reward_micro)
		return "the order of a task";
	if (a->work_count != b->work_count)
		return "the work of a task";
	for (size_t i = 0; i < a->work_count; i++)
		if (strcmp(a->work[i].kind, b->work[i].kind) != 0 ||
		    !same_ref(&a->work[i].start, &b->work[i].start) ||
		    !same_ref(&a->work[i].needs, &b->work[i].needs) || a->work[i].samples != b->work[i].samples)
			return "the work of a task";
	return NULL;
}

static const char *task_differs(const struct task *a, const struct task *b)
{
	const char *order = order_differs(&a->order, &b->order);

	if (order)
		return order;
	if (a->state != b->state || strcmp(a->reason, b->reason) != 0)
		return "the state of a task";
	if (a->update.task != b->update.task || a->update.result_count != b->update.result_count)
		return "an update";
	for (size_t i = 0; i < a->update.result_count; i++)
		if (!same_ref(&a->update.result[i].blob, &b->update.result[i].blob))
			return "the blobs of an update";
	if (a->paid_micro != b->paid_micro || a->ledger_entry != b->ledger_entry ||
	    !digest_equal(&a->ledger_hash, &b->ledger_hash))
		return "what a task paid";
	return NULL;
}

static const char *seat_differs(const struct seat *a, const struct seat *b)
{
	if (strcmp(a->edge, b->edge) != 0)
		return "a seat's edge";
	if (!SAME(a->signalled, b->signalled) || !SAME(a->signal, b->signal))
		return "a signal";
	if (!SAME(a->item, b->item))
		return "a choice";
	if (a->deploy != b->deploy || strcmp(a->deploy_reason, b->deploy_reason) != 0)
		return "a deployment";
	for (int stage = 0; stage < STAGES; stage++) {
		const char *what = task_differs(&a->task[stage], &b->task[stage]);

		if (what)
			return what;
	}
	return NULL;
}

static bool same_terms(const struct round *a, const struct round *b)
{
	/* the prior is estimated anew whenever the policy's job starts, and saved with the menu */
	return (a->phase == PHASE_POLICY || SAME(a->instance.prior, b->instance.prior)) &&
	       SAME(a->instance.terms.theta, b->instance.terms.theta) &&
	       SAME(a->instance.terms.transition, b->instance.terms.transition) && a->has_menu == b->has_menu &&
	       (!a->has_menu || menu_equal(&a->menu, &b->menu));
}

static const char *round_differs(const struct round *a, const struct round *b)
{
	if (a->phase != b->phase || a->deadline_ms != b->deadline_ms || a->ended_ms != b->ended_ms ||
	    strcmp(a->failure, b->failure) != 0)
		return "the phase";
	if (!same_terms(a, b) || strcmp(a->policy, b->policy) != 0 ||
	    strcmp(a->policy_weights, b->policy_weights) != 0 || a->policy_updates != b->policy_updates ||
	    a->policy_fallback != b->policy_fallback)
		return "the terms or the menu";
	if (a->agent_version != b->agent_version)
		return "the agent";
	if (a->module_count != b->module_count)
		return "the modules";
	for (size_t m = 0; m < a->module_count; m++)
		if (!same_ref(&a->module[m].blob, &b->module[m].blob) ||
		    a->module[m].generation != b->module[m].generation || a->module[m].round != b->module[m].round)
			return "a module";
	if (a->seat_count != b->seat_count)
		return "the seats";
	for (size_t i = 0; i < a->seat_count; i++) {
		const char *what = seat_differs(&a->seat[i], &b->seat[i]);

		if (what)
			return what;
	}
	return NULL;
}

static void check_agent(struct world *w)
{
	struct agent_record agent = {0};
	struct err e = ERR_INIT;
	int rc = store_load_agent(w->store, 0, &agent, &e);

	if (rc && rc != E_NOT_FOUND)
		BREAK(w, "the newest agent cannot be read: %s", e.text);
	else if (agent.version != cloud_agent_version(w->cloud))
		BREAK(w, "the cloud holds agent %" PRIu64 ", its store %" PRIu64, cloud_agent_version(w->cloud),
		      agent.version);
	agent_record_release(&agent);
}

void check_memory(struct world *w)
{
	const struct round *held = cloud_round(w->cloud);
	struct err e = ERR_INIT;
	struct round stored;
	const char *what;

	check_agent(w);
	if (!held)
		return;
	memset(&stored, 0, sizeof(stored));
	if (store_load_round(w->store, held->id, &stored, &e)) {
		BREAK(w, "round %" PRIu64 " cannot be read back: %s", held->id, e.text);
		return;
	}
	what = round_differs(held, &stored);
	if (what)
		BREAK(w, "round %" PRIu64 ", %s: %s in memory is not what was saved", held->id,
		      phase_name(held->phase), what);
	round_release(&stored);
}
