/* What edges and jobs tell the round. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cloud/core/round_internal.h"
#include "common/base/str.h"

static int seat_of(const struct round *r, const char *edge, size_t *i, struct err *e)
{
	const struct seat *s = round_seat(r, edge);

	if (!s)
		return err_set(e, E_STATE, "edge %s has no seat in round %" PRIu64, edge, r->id);
	*i = (size_t)(s - r->seat);
	return 0;
}

static int expect(const struct round *r, uint64_t round, enum phase p, const char *what, struct err *e)
{
	if (round != r->id)
		return err_set(e, E_STATE, "%s for round %" PRIu64 ", but round %" PRIu64 " is under way", what,
		               round, r->id);
	if (r->phase != p)
		return err_set(e, E_STATE, "%s in phase %s (accepted in phase %s)", what, phase_name(r->phase),
		               phase_name(p));
	return 0;
}

static int period_of(uint32_t period, const char *what, int *stage, struct err *e)
{
	if (period != 1 && period != 2)
		return err_set(e, E_INVALID, "%s for period %u (accepted: 1, 2)", what, period);
	*stage = (int)period - 1;
	return 0;
}

void round_remind(const struct round *r, size_t seat, struct actions *out)
{
	for (int stage = 0; stage < STAGES; stage++) {
		const struct task *t = &r->seat[seat].task[stage];

		if (t->state == TASK_ACCEPTED && t->order.work_count == 0)
			action_seat(out, ACT_RECEIPT, seat, stage);
	}
}

void round_join(struct round *r, const char *edge, struct actions *out)
{
	struct seat *s = round_seat(r, edge);
	size_t i;

	if (!s && r->phase == PHASE_SIGNAL1 && r->seat_count < SEATS_MAX) {
		s = round_add_seat(r, edge);
		action_seat(out, ACT_SAVE_SEAT, r->seat_count - 1, 0);
	}
	if (!s)
		return;
	i = (size_t)(s - r->seat);
	for (int stage = 0; stage < STAGES; stage++)
		if (s->task[stage].state == TASK_DELIVERED)
			action_seat(out, ACT_FETCH, i, stage);
	round_remind(r, i, out);
	if (!round_seat_done(r, i))
		action_seat(out, ACT_TELL, i, phase_stage(r->phase));
}

int round_signal(struct round *r, const struct round_rules *rules, const char *edge,
                 const struct msg_signal *m, int64_t now_ms, struct actions *out, struct err *e)
{
	int stage = 0;
	size_t i = 0;
	int rc = period_of(m->period, "signal", &stage, e);

	if (!rc)
		rc = expect(r, m->round, stage == 0 ? PHASE_SIGNAL1 : PHASE_SIGNAL2, "signal", e);
	if (!rc)
		rc = seat_of(r, edge, &i, e);
	if (!rc && !telemetry_is_sound(&m->telemetry))
		rc = err_set(e, E_INVALID,
		             "signal: telemetry out of range (accepted: cpu_free 0 to 1, others not negative)");
	if (rc)
		return rc;
	if (r->seat[i].signalled[stage])
		return 0;
	r->seat[i].signalled[stage] = true;
	r->seat[i].signal[stage] = m->telemetry;
	action_seat(out, ACT_SAVE_SEAT, i, stage);
	round_advance(r, rules, now_ms, out);
	return 0;
}

int round_choice(struct round *r, const struct round_rules *rules, const char *edge,
                 const struct msg_choice *m, int64_t now_ms, struct actions *out, struct err *e)
{
	int stage = 0;
	size_t i = 0;
	int rc = period_of(m->period, "choice", &stage, e);

	if (!rc)
		rc = seat_of(r, edge, &i, e);
	if (!rc && m->round == r->id && r->seat[i].item[stage] == m->item && m->item != ITEM_NONE) {
		action_seat(out, ACT_RECORDED, i, stage); /* said again after a lost answer */
		return 0;
	}
	if (!rc)
		rc = expect(r, m->round, stage == 0 ? PHASE_CHOICE1 : PHASE_CHOICE2, "choice", e);
	if (!rc && (m->item < ITEM_DECLINED || m->item >= r->menu.types))
		rc = err_set(e, E_INVALID, "choice of item %d (accepted: 0 to %d, or -1 to decline)", m->item,
		             r->menu.types - 1);
	if (!rc && !seat_in_stage(&r->seat[i], stage))
		rc = err_set(e, E_STATE, "choice for period %u without a part in it", m->period);
	if (!rc && r->seat[i].item[stage] != ITEM_NONE)
		rc = err_set(e, E_STATE, "choice of item %d, but item %d is recorded and binding", m->item,
		             r->seat[i].item[stage]);
	if (rc)
		return rc;
	r->seat[i].item[stage] = m->item;
	action_seat(out, ACT_SAVE_SEAT, i, stage);
	action_seat(out, ACT_RECORDED, i, stage);
	round_advance(r, rules, now_ms, out);
	return 0;
}

