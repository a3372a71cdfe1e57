/* Keeping one link to the cloud.
 *
 *   RESOLVING -> CONNECTING (each address in turn) -> link -> PAUSING -> RESOLVING ...
 *
 * Each try is a connection of its own; when it is gone, the next address or the next pause follows. */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/base/str.h"
#include "common/net/tls_impl.h"

enum { BACKOFF_MIN_MS = 250, BACKOFF_MAX_MS = 30000, CONNECT_MS = 10000 };

struct net_dialer {
	struct tls_hub hub;
	struct tls_ctx *tls;
	char host[256];
	uint16_t port;
	uint32_t backoff_min_ms, backoff_max_ms;
	const struct net_dialer_events *on;
	void *ctx;
	struct rng rng;
	uv_timer_t pause;
	uv_getaddrinfo_t resolve;
	struct addrinfo *addresses, *next; /* next = the one to try now */
	struct tls_conn *conn;             /* NULL between tries */
	uint32_t backoff_ms;
	uint64_t hold_ms;
	struct err reported; /* the last cause */
	bool resolving, stopping, pause_closed;
	void (*stopped)(void *ctx);
	void *stopped_ctx;
};

static void dial(struct net_dialer *d);
static void try_address(struct net_dialer *d);

static void maybe_free(struct net_dialer *d)
{
	void (*stopped)(void *ctx) = d->stopped;
	void *ctx = d->stopped_ctx;

	if (!d->stopping || !d->pause_closed || d->conn || d->resolving)
		return;
	if (d->addresses)
		uv_freeaddrinfo(d->addresses);
	tls_hub_release(&d->hub);
	tls_ctx_unref(d->tls);
	free(d);
	if (stopped)
		stopped(ctx);
}

static void on_pause_over(uv_timer_t *t)
{
	dial(t->data);
}

/* `why` NULL = the link was welcomed and is lost: dial again without complaint. */
static void pause_then_dial(struct net_dialer *d, const struct err *why)
{
	uint64_t wait = d->backoff_ms / 2 + rng_below(&d->rng, d->backoff_ms / 2 + 1);
	bool news = why && (why->code != d->reported.code || strcmp(why->text, d->reported.text) != 0);

	if (wait < d->hold_ms)
		wait = d->hold_ms;
	d->hold_ms = 0;
	d->backoff_ms = d->backoff_ms > d->backoff_max_ms / 2 ? d->backoff_max_ms : d->backoff_ms * 2;
	if (d->addresses)
		uv_freeaddrinfo(d->addresses);
	d->addresses = NULL;
	uv_timer_start(&d->pause, on_pause_over, wait, 0);
	if (!why)
		return;
	d->reported = *why;
	if (d->on->failed)
		d->on->failed(d->ctx, why, news, wait > UINT32_MAX ? UINT32_MAX : (uint32_t)wait);
}

static void conn_up(struct tls_conn *c)
{
	struct net_dialer *d = c->owner_ctx;

	d->on->connected(d->ctx, &c->link);
}

static void conn_gone(struct tls_conn *c, const struct err *why)
{
	struct net_dialer *d = c->owner_ctx;
	struct err named = *why;

	d->conn = NULL;
	if (d->stopping) {
		maybe_free(d);
		return;
	}
	if (c->welcomed) {
		d->backoff_ms = d->backoff_min_ms;
		d->reported = ERR_INIT;
		pause_then_dial(d, NULL);
	} else if (!c->ssl && d->next) {
		try_address(d);
	} else {
		err_wrap(&named, "%s", c->address);
		pause_then_dial(d, &named);
	}
}

static const struct tls_owner owner = {conn_up, conn_gone};

static void on_connected(uv_connect_t *req, int status)
{
	struct tls_conn *c = req->data;
	struct err why = ERR_INIT;

	if (c->state == TLS_CLOSING)
		return;
	uv_timer_stop(&c->timer);
	if (status == 0) {
		tls_conn_start(c, false);
		return;
	}
	err_set(&why, E_UNAVAILABLE, "cannot connect: %s", uv_strerror(status));
	tls_conn_abort(c, &why);
}

static void on_no_answer(uv_timer_t *t)
{
	struct tls_conn *c = t->data;
	struct err why = ERR_INIT;

	err_set(&why, E_TIMEOUT, "cannot connect: no answer within %d ms", CONNECT_MS);
	tls_conn_abort(c, &why);
}

