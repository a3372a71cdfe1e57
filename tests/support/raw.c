#include "tests/support/raw.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/str.h"
#include "common/wire/codec.h"
#include "common/wire/frame.h"

#define READ_BYTES 16384
#define PING_MS    300

int raw_connect_tcp(struct raw *r, int port, struct err *e)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

	*r = (struct raw){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (r->fd < 0 || connect(r->fd, (struct sockaddr *)&to, sizeof(to))) {
		raw_close(r);
		return err_set(e, E_UNAVAILABLE, "nobody listens on port %d", port);
	}
	return 0;
}

static int shake_hands(struct raw *r, const struct raw_identity *who, struct err *e)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl;

	r->ctx = ctx;
	if (who->cert && (SSL_CTX_use_certificate_file(ctx, who->cert, SSL_FILETYPE_PEM) != 1 ||
	                  SSL_CTX_use_PrivateKey_file(ctx, who->key, SSL_FILETYPE_PEM) != 1))
		return err_set(e, E_INVALID, "%s: no such certificate or key", who->cert);
	if (SSL_CTX_load_verify_locations(ctx, who->ca, NULL) != 1)
		return err_set(e, E_INVALID, "%s: no such authority", who->ca);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (who->tls12)
		SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	ssl = r->ssl = SSL_new(ctx);
	SSL_set_fd(ssl, r->fd);
	if (SSL_connect(ssl) != 1)
		return err_set(e, E_AUTH, "the handshake failed");
	return 0;
}

int raw_connect(struct raw *r, int port, const struct raw_identity *who, struct err *e)
{
	int rc = raw_connect_tcp(r, port, e);

	if (rc)
		return rc;
	rc = shake_hands(r, who, e);
	ERR_clear_error();
	if (rc)
		raw_close(r);
	return rc;
}

void raw_close(struct raw *r)
{
	SSL_free(r->ssl);
	SSL_CTX_free(r->ctx);
	if (r->fd >= 0)
		close(r->fd);
	buf_release(&r->in);
	*r = (struct raw){.fd = -1};
}

bool raw_bytes(struct raw *r, const void *p, size_t n)
{
	bool ok = SSL_write(r->ssl, p, (int)n) == (int)n;

	ERR_clear_error();
	return ok;
}

bool raw_send(struct raw *r, struct msg *m)
{
	struct buf out = BUF_INIT;
	bool ok;

	m->seq = ++r->seq;
	ok = codec_encode(m, &out, NULL) == 0 && raw_bytes(r, out.data, out.len);
	buf_release(&out);
	return ok;
}

bool raw_hello(struct raw *r)
{
	struct msg m = {.kind = MSG_HELLO};

	m.hello.protocol_min = m.hello.protocol_max = WIRE_PROTOCOL;
	str_copy(m.hello.program, sizeof(m.hello.program), "raw-test");
	str_copy(m.hello.module_kinds[0], sizeof(m.hello.module_kinds[0]), "perception");
	m.hello.module_kind_count = 1;
	return raw_send(r, &m);
}

/* More bytes: 1, 0 at the end, E_TIMEOUT. */
static int more(struct raw *r, int64_t until, struct err *e)
{
	struct pollfd p = {.fd = r->fd, .events = POLLIN};
	int64_t left = until - clock_mono_ms();
	int n;

	if (SSL_pending(r->ssl) == 0 && poll(&p, 1, left > 0 ? (int)left : 0) == 0)
		return err_set(e, E_TIMEOUT, "the peer is silent");
	n = SSL_read(r->ssl, buf_reserve(&r->in, READ_BYTES), READ_BYTES);
	ERR_clear_error();
	if (n <= 0)
		return 0;
	r->in.len += (size_t)n;
	return 1;
}

int raw_next(struct raw *r, struct msg *m, int timeout_ms, struct err *e)
{
	int64_t until = clock_mono_ms() + timeout_ms;

	for (;;) {
		struct frame f;
		int rc = frame_parse(buf_head(&r->in), buf_unread(&r->in), r->welcomed, &f, e);

		if (rc < 0)
			return rc;
		if (rc == 0) {
			rc = more(r, until, e);
			if (rc <= 0)
				return rc;
			continue;
		}
		if (f.kind == FRAME_ENVELOPE) {
			rc = codec_decode(f.data, f.len, m, e);
			buf_consume(&r->in, f.size);
			if (rc)
				return rc;
			r->welcomed = r->welcomed || m->kind == MSG_WELCOME;
			return 1;
		}
		buf_consume(&r->in, f.size);
	}
}

/* The next message, as long as it may take: meanwhile the peer sees that we live. */
static int next_alive(struct raw *r, struct msg *m, int64_t until, struct err *e)
{
	for (;;) {
		int64_t left = until - clock_mono_ms();
		int rc = raw_next(r, m, left < PING_MS ? (int)left : PING_MS, e);

		if (rc != E_TIMEOUT || left < PING_MS)
			return rc;
		if (r->welcomed)
			(void)raw_send(r, &(struct msg){.kind = MSG_PING}); /* a peer that is gone is read next */
	}
}

int raw_until(struct raw *r, enum msg_kind kind, struct msg *m, int timeout_ms, struct err *e)
{
	int64_t until = clock_mono_ms() + timeout_ms;
	int rc;

	while ((rc = next_alive(r, m, until, e)) == 1) {
		if (m->kind == kind)
			return 1;
		if (m->kind == MSG_ERROR)
			err_set(e, E_PROTOCOL, "told: %s (%s)", m->error.text, m->error.code);
		msg_release(m);
	}
	return rc;
}

int raw_join(struct raw *r, struct err *e)
{
	struct msg m;
	int rc;

	if (!raw_hello(r))
		return err_set(e, E_UNAVAILABLE, "closed before Hello");
	rc = raw_until(r, MSG_WELCOME, &m, WIRE_HANDSHAKE_MS, e);
	if (rc == 1)
		msg_release(&m);
	if (rc == 0)
		err_wrap(e, "closed instead of Welcome");
	return rc == 1 ? 0 : rc ? rc : E_UNAVAILABLE;
}

int raw_wait_closed(struct raw *r, int timeout_ms, char error_code[WIRE_NAME_MAX + 1], struct err *e)
{
	int64_t until = clock_mono_ms() + timeout_ms;
	struct msg m;
	int rc;

	if (error_code)
		error_code[0] = '\0';
	while ((rc = raw_next(r, &m, (int)(until - clock_mono_ms()), e)) == 1) {
		if (error_code && m.kind == MSG_ERROR)
			str_copy(error_code, WIRE_NAME_MAX + 1, m.error.code);
		msg_release(&m);
	}
	return rc;
}
