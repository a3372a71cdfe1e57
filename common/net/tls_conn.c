/* A connection's life, and the link on top of it. */
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/mem.h"
#include "common/net/tls_impl.h"
#include "common/wire/codec.h"
#include "common/wire/frame.h"

/* --- the link's operations ---------------------------------------------------------------------- */

static struct tls_conn *conn_of(struct link *l)
{
	return (struct tls_conn *)l;
}

static void op_send(struct link *l, const struct msg *m)
{
	struct tls_conn *c = conn_of(l);
	struct msg numbered;
	struct err why = ERR_INIT;

	if (c->state != TLS_UP)
		return;
	numbered = *m;
	numbered.seq = ++c->seq_out;
	if (codec_encode(&numbered, &c->control, &why)) {
		tls_conn_abort(c, &why);
		return;
	}
	if (buf_unread(&c->control) > WIRE_CONTROL_QUEUE_MAX) {
		err_set(&why, E_LIMIT, "the peer does not read: more than %d bytes of messages wait for it",
		        WIRE_CONTROL_QUEUE_MAX);
		tls_conn_abort(c, &why);
		return;
	}
	tls_flush(c);
}

static size_t op_room(const struct link *l)
{
	const struct tls_conn *c = (const struct tls_conn *)l;

	return c->state == TLS_UP && !c->writing_now && buf_unread(&c->control) == 0 ? WIRE_CHUNK_MAX : 0;
}

/* The header shares the first record with the data's beginning. */
static void op_send_chunk(struct link *l, uint32_t transfer, uint64_t offset, const uint8_t *data, size_t n)
{
	struct tls_conn *c = conn_of(l);
	size_t first = n < TLS_RECORD - FRAME_CHUNK_HEADER ? n : TLS_RECORD - FRAME_CHUNK_HEADER;

	if (c->state != TLS_UP)
		return;
	frame_chunk_header(c->hub->record, transfer, offset, n);
	memcpy(c->hub->record + FRAME_CHUNK_HEADER, data, first);
	if (!tls_encrypt(c, c->hub->record, FRAME_CHUNK_HEADER + first))
		return;
	if (n > first && !tls_encrypt(c, data + first, n - first))
		return;
	tls_write_out(c);
}

static void op_welcomed(struct link *l)
{
	struct tls_conn *c = conn_of(l);

	c->welcomed = true;
	if (c->state == TLS_UP)
		uv_timer_stop(&c->timer);
}

static void op_close(struct link *l)
{
	struct err why = ERR_INIT;

	err_set(&why, E_UNAVAILABLE, "closed by us");
	tls_conn_end(conn_of(l), &why);
}

static const struct link_ops tls_ops = {op_send, op_room, op_send_chunk, op_welcomed, op_close};

/* --- life ---------------------------------------------------------------------------------------- */

struct tls_conn *tls_conn_new(struct tls_hub *h, struct tls_ctx *ctx, const struct tls_owner *owner,
                              void *owner_ctx, uint32_t patience_ms)
{
	struct tls_conn *c = mem_zalloc(sizeof(*c));

	c->link.ops = &tls_ops;
	c->hub = h;
	c->ctx = tls_ctx_ref(ctx);
	c->owner = owner;
	c->owner_ctx = owner_ctx;
	c->patience_ms = patience_ms;
	uv_tcp_init(h->loop, &c->tcp);
	uv_timer_init(h->loop, &c->timer);
	c->handles = 2;
	c->tcp.data = c;
	c->timer.data = c;
	c->connect.data = c;
	c->shutdown.data = c;
	c->write.data = c;
	return c;
}

static void on_impatient(uv_timer_t *t)
{
	struct tls_conn *c = t->data;
	struct err why = ERR_INIT;

	err_set(&why, E_TIMEOUT, "not welcomed within %u ms%s", c->patience_ms,
	        c->state == TLS_HANDSHAKE ? " (the handshake is not complete)" : "");
	if (c->state == TLS_HANDSHAKE)
		tls_conn_abort(c, &why);
	else
		tls_conn_end(c, &why);
}

