/* What an edge is told: what its round owes it, confirmations, receipts, the newest agent. */
#include <string.h>

#include "cloud/core/cloud_internal.h"

void session_deploy(struct session *s, const struct msg *due)
{
	struct cloud *c = s->cloud;
	struct msg m = *due;

	m.kind = MSG_DEPLOY;
	m.deploy.version = c->agent.version;
	m.deploy.round = c->agent.round;
	m.deploy.manifest = c->agent.manifest;
	m.deploy.manifest_len = c->agent.manifest_len;
	link_send(s->link, &m);
}

/* The announced prior is the configured one; the estimate that the menu was written for is the cloud's own.
 */
static void announce(const struct cloud *c, struct msg *m)
{
	if (m->kind == MSG_SIGNAL_REQUEST)
		memcpy(m->signal_request.market.prior, c->config.market.prior, sizeof(c->config.market.prior));
	if (m->kind == MSG_OFFER)
		memcpy(m->offer.market.prior, c->config.market.prior, sizeof(c->config.market.prior));
}

void session_tell_due(struct session *s, size_t seat)
{
	struct msg m;

	if (!round_due(&s->cloud->round, seat, cloud_now(s->cloud), &m))
		return;
	announce(s->cloud, &m);
	if (m.kind == MSG_DEPLOY)
		session_deploy(s, &m);
	else
		link_send(s->link, &m);
}

void session_recorded(struct session *s, const struct seat *seat, int stage)
{
	struct msg m = {.kind = MSG_CHOICE_RECORDED};

	m.choice_recorded.round = s->cloud->round.id;
	m.choice_recorded.period = (uint32_t)stage + 1;
	m.choice_recorded.item = seat->item[stage];
	link_send(s->link, &m);
}

void session_receipt(struct session *s, const struct task *t)
{
	struct msg m = {.kind = MSG_RECEIPT};

	m.receipt.task = t->order.task;
	m.receipt.accepted = t->state == TASK_ACCEPTED;
	memcpy(m.receipt.reason, t->reason, sizeof(m.receipt.reason));
	m.receipt.paid_micro = t->state == TASK_ACCEPTED ? t->paid_micro : 0;
	m.receipt.ledger_entry = t->ledger_entry;
	m.receipt.ledger_hash = t->ledger_hash;
	link_send(s->link, &m);
}
