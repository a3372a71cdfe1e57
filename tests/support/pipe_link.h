/* Two ends of a link in memory, for tests: what one sends waits until it is delivered by hand. */
#ifndef TESTS_PIPE_LINK_H
#define TESTS_PIPE_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include "common/net/link.h"

struct pipe_item;

struct pipe_end {
	struct link link; /* first: the link_* calls find us through it */
	struct pipe_end *other;
	struct pipe_item *head, **tail; /* sent and not delivered */
	size_t room_max;                /* chunk bytes that may wait; link_room() is what is left of it */
	size_t chunk_bytes;             /* chunk bytes that wait */
	size_t chunk_bytes_most;        /* and the most that ever did */
	uint64_t delivered_chunks;
};

/* Set link.on and link.ctx of both before anything is delivered. */
void pipe_init(struct pipe_end *a, struct pipe_end *b, size_t room_max);
void pipe_release(struct pipe_end *a, struct pipe_end *b);
/* Delivers the oldest thing that `from` sent; false when nothing waits. */
bool pipe_deliver(struct pipe_end *from);
/* Delivers both ways until nothing waits. */
void pipe_run(struct pipe_end *a, struct pipe_end *b);

#endif
