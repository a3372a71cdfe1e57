#include "common/net/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/net/transfer_impl.h"

struct transfers *transfers_new(struct link *l, struct blobs *blobs, struct executor *x,
                                const struct transfers_events *on, void *ctx)
{
	struct transfers *t = mem_zalloc(sizeof(*t));

	t->link = l;
	t->blobs = blobs;
	t->executor = x;
	t->on = on;
	t->ctx = ctx;
	return t;
}

void transfers_free(struct transfers *t)
{
	if (!t)
		return;
	incoming_free_all(t);
	outgoing_free_all(t);
	free(t);
}

void transfers_send_end(struct transfers *t, uint32_t id, bool by_sender, const char *reason)
{
	struct msg m = {.kind = MSG_BLOB_END};

	m.blob_end.transfer = id;
	m.blob_end.by_sender = by_sender;
	if (!str_copy(m.blob_end.reason, sizeof(m.blob_end.reason), reason))
		str_copy(m.blob_end.reason, sizeof(m.blob_end.reason), "failed");
	link_send(t->link, &m);
}

bool transfers_takes(enum msg_kind kind)
{
	return kind == MSG_BLOB_GET || kind == MSG_BLOB_ACK || kind == MSG_BLOB_END;
}

int transfers_on_message(struct transfers *t, const struct msg *m, struct err *e)
{
	switch (m->kind) {
	case MSG_BLOB_GET:
		return outgoing_get(t, &m->blob_get, e);
	case MSG_BLOB_ACK:
		return outgoing_ack(t, &m->blob_ack, e);
	case MSG_BLOB_END:
		if (m->blob_end.by_sender)
			return incoming_end(t, &m->blob_end, e);
		outgoing_end(t, m->blob_end.transfer);
		return 0;
	default:
		return err_set(e, E_INTERNAL, "message %s is not about transfers", msg_name(m->kind));
	}
}

int transfers_on_chunk(struct transfers *t, uint32_t transfer, uint64_t offset, const uint8_t *data, size_t n,
                       struct err *e)
{
	return incoming_chunk(t, transfer, offset, data, n, e);
}

void transfers_on_room(struct transfers *t)
{
	outgoing_pump(t);
}

struct transfers_stats transfers_stats(const struct transfers *t)
{
	struct transfers_stats s = {.bytes_in = t->bytes_in, .bytes_out = t->bytes_out};

	for (const struct incoming *in = t->in; in; in = in->next)
		s.incoming++;
	for (const struct outgoing *out = t->out; out; out = out->next)
		s.outgoing++;
	return s;
}
