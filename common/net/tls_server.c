/* Accepting links. */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/net/tls_impl.h"

enum { LINKS_MAX_DEFAULT = 1024, BACKLOG = 128 };

struct net_server {
	uv_tcp_t tcp;
	struct tls_hub hub;
	struct tls_ctx *tls;
	struct net_server_options o;
	const struct net_server_events *on;
	void *ctx;
	struct tls_conn *conns;
	uint32_t count;
	bool stopping, listener_closed;
	void (*stopped)(void *ctx);
	void *stopped_ctx;
};

static void maybe_free(struct net_server *s)
{
	void (*stopped)(void *ctx) = s->stopped;
	void *ctx = s->stopped_ctx;

	if (!s->stopping || !s->listener_closed || s->conns)
		return;
	tls_hub_release(&s->hub);
	tls_ctx_unref(s->tls);
	free(s);
	if (stopped)
		stopped(ctx);
}

static void conn_up(struct tls_conn *c)
{
	struct net_server *s = c->owner_ctx;

	s->on->accepted(s->ctx, &c->link);
}

static void refuse(struct net_server *s, struct tls_conn *c, const struct err *why)
{
	char address[64];

	if (!s->on->refused)
		return;
	memcpy(address, c->address, sizeof(address));
	s->on->refused(s->ctx, address, why);
}

static void conn_gone(struct tls_conn *c, const struct err *why)
{
	struct net_server *s = c->owner_ctx;
	struct tls_conn **at = &s->conns;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	s->count--;
	if (!c->announced && !s->stopping)
		refuse(s, c, why);
	maybe_free(s);
}

static const struct tls_owner owner = {conn_up, conn_gone};

/* The one that has waited longest without showing who it is; strangers can be many, and cost nothing to lose.
 */
static struct tls_conn *oldest_stranger(const struct net_server *s, const struct tls_conn *newest)
{
	struct tls_conn *found = NULL;

	for (struct tls_conn *c = s->conns; c; c = c->next) /* the newest is first */
		if (c != newest && c->state == TLS_HANDSHAKE)
			found = c;
	return found;
}

/* False when all places belong to peers that have shown a certificate. */
static bool make_room(struct net_server *s, const struct tls_conn *newest)
{
	struct tls_conn *victim;
	struct err why = ERR_INIT;

	if (s->count <= s->o.links_max)
		return true;
	victim = oldest_stranger(s, newest);
	if (!victim)
		return false;
	err_set(&why, E_LIMIT, "of %u connections it was the longest without a certificate; it gives way",
	        s->o.links_max);
	tls_conn_abort(victim, &why);
	return true;
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct net_server *s = listener->data;
	struct err why = ERR_INIT;
	struct tls_conn *c;

	if (status < 0 || s->stopping)
		return;
	c = tls_conn_new(&s->hub, s->tls, &owner, s, s->o.handshake_ms);
	c->next = s->conns;
	s->conns = c;
	s->count++;
	if (uv_accept(listener, (uv_stream_t *)&c->tcp) != 0) {
		err_set(&why, E_IO, "cannot accept the connection");
		tls_conn_abort(c, &why);
		return;
	}
	tls_conn_address(c, c->address);
	if (!make_room(s, c)) {
		err_set(&why, E_LIMIT, "there are %u connections already", s->o.links_max);
		tls_conn_abort(c, &why);
		return;
	}
	tls_conn_start(c, true);
}

static int bind_to(struct net_server *s, struct err *e)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
	struct addrinfo *found = NULL;
	char port[8];
	int rc;

	snprintf(port, sizeof(port), "%u", s->o.port);
	rc = getaddrinfo(s->o.host, port, &hints, &found);
	if (rc)
		return err_set(e, E_INVALID, "cannot listen on '%.100s': %s", s->o.host, gai_strerror(rc));
	rc = uv_tcp_bind(&s->tcp, found->ai_addr, 0);
	if (rc == 0)
		rc = uv_listen((uv_stream_t *)&s->tcp, BACKLOG, on_connection);
	freeaddrinfo(found);
	if (rc)
		return err_set(e, E_IO, "cannot listen on %.100s port %s: %s", s->o.host, port, uv_strerror(rc));
	return 0;
}

int net_server_start(struct net_server **out, uv_loop_t *loop, struct tls_ctx *tls,
                     const struct net_server_options *o, const struct net_server_events *on, void *ctx,
                     struct err *e)
{
	struct net_server *s = mem_zalloc(sizeof(*s));
	int rc;

	*out = NULL;
	s->o = *o;
	s->o.links_max = o->links_max ? o->links_max : LINKS_MAX_DEFAULT;
	s->o.handshake_ms = o->handshake_ms ? o->handshake_ms : WIRE_HANDSHAKE_MS;
	s->on = on;
	s->ctx = ctx;
	s->tls = tls_ctx_ref(tls);
	tls_hub_init(&s->hub, loop);
	uv_tcp_init(loop, &s->tcp);
	s->tcp.data = s;
	rc = bind_to(s, e);
	s->o.host = NULL; /* the caller's */
	if (rc) {
		net_server_stop(s, NULL, NULL);
		return rc;
	}
	*out = s;
	return 0;
}

uint16_t net_server_port(const struct net_server *s)
{
	struct sockaddr_storage sa = {0};
	int n = sizeof(sa);

	if (uv_tcp_getsockname(&s->tcp, (struct sockaddr *)&sa, &n))
		return 0;
	return ntohs(sa.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&sa)->sin6_port
	                                      : ((struct sockaddr_in *)&sa)->sin_port);
}

void net_server_tls(struct net_server *s, struct tls_ctx *tls)
{
	tls_ctx_ref(tls);
	tls_ctx_unref(s->tls);
	s->tls = tls;
}

static void on_listener_closed(uv_handle_t *h)
{
	struct net_server *s = h->data;

	s->listener_closed = true;
	maybe_free(s);
}

void net_server_stop(struct net_server *s, void (*stopped)(void *ctx), void *ctx)
{
	struct err why = ERR_INIT;

	if (s->stopping)
		return;
	s->stopping = true;
	s->stopped = stopped;
	s->stopped_ctx = ctx;
	err_set(&why, E_UNAVAILABLE, "closed by us");
	for (struct tls_conn *c = s->conns; c; c = c->next)
		tls_conn_end(c, &why);
	uv_close((uv_handle_t *)&s->tcp, on_listener_closed);
}
