/* The blobs of one session: which ones the edge may fetch, and what becomes of those it sends. */
#include <string.h>

#include "cloud/core/cloud_internal.h"
#include "common/base/log.h"

#define UPDATE_SLACK                                                                                         \
	(256u * 1024u) /* an update may be this much larger than the parameters it began from                    \
	                */

static bool task_names(const struct task *t, const struct digest *d)
{
	for (size_t i = 0; i < t->order.work_count; i++)
		if (digest_equal(&t->order.work[i].start.digest, d) ||
		    digest_equal(&t->order.work[i].needs.digest, d))
			return true;
	return false;
}

/* An edge may fetch what its tasks start from and what the newest agent consists of. */
static bool allowed(void *ctx, const struct digest *d)
{
	struct session *s = ctx;
	struct cloud *c = s->cloud;
	const struct seat *seat = s->open && c->running ? round_seat(&c->round, s->link->peer) : NULL;

	if (!s->open)
		return false;
	for (size_t i = 0; i < c->agent_blob_count; i++)
		if (digest_equal(&c->agent_blob[i].digest, d))
			return true;
	for (int stage = 0; seat && stage < STAGES; stage++)
		if (task_names(&seat->task[stage], d))
			return true;
	return false;
}

static bool update_names(const struct task *t, const struct digest *d)
{
	for (size_t i = 0; i < t->update.result_count; i++)
		if (digest_equal(&t->update.result[i].blob.digest, d))
			return true;
	return false;
}

static void mark_brought(struct seat *seat, const struct digest *d)
{
	for (int stage = 0; stage < STAGES; stage++)
		for (size_t i = 0; i < seat->task[stage].update.result_count; i++)
			if (digest_equal(&seat->task[stage].update.result[i].blob.digest, d))
				seat->task[stage].brought |= 1u << i;
}

static void check_seat(struct cloud *c, size_t i, const struct digest *d, struct actions *a)
{
	for (int stage = 0; stage < STAGES; stage++)
		if (update_names(&c->round.seat[i].task[stage], d))
			cloud_check_held(c, i, stage, a);
}

/* Whoever sent the bytes comes first: what others announced with the same digest is a copy. */
static void got(void *ctx, const struct blob_ref *ref)
{
	struct session *s = ctx;
	struct cloud *c = s->cloud;
	struct actions a = {0};
	struct seat *own;

	if (c->dead || !c->running)
		return;
	own = s->link ? round_seat(&c->round, s->link->peer) : NULL;
	if (own) {
		mark_brought(own, &ref->digest);
		check_seat(c, (size_t)(own - c->round.seat), &ref->digest, &a);
	}
	for (size_t i = 0; i < c->round.seat_count; i++)
		check_seat(c, i, &ref->digest, &a);
	cloud_apply(c, &a);
}

static void failed(void *ctx, const struct blob_ref *ref, const struct err *why)
{
	struct session *s = ctx;
	struct cloud *c = s->cloud;
	struct actions a = {0};
	const struct seat *seat;
	struct log_about about;

	if (c->dead || !s->link)
		return;
	about = session_about(s);
	seat = c->running ? round_seat(&c->round, s->link->peer) : NULL;
	for (int stage = 0; seat && stage < STAGES; stage++) {
		if (!update_names(&seat->task[stage], &ref->digest))
			continue;
		about.task = seat->task[stage].order.task;
		if (why->code == E_CORRUPT)
			round_unfit(&c->round, &c->config.rules, (size_t)(seat - c->round.seat), stage, why->text,
			            cloud_now(c), &a);
	}
	log_line(LOG_WARN, about, "an update's blob did not come: %s", why->text);
	cloud_apply(c, &a);
	if (why->code == E_IO)
		cloud_die(c, why);
}

static const struct transfers_events transfer_events = {.allowed = allowed, .got = got, .failed = failed};

void session_fetch(struct session *s, size_t seat, int stage, struct actions *a)
{
	struct cloud *c = s->cloud;
	const struct task *t = &c->round.seat[seat].task[stage];
	struct err e = ERR_INIT;

	if (t->state != TASK_DELIVERED)
		return;
	for (size_t i = 0; i < t->update.result_count; i++) {
		uint64_t max = t->order.work[i].start.size + UPDATE_SLACK;
		int rc = transfers_get(s->transfers, &t->update.result[i].blob, max, &e);

		if (rc >= 0)
			continue;
		if (rc == E_LIMIT || rc == E_INVALID)
			round_unfit(&c->round, &c->config.rules, seat, stage, e.text, cloud_now(c), a);
		else
			cloud_die(c, &e);
		return;
	}
}

struct transfers *session_transfers(struct session *s)
{
	return transfers_new(s->link, s->cloud->blobs, s->cloud->env.commits, &transfer_events, s);
}
