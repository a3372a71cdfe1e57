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

/* All whole frames of what was decrypted; returns what the next one still lacks. */
static size_t take_frames(struct tls_conn *c)
{
	struct err why = ERR_INIT;
	struct frame f = {.size = FRAME_HEADER};
	int rc = 0;

	while (c->state == TLS_UP && buf_unread(&c->plain) > 0) {
		rc = frame_parse(buf_head(&c->plain), buf_unread(&c->plain), c->welcomed, &f, &why);
		if (rc != 1)
			break;
		if (f.kind == FRAME_CHUNK)
			c->link.on->on_chunk(c->link.ctx, &c->link, f.transfer, f.offset, f.data, f.len);
		else
			take_envelope(c, &f);
		buf_consume(&c->plain, f.size);
		if (f.kind == FRAME_ENVELOPE && buf_unread(&c->plain) == 0 && c->plain.cap > TLS_KEEP)
			buf_release(&c->plain); /* no blob is coming: idle links keep nothing */
		f.size = FRAME_HEADER;
	}
	if (rc < 0)
		violation(c, &why);
	return f.size > buf_unread(&c->plain) ? f.size - buf_unread(&c->plain) : 0;
}

static void read_frames(struct tls_conn *c)
{
	size_t need = FRAME_HEADER;
	struct err why = ERR_INIT;

	while (c->state == TLS_UP) {
		size_t want =
		    need > TLS_RECORD ? need : (need > TLS_KEEP || c->plain.cap > TLS_KEEP ? TLS_RECORD : TLS_KEEP);
		uint8_t *to = buf_reserve(&c->plain, want);
		size_t got = 0;

		ERR_clear_error();
		if (SSL_read_ex(c->ssl, to, want, &got) != 1) {
			int error = SSL_get_error(c->ssl, 0);

			if (error == SSL_ERROR_WANT_READ)
				break;
			tls_explain(c, error, &why);
			tls_conn_end(c, &why);
			return;
		}
		c->plain.len += got;
		if (c->pending.len > TLS_ANSWERS_MAX) {
			err_set(&why, E_LIMIT, "the peer makes TLS answer and does not read the answers");
			tls_conn_abort(c, &why);
			return;
		}
		tls_write_out(c); /* SSL may have answered; the callbacks below may write to others */
		need = take_frames(c);
	}
	if (c->plain.len == 0 && c->plain.cap <= TLS_KEEP)
		buf_release(&c->plain);
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
