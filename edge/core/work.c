/* Work: a task that fits the contract is fetched, trained, saved and reported, once. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "edge/core/internal.h"

bool edge_work_uses(const struct edge *e, const struct digest *d)
{
	const struct msg_task *t = &e->work.task;

	if (e->work.step == STEP_NONE)
		return false;
	for (size_t i = 0; i < t->work_count; i++)
		if (digest_equal(&t->work[i].start.digest, d) || digest_equal(&t->work[i].needs.digest, d))
			return true;
	return false;
}

void edge_work_cancel(struct edge *e)
{
	struct work *w = &e->work;
	enum step step = w->step;

	if (step == STEP_NONE)
		return;
	log_line(LOG_INFO, edge_log_about(e, w->task.round, w->task.task), "work of period %u is dropped",
	         w->task.period);
	w->step = STEP_NONE;
	if (step == STEP_RUNNING)
		e->env.cancel(e->env.ctx, w->task.task);
	for (size_t i = 0; step == STEP_FETCHING && i < w->task.work_count; i++) {
		edge_unfetch(e, &w->task.work[i].start);
		edge_unfetch(e, &w->task.work[i].needs);
	}
}

void edge_work_until(struct edge *e, uint64_t round, uint32_t period)
{
	const struct msg_task *t = &e->work.task;

	if (e->work.step != STEP_NONE && (round > t->round || (round == t->round && period > t->period)))
		edge_work_cancel(e);
}

void edge_work_link_lost(struct edge *e)
{
	e->work.seq = 0;
	if (e->work.step == STEP_FETCHING)
		e->work.step = STEP_NONE;
}

/* The work cannot be done: the cloud hears why, and may ask again. */
static void give_up(struct edge *e, const struct err *why)
{
	struct err told = *why;

	err_wrap(&told, "task %" PRIu64, e->work.task.task);
	edge_refuse(e, edge_log_about(e, e->work.task.round, e->work.task.task), e->work.seq, &told);
	edge_work_cancel(e);
}

void edge_work_held(struct edge *e)
{
	struct work *w = &e->work;

	if (w->step != STEP_FETCHING)
		return;
	for (size_t i = 0; i < w->task.work_count; i++)
		if (!edge_holds(e, &w->task.work[i].start) || !edge_holds(e, &w->task.work[i].needs))
			return;
	w->step = STEP_RUNNING;
	e->stats.trainings++;
	e->env.train(e->env.ctx, &w->task);
}

void edge_work_failed(struct edge *e, const struct digest *d, const struct err *why)
{
	if (e->work.step == STEP_FETCHING && edge_work_uses(e, d))
		give_up(e, why);
}

static void send_update(struct edge *e, uint64_t reply_to, const struct msg_update *u)
{
	struct msg m = {.kind = MSG_UPDATE, .reply_to = reply_to};

	m.update = *u;
	edge_send(e, &m);
}

void edge_work_ask(struct edge *e, uint64_t round, uint32_t period)
{
	for (size_t i = 0; i < e->state.done_count; i++) {
		const struct edge_done *d = &e->state.done[i];

		if (!d->receipted && (d->round < round || (d->round == round && d->period < period)))
			send_update(e, 0, &d->update);
	}
}

static void fetch(struct edge *e)
{
	struct work *w = &e->work;
	struct err why = ERR_INIT;

	for (size_t i = 0; i < w->task.work_count; i++)
		if (edge_fetch(e, &w->task.work[i].start, &why) < 0 ||
		    edge_fetch(e, &w->task.work[i].needs, &why) < 0) {
			give_up(e, &why);
			return;
		}
	edge_work_held(e);
}

static int begin(struct edge *e, const struct msg *m, struct err *why)
{
	const struct msg_task *t = &m->task;
	int rc = task_check(&e->state, &e->about, t, why);

	if (rc)
		return rc;
	if (edge_state_done_in(&e->state, t->round, t->period))
		return err_set(why, E_EXISTS, "task %" PRIu64 ": another task of this period is done", t->task);
	edge_work_until(e, t->round, t->period);
	if (e->work.step != STEP_NONE)
		return err_set(why, E_EXISTS, "task %" PRIu64 ": task %" PRIu64 " is under way", t->task,
		               e->work.task.task);
	e->work = (struct work){.step = STEP_FETCHING, .task = *t, .seq = m->seq};
	fetch(e);
	return 0;
}

