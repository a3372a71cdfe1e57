#include "cloud/core/cloud_internal.h"
#include "cloud/core/learn.h"
#include "common/contract/model.h"

#define RECALL_ROUNDS 64    /* before the last one, looked at when the process starts */
#define RECALL_SEATS  20000 /* in all of them */

/* What a period's item earned the cloud; nothing for work that was not accepted, which is not paid. */
static double period_profit(const struct round *r, const struct task *t)
{
	if (t->state != TASK_ACCEPTED)
		return 0;
	return effort_value(&r->instance, t->order.effort) - (double)t->paid_micro * 1e-6;
}

bool experience_of(const struct round *r, struct experience *out)
{
	double sum = 0;
	size_t asked = 0;

	for (size_t i = 0; i < r->seat_count; i++) {
		const struct seat *s = &r->seat[i];

		asked += s->signalled[0];
		sum += period_profit(r, &s->task[0]) + r->instance.terms.delta * period_profit(r, &s->task[1]);
	}
	if (r->phase != PHASE_DONE || !r->has_menu || asked == 0)
		return false;
	*out = (struct experience){
	    .round = r->id, .seen = r->instance, .menu = r->menu, .profit = sum / (double)asked};
	return true;
}

/* The problem as it would be put now. */
static void instance_now(struct cloud *c, struct instance *out)
{
	struct round *r = &c->round;

	*out = c->config.market;
	estimator_transition(&c->estimator, out->terms.transition);
	cloud_mean_belief(c, r, out->prior);
	value_fit(&c->value, &out->alpha, &out->beta);
	instance_tidy(out);
}

void cloud_learn_round(struct cloud *c)
{
	struct experience x;
	bool any = c->env.learn && experience_of(&c->round, &x);

	if (!c->env.learn)
		return;
	if (any)
		instance_now(c, &x.next);
	c->env.learn->ended(c->env.learn_ctx, any ? &x : NULL);
}

bool cloud_learning(const struct cloud *c, struct learn_told *out)
{
	if (!c->env.learn || !c->env.learn->told)
		return false;
	c->env.learn->told(c->env.learn_ctx, out);
	return true;
}

/* Each round's problem is what the one before it led to. */
int cloud_recall(struct cloud *c, struct err *e)
{
	uint64_t end = c->running ? c->last_round : c->last_round + 1;
	struct experience before = {0};
	size_t seats = 0;
	int rc = 0;

	if (!c->env.learn)
		return 0;
	for (uint64_t id = end > RECALL_ROUNDS ? end - RECALL_ROUNDS : 1; id < end && seats < RECALL_SEATS;
	     id++) {
		struct experience x;
		struct round r;
		bool any;

		rc = store_load_round(c->store, id, &r, e);
		if (rc)
			return rc;
		any = experience_of(&r, &x);
		if (before.round && r.instance.terms.types == before.seen.terms.types) {
			before.next = r.instance;
			c->env.learn->recall(c->env.learn_ctx, &before);
		}
		before = any ? x : (struct experience){0};
		seats += r.seat_count;
		round_release(&r);
	}
	if (before.round && before.seen.terms.types == c->config.market.terms.types) {
		if (c->running && c->round.has_menu && c->round.instance.terms.types == before.seen.terms.types)
			before.next = c->round.instance;
		else
			instance_now(c, &before.next);
		c->env.learn->recall(c->env.learn_ctx, &before);
	}
	return rc;
}
