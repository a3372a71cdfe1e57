/* Is an update the edge's own work? Parameters that are known already were not trained for this task: those
 * it began from, a module of any round, its own or another edge's update of any task. Paying for them would
 * pay for copying, or for doing nothing. */
#include <stdio.h>

#include "cloud/core/cloud_internal.h"

static bool has_result(const struct task *t, const struct digest *d)
{
	for (size_t i = 0; i < t->update.result_count; i++)
		if (digest_equal(&t->update.result[i].blob.digest, d))
			return true;
	return false;
}

/* Result i of `mine`, whose bytes are here, is the work of the other task that names it too. Those who sent
 * the bytes have them beyond doubt. Otherwise they were here before, and belong to whoever announced them
 * first: the other's transfer may be complete on the disk while the loop has not heard of it, or its link
 * broke just then. */
static bool is_of(const struct task *other, const struct task *mine, size_t i)
{
	if (other->state == TASK_HELD || other->state == TASK_ACCEPTED)
		return true;
	return other->state >= TASK_DELIVERED && other->announced < mine->announced && !(mine->brought & 1u << i);
}

static bool in_this_round(const struct round *r, const struct task *mine, size_t result)
{
	const struct digest *d = &mine->update.result[result].blob.digest;

	for (size_t i = 0; i < r->seat_count; i++)
		for (int stage = 0; stage < STAGES; stage++) {
			const struct task *t = &r->seat[i].task[stage];

			if (t != mine && is_of(t, mine, result) && has_result(t, d))
				return true;
		}
	return false;
}

static int check_result(struct cloud *c, const struct task *t, size_t i, const char **why, struct err *e)
{
	const struct digest *d = &t->update.result[i].blob.digest;
	bool known = false;
	int rc;

	*why = NULL;
	if (digest_equal(d, &t->order.work[i].start.digest)) {
		*why = "these are the parameters it was to begin from, unchanged";
		return 0;
	}
	if (in_this_round(&c->round, t, i)) {
		*why = "these are the parameters of another task's update";
		return 0;
	}
	rc = store_knows_result(c->store, d, c->round.id, &known, e);
	if (!rc && known)
		*why = "these are the parameters of an earlier round";
	return rc;
}

bool cloud_is_original(struct cloud *c, size_t seat, int stage, char *reason, size_t cap)
{
	const struct task *t = &c->round.seat[seat].task[stage];
	struct err e = ERR_INIT;

	/* What is derived is not paid, and equal data give equal results. */
	for (size_t i = 0; stage < PERIODS && i < t->update.result_count; i++) {
		const char *why;

		if (check_result(c, t, i, &why, &e)) {
			cloud_die(c, &e);
			return true;
		}
		if (why) {
			snprintf(reason, cap, "%s: not trained: %s", t->order.work[i].kind, why);
			return false;
		}
	}
	return true;
}
