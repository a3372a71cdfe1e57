#include "cloud/core/round.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/core/round_internal.h"
#include "common/base/mem.h"
#include "common/base/str.h"

void actions_release(struct actions *a)
{
	free(a->list);
	*a = (struct actions){0};
}

void action_add(struct actions *out, struct action a)
{
	if (out->count == out->cap) {
		out->cap = out->cap ? 2 * out->cap : 16;
		out->list = mem_realloc(out->list, out->cap, sizeof(*out->list));
	}
	out->list[out->count++] = a;
}

void action_seat(struct actions *out, enum action_kind kind, size_t seat, int stage)
{
	action_add(out, (struct action){.kind = kind, .seat = seat, .stage = stage});
}

static void action_job(struct actions *out, enum job_kind job)
{
	action_add(out, (struct action){.kind = ACT_JOB, .job = job});
}

int64_t credits_micro(double credits)
{
	return (int64_t)llround(credits * 1e6);
}

int phase_stage(enum phase p)
{
	switch (p) {
	case PHASE_SIGNAL1:
	case PHASE_POLICY:
	case PHASE_CHOICE1:
	case PHASE_TRAIN1:
	case PHASE_AGGREGATE1:
		return 0;
	case PHASE_SIGNAL2:
	case PHASE_CHOICE2:
	case PHASE_TRAIN2:
	case PHASE_AGGREGATE2:
		return 1;
	case PHASE_DERIVE:
	case PHASE_AGGREGATE3:
		return 2;
	default:
		return -1;
	}
}

static int64_t phase_ms(enum phase p, const struct round_rules *rules)
{
	switch (p) {
	case PHASE_SIGNAL1:
	case PHASE_SIGNAL2:
		return rules->signal_ms;
	case PHASE_CHOICE1:
	case PHASE_CHOICE2:
		return rules->choice_ms;
	case PHASE_TRAIN1:
	case PHASE_TRAIN2:
	case PHASE_DERIVE:
		return rules->train_ms;
	case PHASE_DEPLOY:
		return rules->deploy_ms;
	default:
		return 0;
	}
}

bool phase_waits_for_edges(enum phase p)
{
	switch (p) {
	case PHASE_SIGNAL1:
	case PHASE_CHOICE1:
	case PHASE_TRAIN1:
	case PHASE_SIGNAL2:
	case PHASE_CHOICE2:
	case PHASE_TRAIN2:
	case PHASE_DERIVE:
	case PHASE_DEPLOY:
		return true;
	default:
		return false;
	}
}

static bool task_open(const struct task *t)
{
	return t->state == TASK_ASSIGNED || t->state == TASK_DELIVERED || t->state == TASK_HELD;
}

bool seat_in_stage(const struct seat *s, int stage)
{
	if (stage == 0)
		return s->signalled[0];
	/* A breach ends the contract: the second period is for those whose first was accepted. */
	return s->item[0] >= 0 && s->task[0].state == TASK_ACCEPTED;
}

bool round_seat_done(const struct round *r, size_t i)
{
	const struct seat *s = &r->seat[i];

	switch (r->phase) {
	case PHASE_SIGNAL1:
		return s->signalled[0];
	case PHASE_SIGNAL2:
		return s->signalled[1] || !seat_in_stage(s, 1);
	case PHASE_CHOICE1:
		return s->item[0] != ITEM_NONE || !seat_in_stage(s, 0);
	case PHASE_CHOICE2:
		return s->item[1] != ITEM_NONE || !seat_in_stage(s, 1);
	case PHASE_TRAIN1:
	case PHASE_TRAIN2:
	case PHASE_DERIVE:
		return !task_open(&s->task[phase_stage(r->phase)]);
	case PHASE_DEPLOY:
		return s->deploy != DEPLOY_SENT;
	default:
		return true;
	}
}

static bool all_done(const struct round *r)
{
	for (size_t i = 0; i < r->seat_count; i++)
		if (!round_seat_done(r, i))
			return false;
	return true;
}

static void finish(struct round *r, enum phase end, int64_t now_ms, struct actions *out)
{
	r->phase = end;
	r->ended_ms = now_ms;
	r->deadline_ms = 0;
	action_add(out, (struct action){.kind = ACT_SAVE_ROUND});
	action_add(out, (struct action){.kind = ACT_FINISHED});
}

