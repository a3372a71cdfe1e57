/* Between the socket and SSL: OpenSSL never sees the socket, only memory. */
#include <openssl/err.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/net/tls_impl.h"

/* --- the memory that SSL reads from and writes to ------------------------------------------------ */

static int bio_read(BIO *bio, char *out, size_t want, size_t *got)
{
	struct tls_conn *c = BIO_get_data(bio);
	size_t n = c->raw_len < want ? c->raw_len : want;

	BIO_clear_retry_flags(bio);
	if (n == 0) {
		BIO_set_retry_read(bio);
		*got = 0;
		return -1;
	}
	memcpy(out, c->raw, n);
	c->raw += n;
	c->raw_len -= n;
	*got = n;
	return 1;
}

static int bio_write(BIO *bio, const char *p, size_t n, size_t *done)
{
	struct tls_conn *c = BIO_get_data(bio);

	buf_append(c->writing_now ? &c->pending : &c->hub->out, p, n);
	*done = n;
	return 1;
}

static long bio_ctrl(BIO *bio, int cmd, long number, void *p)
{
	(void)bio;
	(void)number;
	(void)p;
	return cmd == BIO_CTRL_FLUSH;
}

BIO_METHOD *tls_bio_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "link");

	if (m) {
		BIO_meth_set_read_ex(m, bio_read);
		BIO_meth_set_write_ex(m, bio_write);
		BIO_meth_set_ctrl(m, bio_ctrl);
	}
	return m;
}

void tls_hub_init(struct tls_hub *h, uv_loop_t *loop)
{
	signal(SIGPIPE, SIG_IGN); /* a lost peer is an error code here */
	*h = (struct tls_hub){.loop = loop, .raw = mem_alloc(TLS_RAW), .record = mem_alloc(TLS_RECORD)};
}

void tls_hub_release(struct tls_hub *h)
{
	free(h->raw);
	free(h->record);
	buf_release(&h->out);
	buf_release(&h->in);
}

/* --- writing ------------------------------------------------------------------------------------ */

static void on_written(uv_write_t *req, int status);

static void begin_write(struct tls_conn *c)
{
	uv_buf_t b = uv_buf_init((char *)c->writing.data, (unsigned)c->writing.len);
	int rc = uv_write(&c->write, (uv_stream_t *)&c->tcp, &b, 1, on_written);
	struct err why = ERR_INIT;

	if (rc == 0) {
		c->writing_now = true;
		return;
	}
	err_set(&why, E_UNAVAILABLE, "cannot write: %s", uv_strerror(rc));
	tls_conn_abort(c, &why);
}

static void on_written(uv_write_t *req, int status)
{
	struct tls_conn *c = req->data;
	struct err why = ERR_INIT;

	c->writing_now = false;
	buf_release(&c->writing);
	if (c->state == TLS_CLOSING)
		return;
	if (status < 0) {
		err_set(&why, E_UNAVAILABLE, "the connection is lost: %s", uv_strerror(status));
		tls_conn_abort(c, &why);
		return;
	}
	if (c->pending.len > 0) {
		c->writing = c->pending;
		c->pending = BUF_INIT;
		begin_write(c);
		return;
	}
	tls_flush(c);
	if (c->state == TLS_UP && !c->writing_now)
		c->link.on->on_room(c->link.ctx, &c->link);
}

void tls_write_out(struct tls_conn *c)
{
	struct buf *out = &c->hub->out;
	struct err why = ERR_INIT;
	uv_buf_t b;
	int n;

	if (c->writing_now || out->len == 0 || c->state == TLS_CLOSING) {
		buf_clear(out);
		return;
	}
	b = uv_buf_init((char *)out->data, (unsigned)out->len);
	n = uv_try_write((uv_stream_t *)&c->tcp, &b, 1);
	if (n == UV_EAGAIN)
		n = 0;
	if (n < 0) {
		buf_clear(out);
		err_set(&why, E_UNAVAILABLE, "the connection is lost: %s", uv_strerror(n));
		tls_conn_abort(c, &why);
		return;
	}
	if ((size_t)n < out->len)
		buf_append(&c->writing, out->data + n, out->len - (size_t)n);
	buf_clear(out);
	if (c->writing.len > 0)
		begin_write(c);
}

bool tls_encrypt(struct tls_conn *c, const uint8_t *p, size_t n)
{
	struct err why = ERR_INIT;
	size_t done = 0;

	ERR_clear_error();
	if (SSL_write_ex(c->ssl, p, n, &done) == 1 && done == n)
		return true;
	tls_explain(c, SSL_ERROR_SSL, &why);
	tls_conn_abort(c, &why);
	return false;
}

void tls_flush(struct tls_conn *c)
{
	bool may_send = c->state == TLS_UP || (c->state == TLS_DRAINING && c->announced);

	while (may_send && !c->writing_now && buf_unread(&c->control) > 0) {
		size_t n = buf_unread(&c->control) < TLS_BATCH ? buf_unread(&c->control) : TLS_BATCH;

		if (!tls_encrypt(c, buf_head(&c->control), n))
			return;
		buf_consume(&c->control, n);
		tls_write_out(c);
	}
	if (buf_unread(&c->control) == 0 && c->control.cap > TLS_KEEP)
		buf_release(&c->control);
	tls_write_out(c);
	if (c->state == TLS_DRAINING && !c->writing_now)
		tls_conn_end(c, &c->why);
}

/* --- reading ------------------------------------------------------------------------------------ */

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *out)
{
	struct tls_conn *c = h->data;

	(void)suggested;
	*out = uv_buf_init((char *)c->hub->raw, TLS_RAW);
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct tls_conn *c = s->data;
	struct err why = ERR_INIT;

	if (n == 0 || c->state == TLS_CLOSING)
		return;
	if (n < 0) {
		if (n == UV_EOF)
			err_set(&why, E_UNAVAILABLE, "the peer closed the connection%s",
			        c->state == TLS_HANDSHAKE ? " during the handshake" : "");
		else
			err_set(&why, E_UNAVAILABLE, "the connection is lost: %s", uv_strerror((int)n));
		tls_conn_abort(c, &why);
		return;
	}
	if (c->state == TLS_DRAINING)
		return;
	c->raw = (const uint8_t *)b->base;
	c->raw_len = (size_t)n;
	tls_take_raw(c);
	c->raw = NULL;
	c->raw_len = 0;
}

void tls_read_start(struct tls_conn *c)
{
	int rc = uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
	struct err why = ERR_INIT;

	if (rc == 0)
		return;
	err_set(&why, E_UNAVAILABLE, "cannot read: %s", uv_strerror(rc));
	tls_conn_abort(c, &why);
}
