/* Inside the TLS links: the connection that server and dialer share.
 *
 *      socket --raw--> SSL --plain--> frames --> on_message, on_chunk
 *      socket <--out-- SSL <--------- control (queued), chunks (when there is room)
 *
 * A connection begins in HANDSHAKE, is UP after it, and ends over DRAINING (what is queued goes out, then we
 * wait a moment for the peer's end, so that our last words are not lost to a reset) in CLOSING. The owner
 * hears of UP once and of the end once; memory dies after that. */
#ifndef NET_TLS_IMPL_H
#define NET_TLS_IMPL_H

#include <openssl/ssl.h>
#include <uv.h>

#include "common/base/buf.h"
#include "common/net/tls_link.h"

enum {
	TLS_RAW = 64 * 1024,         /* bytes read from a socket at once; more leaves the cache */
	TLS_BATCH = 128 * 1024 + 64, /* plain bytes encrypted before the socket is asked again */
	TLS_RECORD = 16 * 1024,
	TLS_ANSWERS_MAX = 256 * 1024, /* bytes of TLS's own (key updates) that may wait behind a write */
	TLS_KEEP = 4096,              /* a buffer above this size is freed when the link is idle */
	TLS_LINGER_MS = 500,          /* for the peer to take our last words */
};

struct tls_ctx {
	SSL_CTX *ssl;
	BIO_METHOD *bio;
	unsigned refs;
	enum net_role own, peer;
	char name[WIRE_NAME_MAX + 1];
	char authority[WIRE_NAME_MAX + 1];
	int64_t not_after_s;
};

/* Scratch memory that all connections of a server or dialer share, one at a time. */
struct tls_hub {
	uv_loop_t *loop;
	uint8_t *raw;    /* TLS_RAW: what was just read */
	uint8_t *record; /* TLS_RECORD: a chunk's header and first bytes */
	struct buf out;  /* what SSL wrote since the last write */
	struct buf in;   /* what was decrypted of it */
};

struct tls_conn;

struct tls_owner {
	void (*up)(struct tls_conn *c);
	void (*gone)(struct tls_conn *c, const struct err *why); /* frees nothing of `c` */
};

enum tls_state { TLS_HANDSHAKE, TLS_UP, TLS_DRAINING, TLS_CLOSING };

struct tls_conn {
	struct link link; /* first */
	uv_tcp_t tcp;
	uv_timer_t timer; /* until welcomed; then while draining */
	uv_connect_t connect;
	uv_shutdown_t shutdown;
	uv_write_t write;
	struct tls_hub *hub;
	struct tls_ctx *ctx;
	const struct tls_owner *owner;
	void *owner_ctx;
	struct tls_conn *next; /* in the owner's list */
	char address[64];      /* the peer's, as far as it is known */
	SSL *ssl;
	enum tls_state state;
	bool announced; /* the owner heard of UP: on_closed will come */
	bool welcomed;
	bool writing_now; /* `write` is under way */
	bool shutting;    /* `shutdown` is under way or done */
	uint32_t patience_ms;
	uint64_t seq_in, seq_out;
	const uint8_t *raw; /* rest of what was read */
	size_t raw_len;
	struct buf plain; /* the beginning of an envelope, or of a frame's header */
	struct {
		uint32_t transfer;
		uint64_t offset; /* of what comes next */
		size_t left;     /* 0 = a frame's header comes next */
	} chunk;             /* that is coming */
	struct buf control;  /* frames that wait */
	struct buf writing;  /* what `write` writes */
	struct buf pending;  /* what SSL wrote meanwhile */
	int handles;         /* open libuv handles */
	struct err refusal;  /* why the peer's certificate was refused */
	struct err why;      /* of the end */
};

void tls_hub_init(struct tls_hub *h, uv_loop_t *loop);
void tls_hub_release(struct tls_hub *h);

/* A connection whose socket is not connected yet. */
struct tls_conn *tls_conn_new(struct tls_hub *h, struct tls_ctx *ctx, const struct tls_owner *owner,
                              void *owner_ctx, uint32_t patience_ms);
/* The socket is connected: starts TLS. */
void tls_conn_start(struct tls_conn *c, bool server);
/* Says our last words, then closes; tls_conn_abort() says nothing. The first reason counts. */
void tls_conn_end(struct tls_conn *c, const struct err *why);
void tls_conn_abort(struct tls_conn *c, const struct err *why);
/* "127.0.0.1:4711" */
void tls_conn_address(const struct tls_conn *c, char out[64]);

/* tls_conn_io.c: between socket and SSL. */
void tls_read_start(struct tls_conn *c);
void tls_flush(struct tls_conn *c);     /* control messages, then whatever SSL wrote */
void tls_write_out(struct tls_conn *c); /* whatever SSL wrote */
bool tls_encrypt(struct tls_conn *c, const uint8_t *p, size_t n);
BIO_METHOD *tls_bio_method(void);

/* tls_conn_in.c: what the peer sends. */
void tls_take_raw(struct tls_conn *c);

/* tls_error.c: OpenSSL's complaints in plain words. `c` gives names. */
void tls_explain(struct tls_conn *c, int ssl_error, struct err *e);
int tls_explain_verify(int code, const char *name, const char *authority, struct err *e);

#endif