void round_fail(struct round *r, const char *why, int64_t now_ms, struct actions *out)
{
	if (r->phase == PHASE_DONE || r->phase == PHASE_FAILED)
		return;
	snprintf(r->failure, sizeof(r->failure), "%s: %s", phase_name(r->phase), why);
	for (size_t i = 0; i < r->seat_count; i++)
		for (int stage = 0; stage < STAGES; stage++)
			if (task_open(&r->seat[i].task[stage]))
				round_reject(r, i, stage, "the round failed before this work was judged", out);
	finish(r, PHASE_FAILED, now_ms, out);
}

static void begin_jobs(const struct round *r, struct actions *out)
{
	switch (r->phase) {
	case PHASE_POLICY:
		action_job(out, JOB_POLICY);
		break;
	case PHASE_AGGREGATE1:
	case PHASE_AGGREGATE2:
	case PHASE_AGGREGATE3:
		action_add(out,
		           (struct action){.kind = ACT_JOB, .job = JOB_AGGREGATE, .stage = phase_stage(r->phase)});
		break;
	case PHASE_INTEGRATE:
		action_job(out, JOB_INTEGRATE);
		break;
	default:
		break;
	}
}

static void begin_seats(struct round *r, const struct round_rules *rules, struct actions *out)
{
	int stage = phase_stage(r->phase);

	for (size_t i = 0; i < r->seat_count; i++) {
		round_remind(r, i, out);
		if (r->phase == PHASE_TRAIN1 || r->phase == PHASE_TRAIN2 || r->phase == PHASE_DERIVE)
			round_assign(r, rules, i, stage, out);
		if (r->phase == PHASE_DEPLOY) {
			r->seat[i].deploy = DEPLOY_SENT;
			action_seat(out, ACT_SAVE_SEAT, i, 0);
		}
		if (!round_seat_done(r, i))
			action_seat(out, ACT_TELL, i, stage);
	}
}

static bool anything_accepted(const struct round *r, int stage)
{
	for (size_t i = 0; i < r->seat_count; i++)
		if (r->seat[i].task[stage].state == TASK_ACCEPTED && r->seat[i].task[stage].order.work_count > 0)
			return true;
	return false;
}

static bool anyone_in_stage(const struct round *r, int stage)
{
	for (size_t i = 0; i < r->seat_count; i++)
		if (seat_in_stage(&r->seat[i], stage))
			return true;
	return false;
}

static bool has_derived(const struct round_rules *rules)
{
	for (size_t i = 0; i < rules->module_count; i++)
		if (rules->module[i].derived)
			return true;
	return false;
}

/* Where the round goes when the phase is over; phases without anything to do are passed over. */
static enum phase next_phase(const struct round *r, const struct round_rules *rules)
{
	switch (r->phase) {
	case PHASE_TRAIN1:
		return anything_accepted(r, 0) ? PHASE_AGGREGATE1 : PHASE_SIGNAL2;
	case PHASE_AGGREGATE1:
		return PHASE_SIGNAL2;
	case PHASE_TRAIN2:
		if (anything_accepted(r, 1))
			return PHASE_AGGREGATE2;
		return has_derived(rules) ? PHASE_DERIVE : PHASE_INTEGRATE;
	case PHASE_AGGREGATE2:
		return has_derived(rules) ? PHASE_DERIVE : PHASE_INTEGRATE;
	case PHASE_DERIVE:
		return anything_accepted(r, 2) ? PHASE_AGGREGATE3 : PHASE_INTEGRATE;
	default:
		return (enum phase)(r->phase + 1);
	}
}

/* Why the round cannot go on after this phase, or NULL. */
static const char *dead_end(const struct round *r)
{
	if (r->phase == PHASE_SIGNAL1 && !anyone_in_stage(r, 0))
		return "no edge reported a signal in time";
	if (r->phase == PHASE_CHOICE1) {
		for (size_t i = 0; i < r->seat_count; i++)
			if (r->seat[i].item[0] >= 0)
				return NULL;
		return "no edge took an item of the menu";
	}
	if (r->phase == PHASE_TRAIN1 && !anyone_in_stage(r, 1))
		return "no update of period 1 was accepted";
	return NULL;
}

void round_advance(struct round *r, const struct round_rules *rules, int64_t now_ms, struct actions *out)
{
	while (phase_waits_for_edges(r->phase) && all_done(r)) {
		const char *why = dead_end(r);

		if (why) {
			round_fail(r, why, now_ms, out);
			return;
		}
		round_enter(r, rules, next_phase(r, rules), now_ms, out);
	}
}