static int check_results(const struct msg_task *order, const struct msg_update *m, struct err *e)
{
	if (m->result_count != order->work_count)
		return err_set(e, E_INVALID, "update of task %" PRIu64 " holds %zu modules, the task has %zu",
		               order->task, m->result_count, order->work_count);
	for (size_t i = 0; i < m->result_count; i++) {
		if (strcmp(m->result[i].kind, order->work[i].kind) != 0)
			return err_set(e, E_INVALID, "update of task %" PRIu64 ": module %zu is '%s', the task says '%s'",
			               order->task, i + 1, m->result[i].kind, order->work[i].kind);
		if (m->result[i].samples != order->work[i].samples)
			return err_set(e, E_INVALID,
			               "update of task %" PRIu64 ": %s trained on %" PRIu64
			               " samples, contracted %" PRIu64,
			               order->task, m->result[i].kind, m->result[i].samples, order->work[i].samples);
		if (digest_is_zero(&m->result[i].blob.digest))
			return err_set(e, E_INVALID, "update of task %" PRIu64 ": %s without a digest", order->task,
			               m->result[i].kind);
	}
	return 0;
}

static bool same_blobs(const struct msg_update *a, const struct msg_update *b)
{
	if (a->result_count != b->result_count)
		return false;
	for (size_t i = 0; i < a->result_count; i++)
		if (!digest_equal(&a->result[i].blob.digest, &b->result[i].blob.digest))
			return false;
	return true;
}

static uint64_t next_announcement(const struct round *r)
{
	uint64_t last = 0;

	for (size_t i = 0; i < r->seat_count; i++)
		for (int stage = 0; stage < STAGES; stage++)
			if (r->seat[i].task[stage].announced > last)
				last = r->seat[i].task[stage].announced;
	return last + 1;
}

int round_update(struct round *r, const char *edge, const struct msg_update *m, struct actions *out,
                 struct err *e)
{
	int stage = (int)(m->task & 3);
	struct task *t;
	size_t i = 0;
	int rc = seat_of(r, edge, &i, e);

	if (rc)
		return rc;
	t = stage < STAGES ? &r->seat[i].task[stage] : NULL;
	if (!t || t->state == TASK_NONE || t->order.task != m->task)
		return err_set(e, E_STATE, "update of task %" PRIu64 ", which edge %s does not have", m->task, edge);
	if (t->state == TASK_ACCEPTED || t->state == TASK_REJECTED || t->state == TASK_LATE) {
		action_seat(out, ACT_RECEIPT, i, stage);
		return 0;
	}
	rc = check_results(&t->order, m, e);
	if (rc)
		return rc;
	if (t->state == TASK_HELD)
		return 0; /* being screened: the receipt follows */
	/* One announcement a task: each new one would leave the cloud with another half-received blob. */
	if (t->state == TASK_DELIVERED && !same_blobs(&t->update, m))
		return err_set(e, E_STATE, "update of task %" PRIu64 ": another one is announced and binding",
		               m->task);
	if (t->state == TASK_DELIVERED) {
		action_seat(out, ACT_FETCH, i, stage);
		return 0;
	}
	t->update = *m;
	t->announced = next_announcement(r);
	t->state = TASK_DELIVERED;
	action_seat(out, ACT_SAVE_TASK, i, stage);
	action_seat(out, ACT_FETCH, i, stage);
	return 0;
}

void round_held(struct round *r, size_t i, int stage, struct actions *out)
{
	struct task *t = &r->seat[i].task[stage];

	if (t->state != TASK_DELIVERED)
		return;
	t->state = TASK_HELD;
	action_seat(out, ACT_SAVE_TASK, i, stage);
	action_add(out, (struct action){.kind = ACT_JOB, .job = JOB_SCREEN, .seat = i, .stage = stage});
}

