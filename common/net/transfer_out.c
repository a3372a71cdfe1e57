/* The sending side: what the peer may fetch, in turn, within its window and the link's room. */
#include <stdlib.h>

#include "common/base/mem.h"
#include "common/net/transfer_impl.h"

static struct outgoing **find(struct transfers *t, uint32_t id)
{
	struct outgoing **at = &t->out;

	while (*at && (*at)->id != id)
		at = &(*at)->next;
	return at;
}

static void drop(struct outgoing **at)
{
	struct outgoing *out = *at;

	*at = out->next;
	blob_reader_close(out->reader);
	free(out);
}

/* Why the peer cannot have it; NULL when it can. What the store said stays here. */
static const char *refusal(struct transfers *t, const struct msg_blob_get *m, struct blob_reader **reader)
{
	if (!t->on->allowed || !t->on->allowed(t->ctx, &m->blob.digest))
		return "this blob is not for you";
	if (blob_reader_open(reader, t->blobs, &m->blob.digest, NULL))
		return "this blob is not here";
	if (blob_reader_size(*reader) == m->blob.size)
		return NULL;
	blob_reader_close(*reader);
	return "this blob has another size";
}

int outgoing_get(struct transfers *t, const struct msg_blob_get *m, struct err *e)
{
	struct outgoing *out, **at;
	struct blob_reader *reader;
	const char *why;
	size_t count = 0;

	for (at = &t->out; *at; at = &(*at)->next, count++)
		if ((*at)->id == m->transfer)
			return err_set(e, E_PROTOCOL, "transfer %u is under way already", m->transfer);
	if (count >= WIRE_TRANSFERS_MAX)
		return err_set(e, E_LIMIT, "more than %d transfers at once", WIRE_TRANSFERS_MAX);
	why = refusal(t, m, &reader);
	if (why) {
		transfers_send_end(t, m->transfer, true, why);
		return 0;
	}
	out = mem_alloc(sizeof(*out));
	*out = (struct outgoing){NULL, m->transfer, reader, m->blob.size, m->offset, m->offset};
	*at = out;
	outgoing_pump(t);
	return 0;
}

int outgoing_ack(struct transfers *t, const struct msg_blob_ack *m, struct err *e)
{
	struct outgoing *out = *find(t, m->transfer);

	if (!out)
		return 0; /* it crossed our BlobEnd */
	if (m->offset < out->acked || m->offset > out->sent)
		return err_set(e, E_PROTOCOL, "transfer %u: acknowledges byte %llu, outside %llu to %llu",
		               m->transfer, (unsigned long long)m->offset, (unsigned long long)out->acked,
		               (unsigned long long)out->sent);
	out->acked = m->offset;
	outgoing_pump(t);
	return 0;
}

void outgoing_end(struct transfers *t, uint32_t id)
{
	struct outgoing **at = find(t, id);

	if (*at)
		drop(at);
}

/* What may be sent of it now. */
static size_t sendable(const struct outgoing *out, size_t room)
{
	uint64_t left = out->size - out->sent;
	uint64_t window = WIRE_BLOB_WINDOW - (out->sent - out->acked);
	uint64_t n = left < window ? left : window;

	if (n > TRANSFER_CHUNK)
		n = TRANSFER_CHUNK;
	return n < room ? (size_t)n : room;
}

static void to_the_back(struct outgoing **at)
{
	struct outgoing *out = *at;

	*at = out->next;
	out->next = NULL;
	while (*at)
		at = &(*at)->next;
	*at = out;
}

/* One chunk of the first transfer that has something to send; false when none has. */
static bool send_one(struct transfers *t, size_t room)
{
	struct outgoing **at = &t->out;
	struct outgoing *out;
	uint8_t chunk[TRANSFER_CHUNK]; /* small enough for the stack: no link keeps one */
	struct err why = ERR_INIT;
	size_t n = 0;

	while (*at && (n = sendable(*at, room)) == 0)
		at = &(*at)->next;
	out = *at;
	if (!out)
		return false;
	if (blob_reader_at(out->reader, out->sent, chunk, n, &why)) {
		transfers_send_end(t, out->id, true, "this blob cannot be read here");
		drop(at);
		return true;
	}
	link_send_chunk(t->link, out->id, out->sent, chunk, n);
	out->sent += n;
	t->bytes_out += n;
	to_the_back(at);
	return true;
}

void outgoing_pump(struct transfers *t)
{
	size_t room;

	while (t->out && (room = link_room(t->link)) > 0)
		if (!send_one(t, room))
			return;
}

void outgoing_free_all(struct transfers *t)
{
	while (t->out)
		drop(&t->out);
}
