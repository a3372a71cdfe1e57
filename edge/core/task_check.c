/* Does a task ask for what was contracted, and promise what was offered? */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "common/contract/choice.h"
#include "edge/core/internal.h"

static bool can_train(const struct edge_about *about, const char *kind)
{
	for (size_t i = 0; i < about->kind_count; i++)
		if (strcmp(about->kinds[i], kind) == 0)
			return true;
	return false;
}

static int check_blob(const struct edge_about *about, const char *what, const struct msg_work *w,
                      const struct blob_ref *ref, struct err *e)
{
	if (ref->size > about->blob_bytes_max)
		return err_set(e, E_LIMIT,
		               "task: %s: the %s blob has %" PRIu64 " bytes (accepted: up to %" PRIu64 ")", w->kind,
		               what, ref->size, about->blob_bytes_max);
	return 0;
}

/* Each kind once, known here, and with parameters to start from. *sum = the samples of all. */
static int check_works(const struct edge_about *about, const struct msg_task *t, uint64_t *sum, struct err *e)
{
	*sum = 0;
	if (t->work_count == 0)
		return err_set(e, E_INVALID, "task: there is no work in it");
	for (size_t i = 0; i < t->work_count; i++) {
		const struct msg_work *w = &t->work[i];
		int rc = check_blob(about, "start", w, &w->start, e);

		if (rc == 0)
			rc = check_blob(about, "needs", w, &w->needs, e);
		if (rc)
			return rc;
		if (!can_train(about, w->kind))
			return err_set(e, E_NOT_FOUND, "task: module kind '%s' is not known here", w->kind);
		for (size_t j = 0; j < i; j++)
			if (strcmp(t->work[j].kind, w->kind) == 0)
				return err_set(e, E_INVALID, "task: module kind '%s' stands twice", w->kind);
		if (digest_is_zero(&w->start.digest))
			return err_set(e, E_INVALID, "task: %s: no blob to start from", w->kind);
		if (w->samples > EDGE_NUMBER_MAX / WIRE_KINDS_MAX)
			return err_set(e, E_LIMIT, "task: %s: too many samples", w->kind);
		*sum += w->samples;
	}
	return 0;
}

static int check_derivation(const struct edge_state *s, const struct msg_task *t, uint64_t samples,
                            struct err *e)
{
	if (s->item[0] == CHOICE_DECLINE)
		return err_set(e, E_STATE, "task: deriving, but this edge declined the round");
	if (t->reward_micro != 0)
		return err_set(e, E_INVALID, "task: deriving is not paid, but %" PRId64 " is promised",
		               t->reward_micro);
	if (samples > EDGE_DERIVE_SAMPLES_MAX)
		return err_set(e, E_LIMIT, "task: deriving from %" PRIu64 " samples (accepted: up to %" PRIu64 ")",
		               samples, EDGE_DERIVE_SAMPLES_MAX);
	return 0;
}

static int check_paid(const struct edge_state *s, const struct msg_task *t, uint64_t samples, struct err *e)
{
	double effort, reward;
	int64_t promised, contracted;

	if (!edge_state_item(s, t->period, &effort, &reward))
		return err_set(e, E_STATE, "task: no item was chosen for period %u of round %" PRIu64, t->period,
		               t->round);
	if (t->period == 1 && s->chosen[1])
		return err_set(e, E_STATE, "task: period 1 of round %" PRIu64 " is over", t->round);
	if (t->effort != effort)
		return err_set(e, E_INVALID, "task: effort %.17g, but the item says %.17g", t->effort, effort);
	promised = llround(reward * 1e6);
	if (t->reward_micro != promised)
		return err_set(e, E_INVALID, "task: reward %" PRId64 " millionths, but the item says %" PRId64,
		               t->reward_micro, promised);
	contracted = llround(effort * s->market.samples_per_effort);
	if (contracted < 0 || samples != (uint64_t)contracted)
		return err_set(e, E_INVALID, "task: %" PRIu64 " samples, but the effort stands for %" PRId64, samples,
		               contracted);
	return 0;
}

int task_check(const struct edge_state *s, const struct edge_about *about, const struct msg_task *t,
               struct err *e)
{
	uint64_t samples;
	int rc;

	if (t->task == 0 || t->task > EDGE_NUMBER_MAX)
		return err_set(e, E_INVALID, "task: number %" PRIu64 " is not from 1 to 2^63 - 1", t->task);
	if (t->period < 1 || t->period > 3)
		return err_set(e, E_INVALID, "task: period %u is not 1, 2 or 3", t->period);
	if (t->round != s->round || !s->chosen[0])
		return err_set(e, E_STATE, "task: of round %" PRIu64 ", but the contract here is of round %" PRIu64,
		               t->round, s->round);
	rc = check_works(about, t, &samples, e);
	if (rc)
		return rc;
	return t->period == 3 ? check_derivation(s, t, samples, e) : check_paid(s, t, samples, e);
}
