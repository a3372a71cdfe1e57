/* What an edge is asked to do: its task from its item, and the message that is due to it now. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cloud/core/round_internal.h"
#include "common/base/rng.h"
#include "common/base/str.h"

#define TASK_ROUND_SHIFT 16 /* room for SEATS_MAX seats of four stages */

uint64_t round_of_task(uint64_t task)
{
	return task >> TASK_ROUND_SHIFT;
}

static void item_terms(const struct round *r, const struct seat *s, int stage, double *effort, double *reward)
{
	if (stage == 0) {
		*effort = r->menu.q1[s->item[0]];
		*reward = r->menu.r1[s->item[0]];
	} else {
		*effort = r->menu.q2[s->item[0]][s->item[1]];
		*reward = r->menu.r2[s->item[0]][s->item[1]];
	}
}

static void add_work(struct msg_task *order, const struct round *r, const struct round_rules *rules, size_t m,
                     uint64_t samples)
{
	const struct round_module *module = &rules->module[m];
	struct msg_work *w = &order->work[order->work_count++];

	str_copy(w->kind, sizeof(w->kind), module->kind);
	w->start = r->module[m].blob;
	if (module->needs >= 0)
		w->needs = r->module[module->needs].blob;
	w->samples = samples;
	w->generation = r->module[m].generation;
}

/* The contracted samples, spread over the trained kinds so that they add up exactly. */
static void add_training(struct msg_task *order, const struct round *r, const struct round_rules *rules)
{
	uint64_t left = (uint64_t)llround(order->effort * r->samples_per_effort);
	uint64_t kinds = 0;

	for (size_t m = 0; m < rules->module_count; m++)
		kinds += !rules->module[m].derived;
	for (size_t m = 0; m < rules->module_count && kinds > 0; m++) {
		uint64_t share = left / kinds;

		if (rules->module[m].derived)
			continue;
		if (share > 0)
			add_work(order, r, rules, m, share);
		left -= share;
		kinds--;
	}
}

static void add_derivation(struct msg_task *order, const struct round *r, const struct round_rules *rules)
{
	for (size_t m = 0; m < rules->module_count; m++)
		if (rules->module[m].derived)
			add_work(order, r, rules, m, rules->derive_samples);
}

static bool has_task(const struct seat *s, int stage)
{
	switch (stage) {
	case 0:
		return s->item[0] >= 0;
	case 1:
		return seat_in_stage(s, 1) && s->item[1] >= 0;
	default:
		return seat_in_stage(s, 1);
	}
}

void round_assign(struct round *r, const struct round_rules *rules, size_t i, int stage, struct actions *out)
{
	struct seat *s = &r->seat[i];
	struct task *t = &s->task[stage];
	double reward = 0;
	struct rng rng;

	if (!has_task(s, stage) || t->state != TASK_NONE)
		return;
	memcpy(t->edge, s->edge, sizeof(t->edge));
	t->metric = NAN;
	t->order.task = r->id << TASK_ROUND_SHIFT | (uint64_t)i << 2 | (uint64_t)stage;
	t->order.round = r->id;
	t->order.period = (uint32_t)stage + 1;
	rng_seed(&rng, rules->seed, t->order.task);
	t->order.seed = rng_u64(&rng) >> 1; /* fits a signed column */
	if (stage == 2) {
		add_derivation(&t->order, r, rules);
	} else {
		item_terms(r, s, stage, &t->order.effort, &reward);
		add_training(&t->order, r, rules);
	}
	t->order.reward_micro = credits_micro(reward);
	t->state = TASK_ASSIGNED;
	if (t->order.work_count == 0) {
		t->state = TASK_ACCEPTED;
		t->paid_micro = t->order.reward_micro;
		action_seat(out, ACT_PAY, i, stage);
		action_seat(out, ACT_RECEIPT, i, stage);
	}
	action_seat(out, ACT_SAVE_TASK, i, stage);
}

static void due_offer(const struct round *r, uint32_t period, uint64_t left, struct msg *m)
{
	m->kind = MSG_OFFER;
	m->offer.round = r->id;
	m->offer.period = period;
	m->offer.deadline_ms = left;
	m->offer.market.terms = r->instance.terms;
	memcpy(m->offer.market.prior, r->instance.prior, sizeof(m->offer.market.prior));
	m->offer.market.samples_per_effort = r->samples_per_effort;
	m->offer.menu = r->menu;
	str_copy(m->offer.policy, sizeof(m->offer.policy), r->policy);
}

static void due_signal(const struct round *r, uint32_t period, uint64_t left, struct msg *m)
{
	m->kind = MSG_SIGNAL_REQUEST;
	m->signal_request.round = r->id;
	m->signal_request.period = period;
	m->signal_request.deadline_ms = left;
	m->signal_request.market.terms = r->instance.terms;
	memcpy(m->signal_request.market.prior, r->instance.prior, sizeof(m->signal_request.market.prior));
	m->signal_request.market.samples_per_effort = r->samples_per_effort;
}

static void due_task(const struct task *t, uint64_t left, struct msg *m)
{
	m->kind = MSG_TASK;
	m->task = t->order;
	m->task.deadline_ms = left;
}

bool round_due(const struct round *r, size_t i, int64_t now_ms, struct msg *m)
{
	uint64_t left = r->deadline_ms > now_ms ? (uint64_t)(r->deadline_ms - now_ms) : 0;
	const struct seat *s = &r->seat[i];
	int stage = phase_stage(r->phase);

	memset(m, 0, sizeof(*m));
	if (!phase_waits_for_edges(r->phase) || round_seat_done(r, i))
		return false;
	switch (r->phase) {
	case PHASE_SIGNAL1:
	case PHASE_SIGNAL2:
		due_signal(r, (uint32_t)stage + 1, left, m);
		return true;
	case PHASE_CHOICE1:
	case PHASE_CHOICE2:
		due_offer(r, (uint32_t)stage + 1, left, m);
		return true;
	case PHASE_TRAIN1:
	case PHASE_TRAIN2:
	case PHASE_DERIVE:
		/* once its update is announced, the cloud fetches; there is nothing to tell */
		if (s->task[stage].state != TASK_ASSIGNED)
			return false;
		due_task(&s->task[stage], left, m);
		return true;
	case PHASE_DEPLOY:
		m->kind = MSG_DEPLOY;
		m->deploy.round = r->id;
		m->deploy.version = r->agent_version;
		m->deploy.deadline_ms = left;
		return true;
	default:
		return false;
	}
}