void edge_on_task(struct edge *e, const struct msg *m)
{
	const struct edge_done *done = edge_state_done(&e->state, m->task.task);
	struct err why = ERR_INIT;

	if (done && done->period != 0) {
		send_update(e, m->seq, &done->update);
		return;
	}
	if (e->work.step != STEP_NONE && e->work.task.task == m->task.task) {
		e->work.seq = m->seq;
		return;
	}
	if (done)
		err_set(&why, E_STATE, "task %" PRIu64 " was closed by its receipt", m->task.task);
	else if (begin(e, m, &why) == 0)
		return;
	e->stats.refused++;
	edge_refuse(e, edge_log_about(e, m->task.round, m->task.task), m->seq, &why);
}

static int finish(struct edge *e, const struct msg_update *u, struct err *why)
{
	const struct msg_task *t = &e->work.task;
	struct edge_state next = e->state;
	struct edge_done *done = edge_state_add_done(&next);

	if (u->task != t->task || u->result_count != t->work_count)
		return err_set(why, E_INTERNAL, "the training's result is not of this task");
	done->round = t->round;
	done->period = t->period;
	done->reward_micro = t->reward_micro;
	done->update = *u;
	return edge_save(e, &next, why);
}

void edge_trained(struct edge *e, uint64_t task, const struct msg_update *update, const struct err *why)
{
	struct work *w = &e->work;
	struct err failure = ERR_INIT;

	if (w->step != STEP_RUNNING || w->task.task != task)
		return;
	if (!update)
		failure = *why;
	else if (finish(e, update, &failure) == 0) {
		w->step = STEP_NONE;
		e->stats.updates++;
		log_line(LOG_INFO, edge_log_about(e, w->task.round, task), "period %u: trained", w->task.period);
		send_update(e, w->seq, update);
		return;
	}
	w->step = STEP_NONE;
	err_wrap(&failure, "task %" PRIu64, task);
	edge_refuse(e, edge_log_about(e, w->task.round, task), w->seq, &failure);
}

/* Pay for an item without work comes with a receipt only. */
static bool is_effortless_pay(const struct edge_state *s, int64_t paid)
{
	double effort, reward;

	for (uint32_t period = 1; period <= 2; period++)
		if (edge_state_item(s, period, &effort, &reward) &&
		    llround(effort * s->market.samples_per_effort) == 0 && llround(reward * 1e6) == paid)
			return true;
	return false;
}

static void check_pay(struct edge *e, const struct edge_done *done, const struct msg_receipt *r)
{
	struct log_about about = edge_log_about(e, done->round, r->task);
	int64_t due = r->accepted ? done->reward_micro : 0;

	if (!r->accepted)
		log_line(LOG_WARN, about, "the update was not accepted: %s", r->reason);
	if (done->period == 0 && r->accepted) {
		if (!is_effortless_pay(&e->state, r->paid_micro))
			log_line(LOG_WARN, about, "paid %.6f credits for work not done here",
			         (double)r->paid_micro / 1e6);
	} else if (r->paid_micro != due) {
		log_line(LOG_WARN, about, "paid %.6f credits, promised were %.6f", (double)r->paid_micro / 1e6,
		         (double)due / 1e6);
	}
}

void edge_on_receipt(struct edge *e, const struct msg *m)
{
	const struct msg_receipt *r = &m->receipt;
	struct edge_state next = e->state;
	struct edge_done *done = edge_state_done(&next, r->task);
	struct err why = ERR_INIT;

	if (r->task == 0 || r->task > EDGE_NUMBER_MAX || (done && done->receipted))
		return;
	if (e->work.step != STEP_NONE && e->work.task.task == r->task)
		edge_work_cancel(e);
	if (!done) {
		done = edge_state_add_done(&next);
		done->round = next.round;
		done->update.task = r->task;
	}
	check_pay(e, done, r);
	done->receipted = true;
	e->env.receipt(e->env.ctx, done->round, r);
	if (edge_save(e, &next, &why)) {
		log_line(LOG_ERROR, edge_log_about(e, done->round, r->task), "%s", why.text);
		return;
	}
	e->stats.paid_micro += r->paid_micro;
	*(r->accepted ? &e->stats.accepted : &e->stats.rejected) += 1;
}