void round_reject(struct round *r, size_t i, int stage, const char *reason, struct actions *out)
{
	struct task *t = &r->seat[i].task[stage];

	t->state = TASK_REJECTED;
	snprintf(t->reason, sizeof(t->reason), "%s", reason);
	action_seat(out, ACT_SAVE_TASK, i, stage);
	action_seat(out, ACT_RECEIPT, i, stage);
}

void round_unfit(struct round *r, const struct round_rules *rules, size_t i, int stage, const char *reason,
                 int64_t now_ms, struct actions *out)
{
	if (r->seat[i].task[stage].state != TASK_DELIVERED)
		return;
	round_reject(r, i, stage, reason, out);
	round_advance(r, rules, now_ms, out);
}

void round_screened(struct round *r, const struct round_rules *rules, size_t i, int stage, bool accepted,
                    const char *reason, double metric, int64_t now_ms, struct actions *out)
{
	struct task *t = &r->seat[i].task[stage];

	if (t->state != TASK_HELD)
		return;
	t->metric = metric;
	if (accepted) {
		t->state = TASK_ACCEPTED;
		t->paid_micro = t->order.reward_micro;
		if (stage < PERIODS)
			action_seat(out, ACT_PAY, i, stage);
		action_seat(out, ACT_SAVE_TASK, i, stage);
		action_seat(out, ACT_RECEIPT, i, stage);
	} else {
		round_reject(r, i, stage, reason, out);
	}
	round_advance(r, rules, now_ms, out);
}

void round_menu(struct round *r, const struct round_rules *rules, const struct written *w, int64_t now_ms,
                struct actions *out)
{
	if (r->phase != PHASE_POLICY)
		return;
	r->menu = w->menu;
	r->has_menu = true;
	r->expected_profit = w->expected_profit;
	memcpy(r->policy, w->policy, sizeof(r->policy));
	memcpy(r->policy_weights, w->weights, sizeof(r->policy_weights));
	r->policy_updates = w->updates;
	r->policy_fallback = w->fallback;
	round_after_job(r, rules, now_ms, out);
}

static void take_modules(struct round *r, const struct module_state *modules, size_t count,
                         struct actions *out)
{
	for (size_t k = 0; k < count; k++) {
		for (size_t m = 0; m < r->module_count; m++) {
			if (strcmp(r->module[m].kind, modules[k].kind) != 0)
				continue;
			r->module[m] = modules[k];
			action_add(out, (struct action){.kind = ACT_SAVE_MODULE, .module = m});
		}
	}
}

void round_aggregated(struct round *r, const struct round_rules *rules, int stage,
                      const struct module_state *modules, size_t count, int64_t now_ms, struct actions *out)
{
	static const enum phase phases[STAGES] = {PHASE_AGGREGATE1, PHASE_AGGREGATE2, PHASE_AGGREGATE3};

	if (r->phase != phases[stage])
		return;
	take_modules(r, modules, count, out);
	round_after_job(r, rules, now_ms, out);
}

void round_integrated(struct round *r, const struct round_rules *rules, uint64_t version,
                      const struct module_state *modules, size_t count, int64_t now_ms, struct actions *out)
{
	if (r->phase != PHASE_INTEGRATE)
		return;
	take_modules(r, modules, count, out);
	r->agent_version = version;
	round_after_job(r, rules, now_ms, out);
}

int round_deployed(struct round *r, const struct round_rules *rules, const char *edge,
                   const struct msg_deploy_status *m, int64_t now_ms, struct actions *out, struct err *e)
{
	size_t i = 0;
	int rc = seat_of(r, edge, &i, e);

	if (rc)
		return rc;
	if (r->phase != PHASE_DEPLOY || m->version != r->agent_version || r->seat[i].deploy != DEPLOY_SENT)
		return 0; /* about an earlier agent, or said twice: nothing rests on it */
	r->seat[i].deploy = m->installed ? DEPLOY_INSTALLED : DEPLOY_REFUSED;
	snprintf(r->seat[i].deploy_reason, sizeof(r->seat[i].deploy_reason), "%s", m->reason);
	action_seat(out, ACT_SAVE_SEAT, i, 0);
	round_advance(r, rules, now_ms, out);
	return 0;
}
