#include "tests/support/pipe_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

struct pipe_item {
	struct pipe_item *next;
	struct msg msg; /* MSG_NONE for a chunk */
	uint32_t transfer;
	uint64_t offset;
	size_t n;
	uint8_t data[];
};

static void append(struct pipe_end *p, struct pipe_item *item)
{
	*p->tail = item;
	p->tail = &item->next;
}

static void pipe_send(struct link *l, const struct msg *m)
{
	struct pipe_item *item = mem_zalloc(sizeof(*item));

	item->msg = *m;
	append((struct pipe_end *)l, item);
}

static size_t pipe_room(const struct link *l)
{
	const struct pipe_end *p = (const struct pipe_end *)l;

	return p->chunk_bytes < p->room_max ? p->room_max - p->chunk_bytes : 0;
}

static void pipe_send_chunk(struct link *l, uint32_t transfer, uint64_t offset, const uint8_t *data, size_t n)
{
	struct pipe_end *p = (struct pipe_end *)l;
	struct pipe_item *item = mem_zalloc(sizeof(*item) + n);

	if (n > pipe_room(l) || n == 0)
		abort();
	item->transfer = transfer;
	item->offset = offset;
	item->n = n;
	memcpy(item->data, data, n);
	append(p, item);
	p->chunk_bytes += n;
	if (p->chunk_bytes > p->chunk_bytes_most)
		p->chunk_bytes_most = p->chunk_bytes;
}

static void pipe_nothing(struct link *l)
{
	(void)l;
}

static const struct link_ops pipe_ops = {pipe_send, pipe_room, pipe_send_chunk, pipe_nothing, pipe_nothing};

static void init_one(struct pipe_end *p, struct pipe_end *other, const char *peer, size_t room_max)
{
	memset(p, 0, sizeof(*p));
	p->link.ops = &pipe_ops;
	snprintf(p->link.peer, sizeof(p->link.peer), "%s", peer);
	p->other = other;
	p->tail = &p->head;
	p->room_max = room_max;
}

void pipe_init(struct pipe_end *a, struct pipe_end *b, size_t room_max)
{
	init_one(a, b, "b", room_max);
	init_one(b, a, "a", room_max);
}

static struct pipe_item *take(struct pipe_end *p)
{
	struct pipe_item *item = p->head;

	if (!item)
		return NULL;
	p->head = item->next;
	if (!p->head)
		p->tail = &p->head;
	return item;
}

void pipe_release(struct pipe_end *a, struct pipe_end *b)
{
	struct pipe_item *item;

	while ((item = take(a)) || (item = take(b)))
		free(item);
}

bool pipe_deliver(struct pipe_end *from)
{
	struct pipe_item *item = take(from);
	struct link *to = &from->other->link;
	bool full = pipe_room(&from->link) == 0;

	if (!item)
		return false;
	if (item->msg.kind != MSG_NONE) {
		to->on->on_message(to->ctx, to, &item->msg);
	} else {
		from->chunk_bytes -= item->n;
		from->delivered_chunks++;
		to->on->on_chunk(to->ctx, to, item->transfer, item->offset, item->data, item->n);
		if (full)
			from->link.on->on_room(from->link.ctx, &from->link);
	}
	free(item);
	return true;
}

void pipe_run(struct pipe_end *a, struct pipe_end *b)
{
	bool more = true;

	while (more) {
		more = pipe_deliver(a);
		more = pipe_deliver(b) || more;
	}
}
