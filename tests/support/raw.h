/* A blocking TLS client for tests of the cloud: sends good messages, bad bytes, or nothing at all. */
#ifndef TESTS_RAW_H
#define TESTS_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/wire/msg.h"

struct raw {
	void *ctx, *ssl; /* OpenSSL's */
	int fd;
	bool welcomed; /* large frames may come */
	uint64_t seq;
	struct buf in;
};

struct raw_identity {
	const char *cert, *key, *ca; /* PEM files; cert and key may be NULL: none is shown */
	bool tls12;                  /* speak nothing newer than TLS 1.2 */
};

/* E_UNAVAILABLE: nobody listens; E_AUTH: the handshake failed (a refusal of our certificate comes with the
 * first read under TLS 1.3). */
int raw_connect(struct raw *r, int port, const struct raw_identity *who, struct err *e) MUST_CHECK;
/* A bare TCP connection, for peers that never shake hands; then only raw_close(). */
int raw_connect_tcp(struct raw *r, int port, struct err *e) MUST_CHECK;
void raw_close(struct raw *r);

/* False when the peer has closed. */
bool raw_bytes(struct raw *r, const void *p, size_t n);
/* Numbers and frames the message, keeping its own limits. */
bool raw_send(struct raw *r, struct msg *m);
bool raw_hello(struct raw *r);

/* The next message: 1 and `m` (release it); 0 when the peer has closed; E_TIMEOUT; E_PROTOCOL. Chunks are
 * skipped. */
int raw_next(struct raw *r, struct msg *m, int timeout_ms, struct err *e) MUST_CHECK;
/* Messages until one of this kind is there; the others are dropped. Sends a Ping now and then once welcomed,
 * as edges do: whoever is silent is cut off. */
int raw_until(struct raw *r, enum msg_kind kind, struct msg *m, int timeout_ms, struct err *e) MUST_CHECK;
/* Hello, then the Welcome. */
int raw_join(struct raw *r, struct err *e) MUST_CHECK;
/* Reads until the peer closes; E_TIMEOUT when it does not. *error_code (may be NULL) = code of the last Error
 * message, "" when there was none. */
int raw_wait_closed(struct raw *r, int timeout_ms, char error_code[WIRE_NAME_MAX + 1],
                    struct err *e) MUST_CHECK;

#endif