void round_enter(struct round *r, const struct round_rules *rules, enum phase p, int64_t now_ms,
                 struct actions *out)
{
	int64_t limit = phase_ms(p, rules);

	if (p == PHASE_DONE) {
		finish(r, PHASE_DONE, now_ms, out);
		return;
	}
	r->phase = p;
	r->deadline_ms = limit ? now_ms + limit : 0;
	action_add(out, (struct action){.kind = ACT_SAVE_ROUND});
	begin_seats(r, rules, out);
	begin_jobs(r, out);
}

/* After a job: the phase that follows it, and on through phases with nobody to wait for. */
void round_after_job(struct round *r, const struct round_rules *rules, int64_t now_ms, struct actions *out)
{
	round_enter(r, rules, next_phase(r, rules), now_ms, out);
	round_advance(r, rules, now_ms, out);
}

void round_start(struct round *r, uint64_t id, const char *const *edges, size_t count,
                 const struct round_rules *rules, int64_t now_ms, struct actions *out)
{
	r->id = id;
	r->started_ms = now_ms;
	for (size_t i = 0; i < count && i < SEATS_MAX; i++) {
		round_add_seat(r, edges[i]);
		action_seat(out, ACT_SAVE_SEAT, i, 0);
	}
	round_enter(r, rules, PHASE_SIGNAL1, now_ms, out);
}

static void resume_task(const struct round *r, size_t i, int stage, struct actions *out)
{
	enum task_state state = r->seat[i].task[stage].state;

	if (state == TASK_DELIVERED)
		action_seat(out, ACT_FETCH, i, stage);
	if (state == TASK_HELD)
		action_add(out, (struct action){.kind = ACT_JOB, .job = JOB_SCREEN, .seat = i, .stage = stage});
}

void round_resume(struct round *r, const struct round_rules *rules, int64_t now_ms, struct actions *out)
{
	int64_t limit = phase_ms(r->phase, rules);

	if (limit) {
		r->deadline_ms = now_ms + limit; /* the time the cloud was away is not the edges' fault */
		action_add(out, (struct action){.kind = ACT_SAVE_ROUND});
	}
	for (size_t i = 0; i < r->seat_count; i++)
		for (int stage = 0; stage < STAGES; stage++)
			resume_task(r, i, stage, out);
	begin_jobs(r, out);
}

static void expire_seat(struct round *r, size_t i, struct actions *out)
{
	struct seat *s = &r->seat[i];
	int stage = phase_stage(r->phase);

	if (r->phase == PHASE_CHOICE1 || r->phase == PHASE_CHOICE2) {
		s->item[stage] = ITEM_DECLINED;
		action_seat(out, ACT_SAVE_SEAT, i, stage);
	} else if (r->phase == PHASE_DEPLOY) {
		s->deploy = DEPLOY_LATE;
		str_copy(s->deploy_reason, sizeof(s->deploy_reason), "no answer before the deadline");
		action_seat(out, ACT_SAVE_SEAT, i, 0);
	} else if (s->task[stage].state == TASK_ASSIGNED || s->task[stage].state == TASK_DELIVERED) {
		s->task[stage].state = TASK_LATE;
		str_copy(s->task[stage].reason, sizeof(s->task[stage].reason),
		         "late: no complete update before the deadline");
		action_seat(out, ACT_SAVE_TASK, i, stage);
		action_seat(out, ACT_RECEIPT, i, stage);
	}
}

/* Seats without a signal in period 1 stay in the round's record but have no part in what follows; in period 2
 * only the cloud's knowledge of them is older. */
void round_tick(struct round *r, const struct round_rules *rules, int64_t now_ms, struct actions *out)
{
	bool signals = r->phase == PHASE_SIGNAL1 || r->phase == PHASE_SIGNAL2;

	if (r->deadline_ms == 0 || now_ms < r->deadline_ms)
		return;
	for (size_t i = 0; i < r->seat_count; i++)
		if (!signals && !round_seat_done(r, i))
			expire_seat(r, i, out);
	if (signals) {
		const char *why = dead_end(r);

		if (why)
			round_fail(r, why, now_ms, out);
		else
			round_enter(r, rules, next_phase(r, rules), now_ms, out);
	}
	round_advance(r, rules, now_ms, out);
}