/* What waits in the kernel to be sent is kept short, so that a heartbeat is not behind megabytes of a blob.
 */
static void tune_socket(struct tls_conn *c)
{
	int lowat = TLS_BATCH;
	uv_os_fd_t fd;

	uv_tcp_nodelay(&c->tcp, 1);
	uv_tcp_keepalive(&c->tcp, 1, 30);
	if (uv_fileno((uv_handle_t *)&c->tcp, &fd) == 0)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &lowat, sizeof(lowat));
}

void tls_conn_start(struct tls_conn *c, bool server)
{
	BIO *bio = BIO_new(c->ctx->bio);

	c->ssl = SSL_new(c->ctx->ssl);
	BIO_set_data(bio, c);
	BIO_set_init(bio, 1);
	SSL_set_bio(c->ssl, bio, bio);
	SSL_set_app_data(c->ssl, c);
	if (server)
		SSL_set_accept_state(c->ssl);
	else
		SSL_set_connect_state(c->ssl);
	tune_socket(c);
	uv_timer_start(&c->timer, on_impatient, c->patience_ms, 0);
	tls_read_start(c);
	if (!server && c->state == TLS_HANDSHAKE)
		tls_take_raw(c);
}

/* Both handles are closed: the end is told, and the memory dies. */
static void on_handle_closed(uv_handle_t *h)
{
	struct tls_conn *c = h->data;

	if (--c->handles > 0)
		return;
	if (c->announced)
		c->link.on->on_closed(c->link.ctx, &c->link, &c->why);
	c->owner->gone(c, &c->why);
	SSL_free(c->ssl);
	tls_ctx_unref(c->ctx);
	buf_release(&c->plain);
	buf_release(&c->control);
	buf_release(&c->writing);
	buf_release(&c->pending);
	free(c);
}

static void set_why(struct tls_conn *c, const struct err *why)
{
	if (!c->why.code)
		c->why = *why;
}

void tls_conn_abort(struct tls_conn *c, const struct err *why)
{
	set_why(c, why);
	if (c->state == TLS_CLOSING)
		return;
	c->state = TLS_CLOSING;
	uv_close((uv_handle_t *)&c->tcp, on_handle_closed);
	uv_close((uv_handle_t *)&c->timer, on_handle_closed);
}

static void on_lingered(uv_timer_t *t)
{
	struct tls_conn *c = t->data;

	tls_conn_abort(c, &c->why);
}

static void on_shut(uv_shutdown_t *req, int status)
{
	struct tls_conn *c = req->data;

	if (status < 0 && c->state != TLS_CLOSING)
		tls_conn_abort(c, &c->why);
}

/* Called again by tls_flush() while draining, when all that waited is written. */
void tls_conn_end(struct tls_conn *c, const struct err *why)
{
	set_why(c, why);
	if (c->state == TLS_CLOSING || c->shutting)
		return;
	if (!c->ssl) { /* not even connected */
		tls_conn_abort(c, why);
		return;
	}
	if (c->state != TLS_DRAINING) {
		c->state = TLS_DRAINING;
		uv_timer_start(&c->timer, on_lingered, TLS_LINGER_MS, 0);
		tls_flush(c);
		return;
	}
	c->shutting = true;
	if (c->announced)
		SSL_shutdown(c->ssl);
	tls_write_out(c);
	if (c->state == TLS_DRAINING && uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, on_shut) != 0)
		tls_conn_abort(c, why);
}

void tls_conn_address(const struct tls_conn *c, char out[64])
{
	struct sockaddr_storage sa = {0};
	int n = sizeof(sa);
	char ip[46] = "?";
	unsigned port = 0;

	if (uv_tcp_getpeername(&c->tcp, (struct sockaddr *)&sa, &n) == 0) {
		uv_ip_name((struct sockaddr *)&sa, ip, sizeof(ip));
		port = ntohs(sa.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&sa)->sin6_port
		                                      : ((struct sockaddr_in *)&sa)->sin_port);
	}
	snprintf(out, 64, strchr(ip, ':') ? "[%s]:%u" : "%s:%u", ip, port);
}
