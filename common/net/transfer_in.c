/* The receiving side: what was asked for waits its turn, runs, is verified and committed. */
#include <stdlib.h>

#include "common/base/mem.h"
#include "common/net/transfer_impl.h"

/* A commit may outlive the transfers: then `t` is NULL and nobody is told. */
struct commit_job {
	struct transfers *t;
	struct incoming *in;
	struct blob_receive *receive;
	struct err why;
	int rc;
};

static void start_waiting(struct transfers *t);

static struct incoming *by_id(struct transfers *t, uint32_t id)
{
	for (struct incoming *in = t->in; in; in = in->next)
		if (in->state == INCOMING_RUNNING && in->id == id)
			return in;
	return NULL;
}

static struct incoming *by_digest(struct transfers *t, const struct digest *d)
{
	for (struct incoming *in = t->in; in; in = in->next)
		if (digest_equal(&in->ref.digest, d))
			return in;
	return NULL;
}

static size_t count_state(const struct transfers *t, enum incoming_state state)
{
	size_t n = 0;

	for (const struct incoming *in = t->in; in; in = in->next)
		n += in->state == state;
	return n;
}

static bool ended_here(const struct transfers *t, uint32_t id)
{
	for (size_t i = 0; i < TRANSFER_ENDED_MAX && i < t->ended_count; i++)
		if (t->ended[i] == id)
			return true;
	return false;
}

static void remember_ended(struct transfers *t, uint32_t id)
{
	t->ended[t->ended_count++ % TRANSFER_ENDED_MAX] = id;
}

/* Forgets it; what it holds of the blob stays for another time. */
static void forget(struct transfers *t, struct incoming *in)
{
	struct incoming **at = &t->in;

	while (*at != in)
		at = &(*at)->next;
	*at = in->next;
	blob_receive_end(in->receive);
	if (in->job)
		in->job->t = NULL;
	free(in);
}

static void report(struct transfers *t, struct incoming *in, const struct err *why)
{
	struct blob_ref ref = in->ref;

	forget(t, in);
	if (why)
		t->on->failed(t->ctx, &ref, why);
	else
		t->on->got(t->ctx, &ref);
	start_waiting(t);
}

/* Ends a running transfer from our side. */
static void give_up(struct transfers *t, struct incoming *in, const char *reason, const struct err *why)
{
	transfers_send_end(t, in->id, false, reason);
	remember_ended(t, in->id);
	report(t, in, why);
}

/* --- committing -------------------------------------------------------------------------------- */

static void commit_work(void *job)
{
	struct commit_job *j = job;

	j->rc = blob_receive_commit(j->receive, &j->why);
}

static void commit_done(void *job)
{
	struct commit_job *j = job;

	blob_receive_end(j->receive);
	if (j->t) {
		j->in->job = NULL;
		report(j->t, j->in, j->rc ? &j->why : NULL);
	}
	free(j);
}

static void commit(struct transfers *t, struct incoming *in)
{
	struct commit_job *j = mem_zalloc(sizeof(*j));

	j->t = t;
	j->in = in;
	j->receive = in->receive;
	in->receive = NULL;
	in->job = j;
	in->state = INCOMING_COMMITTING;
	executor_run(t->executor, commit_work, commit_done, j);
}

/* --- starting ---------------------------------------------------------------------------------- */

/* All of it was received before a crash: 1 when it is good and committed now. */
static int finish_old(struct incoming *in, struct err *e)
{
	int rc = blob_receive_verify(in->receive, e);

	if (rc == 0)
		rc = blob_receive_commit(in->receive, e);
	blob_receive_end(in->receive);
	in->receive = NULL;
	return rc == 0 ? 1 : rc;
}

/* 0 when it runs, 1 when the blob is held already. */
static int start(struct transfers *t, struct incoming *in, struct err *e)
{
	struct msg m = {.kind = MSG_BLOB_GET};
	int rc = blob_receive_begin(&in->receive, t->blobs, &in->ref, e);

	if (rc == 0 && blob_receive_held(in->receive) == in->ref.size) {
		rc = finish_old(in, e);
		if (rc == E_CORRUPT) /* deleted now: from the beginning */
			rc = blob_receive_begin(&in->receive, t->blobs, &in->ref, e);
	}
	if (rc)
		return rc == E_EXISTS ? 1 : rc;
	in->state = INCOMING_RUNNING;
	in->id = ++t->last_id;
	in->acked = blob_receive_held(in->receive);
	in->resumed = in->acked > 0;
	m.blob_get = (struct msg_blob_get){in->id, in->ref, in->acked};
	link_send(t->link, &m);
	return 0;
}

static void start_waiting(struct transfers *t)
{
	struct incoming *in = t->in;
	struct err why = ERR_INIT;
	int rc;

	while (in && in->state != INCOMING_WAITING)
		in = in->next;
	if (!in || count_state(t, INCOMING_RUNNING) >= WIRE_TRANSFERS_MAX)
		return;
	rc = start(t, in, &why);
	if (rc != 0)
		report(t, in, rc < 0 ? &why : NULL); /* goes on with the next one */
}

