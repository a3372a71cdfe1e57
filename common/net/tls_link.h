/* Links over mutual TLS 1.3 on a libuv loop: a server that accepts them and a dialer that keeps one.
 *
 * Everything runs on the loop's thread. A link lives until its on_closed has returned; the server or dialer
 * that made it frees it. Callbacks never come from inside a link_* or net_* call.
 *
 * What waits for the peer is bounded: chunks are encrypted only when the socket takes them (link_room), at
 * most LINK_BATCH bytes of ciphertext wait in the process, and control messages go before the next chunk. A
 * peer that lets WIRE_CONTROL_QUEUE_MAX of them wait is cut off. The dead-peer timer is the core's
 * (heartbeats). */
#ifndef NET_TLS_LINK_H
#define NET_TLS_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "common/base/executor.h"
#include "common/net/link.h"
#include "common/net/tls_ctx.h"

/* --- the server -------------------------------------------------------------------------------- */

struct net_server;

struct net_server_options {
	const char *host;      /* numeric address or name to bind; "0.0.0.0", "::" */
	uint16_t port;         /* 0 = any free one, see net_server_port() */
	uint32_t links_max;    /* connections at once, handshakes included; 0 = 1024 */
	uint32_t handshake_ms; /* a connection that is not welcomed by then is closed; 0 = WIRE_HANDSHAKE_MS */
};

struct net_server_events {
	/* A peer with a good certificate. Set l->on and l->ctx here; l->peer is its name. */
	void (*accepted)(void *ctx, struct link *l);
	/* A connection that got no link: handshake failed or the limit is reached. `address` is the peer's, as
	 * "127.0.0.1:4711". May be NULL. */
	void (*refused)(void *ctx, const char *address, const struct err *why);
};

/* Listens; the server holds its own reference to `tls`. */
int net_server_start(struct net_server **out, uv_loop_t *loop, struct tls_ctx *tls,
                     const struct net_server_options *o, const struct net_server_events *on, void *ctx,
                     struct err *e) MUST_CHECK;
uint16_t net_server_port(const struct net_server *s);
/* For new connections from now on; those that are there stay. */
void net_server_tls(struct net_server *s, struct tls_ctx *tls);
/* Stops listening, closes all links (on_closed comes for each), frees itself, then calls stopped(ctx) (may be
 * NULL). */
void net_server_stop(struct net_server *s, void (*stopped)(void *ctx), void *ctx);

/* --- the dialer -------------------------------------------------------------------------------- */

struct net_dialer;

struct net_dialer_options {
	const char *host; /* name or address of the cloud; copied */
	uint16_t port;
	uint32_t backoff_min_ms; /* first pause; 0 = 250 */
	uint32_t backoff_max_ms; /* longest pause; 0 = 30000 */
	uint64_t seed;           /* of the jitter */
};

struct net_dialer_events {
	/* TLS is up. Set l->on and l->ctx here. The cloud may still refuse us: that comes as on_closed. */
	void (*connected)(void *ctx, struct link *l);
	/* A dial failed, or its link ended before link_welcomed(). `news` is true when the cause differs from the
	 * last one reported: log only then. The next dial is in retry_ms. May be NULL. */
	void (*failed)(void *ctx, const struct err *why, bool news, uint32_t retry_ms);
};

/* Dials now, and again whenever the link is gone: the pause doubles from backoff_min_ms to backoff_max_ms,
 * each drawn from its upper half, and starts over once a link was welcomed. */
struct net_dialer *net_dialer_start(uv_loop_t *loop, struct tls_ctx *tls, const struct net_dialer_options *o,
                                    const struct net_dialer_events *on, void *ctx);
void net_dialer_tls(struct net_dialer *d, struct tls_ctx *tls); /* from the next dial on */
/* The cloud asked us to stay away this long (Goodbye): the next pause is at least `ms`. */
void net_dialer_hold(struct net_dialer *d, uint64_t ms);
/* Closes the link (on_closed comes), frees itself, then calls stopped(ctx) (may be NULL). */
void net_dialer_stop(struct net_dialer *d, void (*stopped)(void *ctx), void *ctx);

/* --- common ------------------------------------------------------------------------------------ */

/* An executor on libuv's worker pool for transfers_new(); freed by the caller when no job is pending. */
struct executor *net_executor_new(uv_loop_t *loop);
void net_executor_free(struct executor *x);

#endif