static void try_address(struct net_dialer *d)
{
	const struct addrinfo *a = d->next;
	struct tls_conn *c = tls_conn_new(&d->hub, d->tls, &owner, d, WIRE_HANDSHAKE_MS);
	struct err why = ERR_INIT;
	char ip[46] = "?";
	int rc;

	d->conn = c;
	d->next = a->ai_next;
	uv_ip_name(a->ai_addr, ip, sizeof(ip));
	snprintf(c->address, sizeof(c->address), strchr(ip, ':') ? "[%s]:%u" : "%s:%u", ip, d->port);
	uv_timer_start(&c->timer, on_no_answer, CONNECT_MS, 0);
	rc = uv_tcp_connect(&c->connect, &c->tcp, a->ai_addr, on_connected);
	if (rc) {
		err_set(&why, E_UNAVAILABLE, "cannot connect: %s", uv_strerror(rc));
		tls_conn_abort(c, &why);
	}
}

static void on_resolved(uv_getaddrinfo_t *req, int status, struct addrinfo *found)
{
	struct net_dialer *d = req->data;
	struct err why = ERR_INIT;

	d->resolving = false;
	d->addresses = found;
	d->next = found;
	if (d->stopping) {
		maybe_free(d);
	} else if (status < 0) {
		err_set(&why, E_UNAVAILABLE, "cannot resolve '%s': %s", d->host, uv_strerror(status));
		pause_then_dial(d, &why);
	} else {
		try_address(d);
	}
}

static void dial(struct net_dialer *d)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct err why = ERR_INIT;
	char port[8];
	int rc;

	snprintf(port, sizeof(port), "%u", d->port);
	rc = uv_getaddrinfo(d->hub.loop, &d->resolve, on_resolved, d->host, port, &hints);
	if (rc == 0) {
		d->resolving = true;
		return;
	}
	err_set(&why, E_UNAVAILABLE, "cannot resolve '%s': %s", d->host, uv_strerror(rc));
	pause_then_dial(d, &why);
}

struct net_dialer *net_dialer_start(uv_loop_t *loop, struct tls_ctx *tls, const struct net_dialer_options *o,
                                    const struct net_dialer_events *on, void *ctx)
{
	struct net_dialer *d = mem_zalloc(sizeof(*d));

	tls_hub_init(&d->hub, loop);
	d->tls = tls_ctx_ref(tls);
	str_copy(d->host, sizeof(d->host), o->host);
	d->port = o->port;
	d->backoff_min_ms = o->backoff_min_ms ? o->backoff_min_ms : BACKOFF_MIN_MS;
	d->backoff_max_ms = o->backoff_max_ms ? o->backoff_max_ms : BACKOFF_MAX_MS;
	d->backoff_ms = d->backoff_min_ms;
	d->on = on;
	d->ctx = ctx;
	rng_seed(&d->rng, o->seed, rng_stream("net/dialer"));
	uv_timer_init(loop, &d->pause);
	d->pause.data = d;
	d->resolve.data = d;
	uv_timer_start(&d->pause, on_pause_over, 0, 0);
	return d;
}

void net_dialer_tls(struct net_dialer *d, struct tls_ctx *tls)
{
	tls_ctx_ref(tls);
	tls_ctx_unref(d->tls);
	d->tls = tls;
}

void net_dialer_hold(struct net_dialer *d, uint64_t ms)
{
	d->hold_ms = ms;
}

static void on_pause_closed(uv_handle_t *h)
{
	struct net_dialer *d = h->data;

	d->pause_closed = true;
	maybe_free(d);
}

void net_dialer_stop(struct net_dialer *d, void (*stopped)(void *ctx), void *ctx)
{
	struct err why = ERR_INIT;

	if (d->stopping)
		return;
	d->stopping = true;
	d->stopped = stopped;
	d->stopped_ctx = ctx;
	if (d->resolving)
		uv_cancel((uv_req_t *)&d->resolve);
	err_set(&why, E_UNAVAILABLE, "closed by us");
	if (d->conn)
		tls_conn_end(d->conn, &why);
	uv_close((uv_handle_t *)&d->pause, on_pause_closed);
}
