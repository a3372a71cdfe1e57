/* What the peer sends: the handshake, then frames. */
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "common/net/tls_impl.h"
#include "common/wire/codec.h"
#include "common/wire/frame.h"

/* The peer broke the rules: it is told so, then it is over. */
static void violation(struct tls_conn *c, const struct err *why)
{
	struct msg m = {.kind = MSG_ERROR};

	snprintf(m.error.code, sizeof(m.error.code), "%s", err_name(why->code));
	snprintf(m.error.text, sizeof(m.error.text), "%.*s", WIRE_TEXT_MAX, why->text);
	m.error.fatal = true;
	link_send(&c->link, &m);
	tls_conn_end(c, why);
}

static void take_envelope(struct tls_conn *c, const struct frame *f)
{
	struct err why = ERR_INIT;
	struct msg m;

	if (codec_decode(f->data, f->len, &m, &why)) {
		violation(c, &why);
		return;
	}
	if (m.seq != ++c->seq_in) {
		err_set(&why, E_PROTOCOL, "envelope %llu where %llu was due", (unsigned long long)m.seq,
		        (unsigned long long)c->seq_in);
		violation(c, &why);
	} else {
		c->link.on->on_message(c->link.ctx, &c->link, &m);
	}
	msg_release(&m);
}

/* What is there of a chunk goes on at once: a link that receives a blob keeps none of it. */
static void take_chunk(struct tls_conn *c, struct buf *in)
{
	size_t n = buf_unread(in) < c->chunk.left ? buf_unread(in) : c->chunk.left;
	const uint8_t *data = buf_head(in);
	uint64_t offset = c->chunk.offset;

	c->chunk.left -= n;
	c->chunk.offset += n;
	c->link.on->on_chunk(c->link.ctx, &c->link, c->chunk.transfer, offset, data, n);
	buf_consume(in, n);
}

/* The frame at the beginning, or a chunk's header; false when more bytes are needed for it. */
static bool take_frame(struct tls_conn *c, struct buf *in)
{
	struct err why = ERR_INIT;
	struct frame f;
	int rc = frame_parse(buf_head(in), buf_unread(in), c->welcomed, &f, &why);

	if (rc < 0) {
		violation(c, &why);
		return false;
	}
	if (f.kind == FRAME_CHUNK && buf_unread(in) >= FRAME_CHUNK_HEADER) {
		c->chunk.transfer = f.transfer;
		c->chunk.offset = f.offset;
		c->chunk.left = f.size - FRAME_CHUNK_HEADER;
		buf_consume(in, FRAME_CHUNK_HEADER);
		return true;
	}
	if (rc != 1)
		return false;
	take_envelope(c, &f);
	buf_consume(in, f.size);
	return true;
}

static void take_frames(struct tls_conn *c, struct buf *in)
{
	bool more = true;

	while (more && c->state == TLS_UP && buf_unread(in) > 0) {
		if (c->chunk.left > 0)
			take_chunk(c, in);
		else
			more = take_frame(c, in);
	}
}

/* All that can be decrypted now; an error in `why` when nothing will come after it. */
static void decrypt(struct tls_conn *c, struct buf *in, struct err *why)
{
	size_t got = 0;
	int error;

	ERR_clear_error();
	while (SSL_read_ex(c->ssl, buf_reserve(in, TLS_RECORD), TLS_RECORD, &got) == 1)
		in->len += got;
	error = SSL_get_error(c->ssl, 0);
	if (error != SSL_ERROR_WANT_READ)
		tls_explain(c, error, why);
	else if (c->pending.len > TLS_ANSWERS_MAX)
		err_set(why, E_LIMIT, "the peer makes TLS answer and does not read the answers");
}

/* The buffer is the hub's: a link keeps only the beginning of a frame whose rest has not come. */
static void read_frames(struct tls_conn *c)
{
	struct buf *in = &c->hub->in;
	struct err why = ERR_INIT;

	buf_clear(in);
	buf_append(in, c->plain.data, c->plain.len);
	buf_release(&c->plain);
	decrypt(c, in, &why);
	tls_write_out(c); /* SSL may have answered; the callbacks below may write to others */
	if (why.code && !c->why.code)
		c->why = why; /* what the callbacks run into now has this cause */
	take_frames(c, in);
	if (why.code == E_LIMIT)
		tls_conn_abort(c, &why);
	else if (why.code)
		tls_conn_end(c, &why);
	else if (c->state == TLS_UP)
		buf_append(&c->plain, buf_head(in), buf_unread(in));
}

static bool shake_hands(struct tls_conn *c)
{
	struct err why = ERR_INIT;
	int rc, error;

	ERR_clear_error();
	rc = SSL_do_handshake(c->ssl);
	if (rc == 1) {
		c->state = TLS_UP;
		c->announced = true;
		tls_write_out(c);
		if (c->state != TLS_UP)
			return false;
		c->owner->up(c);
		return c->state == TLS_UP;
	}
	error = SSL_get_error(c->ssl, rc);
	if (error == SSL_ERROR_WANT_READ) {
		tls_write_out(c);
		return false;
	}
	tls_explain(c, error, &why);
	if (why.code == E_AUTH) {
		tls_conn_end(c, &why); /* an alert tells the peer */
	} else {
		tls_write_out(c);
		tls_conn_abort(c, &why);
	}
	return false;
}

void tls_take_raw(struct tls_conn *c)
{
	if (c->state == TLS_HANDSHAKE && !shake_hands(c))
		return;
	read_frames(c);
	tls_write_out(c);
}
