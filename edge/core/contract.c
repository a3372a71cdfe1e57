/* The contract: telemetry, the choice from the menu, and holding the cloud to what it offered. */
#include "common/contract/choice.h"
#include "edge/core/internal.h"

/* Rounds and periods that this edge can take part in now. */
static int round_check(const struct edge *e, const char *what, uint64_t round, uint32_t period,
                       struct err *why)
{
	if (round == 0 || round > EDGE_NUMBER_MAX)
		return err_set(why, E_INVALID, "%s: round %llu is not from 1 to 2^63 - 1", what,
		               (unsigned long long)round);
	if (period != 1 && period != 2)
		return err_set(why, E_INVALID, "%s: period %u is not 1 or 2", what, period);
	if (round < e->state.round)
		return err_set(why, E_STATE, "%s: round %llu is over, round %llu has begun", what,
		               (unsigned long long)round, (unsigned long long)e->state.round);
	return 0;
}

static int take_signal(struct edge *e, const struct msg_signal_request *q, struct err *why)
{
	int rc = round_check(e, "signal request", q->round, q->period, why);

	if (rc == 0)
		rc = market_sound(&q->market, why);
	if (rc || (e->signal.round == q->round && e->signal.period == q->period))
		return rc;
	e->signal = (struct msg_signal){.round = 0};
	rc = e->env.telemetry(e->env.ctx, q->round, q->period, &q->market, &e->signal.telemetry, why);
	if (rc == 0 && !telemetry_is_sound(&e->signal.telemetry))
		rc = err_set(why, E_INTERNAL, "the telemetry is out of range");
	if (rc)
		return rc;
	e->signal.round = q->round;
	e->signal.period = q->period;
	e->stats.signals++;
	return 0;
}

void edge_on_signal_request(struct edge *e, const struct msg *m)
{
	const struct msg_signal_request *q = &m->signal_request;
	struct msg answer = {.kind = MSG_SIGNAL, .reply_to = m->seq};
	struct err why = ERR_INIT;

	if (take_signal(e, q, &why)) {
		edge_refuse(e, edge_log_about(e, q->round, 0), m->seq, &why);
		return;
	}
	edge_work_until(e, q->round, q->period);
	answer.signal = e->signal;
	edge_send(e, &answer);
	edge_work_ask(e, q->round, q->period);
}

static void send_choice(struct edge *e, uint64_t reply_to, const struct msg_offer *o, int32_t item)
{
	struct msg m = {.kind = MSG_CHOICE, .reply_to = reply_to};

	m.choice = (struct msg_choice){.round = o->round, .period = o->period, .item = item};
	edge_send(e, &m);
}

static int own_type(struct edge *e, uint64_t round, uint32_t period, const struct market *m, int *own,
                    struct err *why)
{
	*own = e->env.own_type(e->env.ctx, round, period, m);
	if (*own < 0 || *own >= m->terms.types)
		return err_set(why, E_INTERNAL, "the edge's own type is not known");
	return 0;
}

static void count_choice(struct edge *e, const struct msg_offer *o, int32_t item)
{
	e->stats.choices++;
	e->stats.declined += item == CHOICE_DECLINE;
	if (item == CHOICE_DECLINE)
		log_line(LOG_INFO, edge_log_about(e, o->round, 0), "period %u: declined", o->period);
	else
		log_line(LOG_INFO, edge_log_about(e, o->round, 0), "period %u: chose item %d", o->period, item + 1);
}

/* A menu for a new round: checks it, chooses, and saves both. */
static int choose_first(struct edge *e, const struct msg_offer *o, struct err *why)
{
	struct edge_state next = e->state;
	int own, rc;

	rc = market_sound(&o->market, why);
	if (rc == 0)
		rc = menu_check(&o->menu, &o->market.terms, why);
	if (rc == 0)
		rc = own_type(e, o->round, 1, &o->market, &own, why);
	if (rc)
		return rc;
	next.round = o->round;
	next.market = o->market;
	next.menu = o->menu;
	next.chosen[0] = true;
	next.item[0] = choose_period1(&o->menu, &o->market.terms, own);
	next.chosen[1] = false;
	next.item[1] = CHOICE_DECLINE;
	rc = edge_save(e, &next, why);
	if (rc == 0)
		count_choice(e, o, next.item[0]);
	return rc;
}

static int on_offer1(struct edge *e, const struct msg_offer *o, int32_t *item, struct err *why)
{
	bool fresh = o->round != e->state.round;
	int rc = 0;

	if (fresh)
		rc = choose_first(e, o, why);
	else if (!menu_equal(&o->menu, &e->state.menu))
		rc = err_set(why, E_INVALID, "offer: the menu is not the one offered first in this round");
	*item = e->state.item[0];
	if (rc == 0 && fresh)
		edge_sweep(e);
	return rc;
}

/* What to take in period 2; the terms are those of the offer that bound the cloud. */
static int choose_second(struct edge *e, const struct msg_offer *o, int32_t *item, struct err *why)
{
	const struct edge_state *s = &e->state;
	int own;

	*item = CHOICE_DECLINE;
	if (s->item[0] == CHOICE_DECLINE)
		return 0;
	if (!menu_equal(&o->menu, &s->menu)) {
		log_line(LOG_WARN, edge_log_about(e, o->round, 0),
		         "period 2: the menu is not the one offered in period 1; declining");
		return 0;
	}
	if (own_type(e, o->round, 2, &s->market, &own, why))
		return why->code;
	*item = choose_period2(&s->menu, &s->market.terms, s->item[0], own);
	return 0;
}

static int on_offer2(struct edge *e, const struct msg_offer *o, int32_t *item, struct err *why)
{
	struct edge_state next = e->state;
	int rc;

	*item = CHOICE_DECLINE;
	if (o->round != e->state.round) {
		log_line(LOG_WARN, edge_log_about(e, o->round, 0), "period 2 of a round not joined; declining");
		return 0;
	}
	if (e->state.chosen[1]) {
		*item = e->state.item[1];
		if (*item != CHOICE_DECLINE && !menu_equal(&o->menu, &e->state.menu))
			return err_set(why, E_INVALID, "offer: the menu is not the one offered first in this round");
		return 0;
	}
	rc = choose_second(e, o, item, why);
	if (rc)
		return rc;
	next.chosen[1] = true;
	next.item[1] = *item;
	rc = edge_save(e, &next, why);
	if (rc == 0)
		count_choice(e, o, *item);
	return rc;
}

void edge_on_offer(struct edge *e, const struct msg *m)
{
	const struct msg_offer *o = &m->offer;
	struct err why = ERR_INIT;
	int32_t item;
	int rc = round_check(e, "offer", o->round, o->period, &why);

	if (rc == 0) {
		edge_work_until(e, o->round, o->period);
		rc = o->period == 1 ? on_offer1(e, o, &item, &why) : on_offer2(e, o, &item, &why);
	}
	if (rc) {
		e->stats.refused++;
		edge_refuse(e, edge_log_about(e, o->round, 0), m->seq, &why);
		return;
	}
	send_choice(e, m->seq, o, item);
}

void edge_on_choice_recorded(struct edge *e, const struct msg *m)
{
	const struct msg_choice *c = &m->choice_recorded;
	bool known =
	    c->round == e->state.round && (c->period == 1 || c->period == 2) && e->state.chosen[c->period - 1];

	if (known && c->item != e->state.item[c->period - 1])
		log_line(LOG_WARN, edge_log_about(e, c->round, 0),
		         "period %u: the cloud recorded item %d, chosen was item %d", c->period, c->item + 1,
		         e->state.item[c->period - 1] + 1);
}
