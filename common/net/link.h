/* A link: one authenticated, ordered connection to a peer that carries messages and blob chunks.
 *
 * The cores know only this interface. link_tls (mutual TLS over libuv) and the simulated network
 * implement it, so the code that was simulated is the code that runs.
 *
 * Rules. Callbacks come from the loop, never from inside a link_* call. After link_close() or
 * on_closed no further callback comes, and the link is freed by its owner (the implementation)
 * afterwards: drop the pointer in on_closed. Messages overtake chunks that are still queued. */
#ifndef NET_LINK_H
#define NET_LINK_H

#include "common/base/err.h"
#include "common/wire/msg.h"

struct link;

struct link_events {
	/* `m` is borrowed for the call. */
	void (*on_message)(void *ctx, struct link *l, const struct msg *m);
	/* `data` is borrowed for the call; n <= WIRE_CHUNK_MAX. The peer's chunks may come in pieces. */
	void (*on_chunk)(void *ctx, struct link *l, uint32_t transfer, uint64_t offset, const uint8_t *data,
	                 size_t n);
	/* link_room() grew from nothing: more chunks may be sent. */
	void (*on_room)(void *ctx, struct link *l);
	/* The end, once: the peer left, broke the protocol, or link_close() was called. */
	void (*on_closed)(void *ctx, struct link *l, const struct err *why);
};

struct link_ops {
	void (*send)(struct link *l, const struct msg *m);
	size_t (*room)(const struct link *l);
	void (*send_chunk)(struct link *l, uint32_t transfer, uint64_t offset, const uint8_t *data, size_t n);
	void (*welcomed)(struct link *l);
	void (*close)(struct link *l);
};

/* Embedded as the first member of each implementation's own struct. */
struct link {
	const struct link_ops *ops;
	const struct link_events *on;
	void *ctx;                    /* given to every callback */
	char peer[WIRE_NAME_MAX + 1]; /* the certificate's subject (common name) */
};

/* Queues a message. A peer that lets more than WIRE_CONTROL_QUEUE_MAX wait is disconnected. */
static inline void link_send(struct link *l, const struct msg *m)
{
	l->ops->send(l, m);
}
/* Bytes of chunk data that may be queued now; 0 = wait for on_room. */
static inline size_t link_room(const struct link *l)
{
	return l->ops->room(l);
}
/* n <= WIRE_CHUNK_MAX and n <= link_room(). The data is copied (or encrypted) before it returns. */
static inline void link_send_chunk(struct link *l, uint32_t transfer, uint64_t offset, const uint8_t *data,
                                   size_t n)
{
	l->ops->send_chunk(l, transfer, offset, data, n);
}
/* The peer is known now: lifts the limit on envelopes from WIRE_FRAME_UNAUTH_MAX to WIRE_FRAME_MAX. */
static inline void link_welcomed(struct link *l)
{
	l->ops->welcomed(l);
}
/* Sends what is queued, then closes; on_closed follows with E_UNAVAILABLE "closed by us". */
static inline void link_close(struct link *l)
{
	l->ops->close(l);
}

#endif