static int check_wanted(struct transfers *t, const struct blob_ref *ref, uint64_t max, struct err *e)
{
	const struct incoming *in = by_digest(t, &ref->digest);
	uint64_t size;

	if (ref->size > max)
		return err_set(e, E_LIMIT, "blob of %llu bytes (accepted: at most %llu)",
		               (unsigned long long)ref->size, (unsigned long long)max);
	if (blobs_has(t->blobs, &ref->digest, &size) ? size != ref->size : in && in->ref.size != ref->size)
		return err_set(e, E_INVALID, "the blob is known with another size than %llu bytes",
		               (unsigned long long)ref->size);
	if (!in && count_state(t, INCOMING_WAITING) + count_state(t, INCOMING_RUNNING) >= TRANSFER_QUEUE_MAX)
		return err_set(e, E_LIMIT, "more than %d blobs asked for at once", TRANSFER_QUEUE_MAX);
	return 0;
}

int transfers_get(struct transfers *t, const struct blob_ref *ref, uint64_t max, struct err *e)
{
	struct incoming *in, **at = &t->in;
	int rc = check_wanted(t, ref, max, e);

	if (rc)
		return rc;
	if (by_digest(t, &ref->digest))
		return TRANSFER_STARTED;
	if (blobs_has(t->blobs, &ref->digest, NULL))
		return TRANSFER_HELD;
	in = mem_zalloc(sizeof(*in));
	in->ref = *ref;
	while (*at)
		at = &(*at)->next;
	*at = in;
	if (count_state(t, INCOMING_RUNNING) >= WIRE_TRANSFERS_MAX)
		return TRANSFER_STARTED;
	rc = start(t, in, e);
	if (rc == 0)
		return TRANSFER_STARTED;
	forget(t, in);
	return rc < 0 ? rc : TRANSFER_HELD;
}

void transfers_cancel(struct transfers *t, const struct blob_ref *ref)
{
	struct incoming *in = by_digest(t, &ref->digest);

	if (!in)
		return;
	if (in->state == INCOMING_RUNNING) {
		transfers_send_end(t, in->id, false, "no longer wanted");
		remember_ended(t, in->id);
	}
	forget(t, in);
	start_waiting(t);
}

/* --- what comes -------------------------------------------------------------------------------- */

/* The digest is wrong. What an earlier receive left may be to blame: once more, from the beginning. */
static void spoilt(struct transfers *t, struct incoming *in, const struct err *why)
{
	struct err again = ERR_INIT;
	int rc;

	if (!in->resumed) {
		give_up(t, in, why->text, why);
		return;
	}
	transfers_send_end(t, in->id, false, "starting over");
	remember_ended(t, in->id);
	blob_receive_end(in->receive);
	in->receive = NULL;
	rc = start(t, in, &again);
	if (rc != 0)
		report(t, in, rc < 0 ? &again : NULL);
}

static void complete(struct transfers *t, struct incoming *in)
{
	struct blob_ref ref = in->ref;
	uint32_t id = in->id;
	struct err why = ERR_INIT;

	if (blob_receive_verify(in->receive, &why)) {
		spoilt(t, in, &why);
		return;
	}
	if (t->on->progress)
		t->on->progress(t->ctx, &ref, ref.size);
	in = by_id(t, id);
	if (!in)
		return;
	transfers_send_end(t, id, false, "");
	remember_ended(t, id);
	commit(t, in);
	start_waiting(t);
}

static void acknowledge(struct transfers *t, struct incoming *in)
{
	uint64_t held = blob_receive_held(in->receive);
	struct msg m = {.kind = MSG_BLOB_ACK};
	struct blob_ref ref = in->ref;

	if (held - in->acked < TRANSFER_ACK)
		return;
	in->acked = held;
	m.blob_ack = (struct msg_blob_ack){in->id, held};
	link_send(t->link, &m);
	if (t->on->progress)
		t->on->progress(t->ctx, &ref, held);
}

int incoming_chunk(struct transfers *t, uint32_t id, uint64_t offset, const uint8_t *data, size_t n,
                   struct err *e)
{
	struct incoming *in = by_id(t, id);
	struct err why = ERR_INIT;
	uint64_t held;

	if (!in && ended_here(t, id))
		return 0; /* it crossed our BlobEnd */
	if (!in)
		return err_set(e, E_PROTOCOL, "chunk of transfer %u, which was not asked for", id);
	held = blob_receive_held(in->receive);
	if (offset != held)
		return err_set(e, E_PROTOCOL, "transfer %u: chunk at byte %llu, expected at %llu", id,
		               (unsigned long long)offset, (unsigned long long)held);
	if (n > in->ref.size - held)
		return err_set(e, E_PROTOCOL, "transfer %u: more bytes than the blob's %llu", id,
		               (unsigned long long)in->ref.size);
	t->bytes_in += n;
	if (blob_receive_write(in->receive, data, n, &why)) {
		give_up(t, in, "the blob cannot be stored here", &why);
		return 0;
	}
	if (held + n == in->ref.size)
		complete(t, in);
	else
		acknowledge(t, in);
	return 0;
}

int incoming_end(struct transfers *t, const struct msg_blob_end *m, struct err *e)
{
	struct incoming *in = by_id(t, m->transfer);
	struct err why = ERR_INIT;

	if (!in)
		return ended_here(t, m->transfer)
		           ? 0
		           : err_set(e, E_PROTOCOL, "end of transfer %u, which was not asked for", m->transfer);
	if (!m->reason[0])
		return err_set(e, E_PROTOCOL, "transfer %u ends without a reason before it is complete", m->transfer);
	err_set(&why, E_UNAVAILABLE, "%.200s: %.250s", t->link->peer, m->reason);
	remember_ended(t, m->transfer);
	report(t, in, &why);
	return 0;
}

void incoming_free_all(struct transfers *t)
{
	while (t->in)
		forget(t, t->in);
}
