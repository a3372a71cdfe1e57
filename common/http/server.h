/* An HTTP/1.1 server on the program's own libuv loop.
 *
 * Everything runs on the loop thread: handlers are called from it and every function here is called on it.
 * A handler answers with exactly one http_reply_*(), http_problem() or http_stream_start() (stream.h), either
 * before it returns or, after http_defer(), later.
 *
 *   static const struct http_route routes[] = {
 *       {"GET", "/healthz", 0, healthz},
 *       {"POST", "/v1/agent/act", 64 * 1024, act},
 *       {"GET", "/v1/rounds/{round}/tasks", 0, tasks}, http_param(r, "round") is that segment
 *       {"GET", "/files/" "*", 0, file},              http_tail() is what stands for the star
 *       HTTP_ROUTES_END};
 *
 * HEAD is answered by the GET route. An unknown path gets 404, a known one with another method 405. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "common/base/buf.h"
#include "common/base/err.h"

#define HTTP_PARAMS_MAX 2 /* names in one route's path */
#define HTTP_EXTRA_MAX  4 /* headers added to one reply */

struct http_server;
struct http_request;

typedef void http_handler(void *ctx, struct http_request *r);

struct http_route {
	const char *method;
	const char *path; /* exact, with {names} for whole segments, or a prefix ending in a slash and a star */
	size_t body_max;  /* bytes of body accepted; 0 = none */
	http_handler *handler;
};
#define HTTP_ROUTES_END                                                                                      \
	{                                                                                                        \
		NULL, NULL, 0, NULL                                                                                  \
	}

struct http_limits {
	unsigned connections_max; /* above it the connection waiting longest is closed */
	size_t header_bytes_max;  /* request line and headers, about; more is answered by 431 */
	uint64_t idle_ms_max;     /* from the connection or the last reply to the next request line */
	uint64_t request_ms_max;  /* for the rest of a request, and for taking its reply */
	size_t stream_bytes_max;  /* events waiting for one stream's client before it is cut off */
	unsigned streams_max;     /* at once */
	uint64_t heartbeat_ms;    /* between comments on a quiet stream */
};
#define HTTP_LIMITS_DEFAULT                                                                                  \
	((struct http_limits){.connections_max = 512,                                                            \
	                      .header_bytes_max = 16 * 1024,                                                     \
	                      .idle_ms_max = 60000,                                                              \
	                      .request_ms_max = 20000,                                                           \
	                      .stream_bytes_max = 256 * 1024,                                                    \
	                      .streams_max = 64,                                                                 \
	                      .heartbeat_ms = 15000})

/* Called once for every reply, when it is handed to the network. `us` counts from the end of the request's
 * headers. */
typedef void http_observer(void *ctx, const struct http_request *r, unsigned status, int64_t us);

/* Called when the headers of a routed request are here, before its body is received and its handler called.
 * False when it has answered the request itself. */
typedef bool http_guard(void *ctx, struct http_request *r);

struct http_config {
	const char *listen;              /* "HOST:PORT", "[IPV6]:PORT"; port 0 = any free one */
	const struct http_route *routes; /* borrowed while the server lives */
	void *ctx;                       /* given to handlers, the guard and the observer */
	http_guard *guard;               /* or NULL */
	http_observer *observer;         /* or NULL */
	struct http_limits limits;
};

/* Listens and answers from now on. E_INVALID: not an address; E_IO: cannot listen there. */
int http_server_new(uv_loop_t *loop, const struct http_config *c, struct http_server **out,
                    struct err *e) MUST_CHECK;
/* Ends all connections now; no handler is called afterwards, streams get their closing call from here. Memory
 * goes when the loop has closed the handles. Not from inside a handler. NULL is fine. */
void http_server_close(struct http_server *s);
/* The port listened on. */
uint16_t http_server_port(const struct http_server *s);
/* "HOST:PORT" with the actual port. */
const char *http_server_address(const struct http_server *s);
unsigned http_server_connections(const struct http_server *s);

/* The request. Texts live as long as the request. */
const char *http_method(const struct http_request *r);
const char *http_path(const struct http_request *r);
const char *http_tail(const struct http_request *r);                    /* what matched the star, or "" */
const char *http_param(const struct http_request *r, const char *name); /* of the route's path; "" if none */
const uint8_t *http_body(const struct http_request *r, size_t *n);
const struct http_route *http_route_of(const struct http_request *r); /* NULL when none matched */
/* NULL when absent. Header names in any case; query values unescaped. Not after http_server_close(). */
const char *http_header(const struct http_request *r, const char *name);
const char *http_query(const struct http_request *r, const char *name);

/* The answer comes later. It must come, exactly once, even when the server was closed meanwhile (it is then
 * thrown away); the request is valid until then. */
void http_defer(struct http_request *r);

/* A header of the reply that is still to be given; at most HTTP_EXTRA_MAX. `name` is a constant. Without a
 * "Cache-Control" the reply says "no-store". */
void http_reply_header(struct http_request *r, const char *name, const char *value);
/* Takes the reference to `body`. Reals are written with 15 significant digits. */
void http_reply_json(struct http_request *r, unsigned status, json_t *body);
void http_reply_text(struct http_request *r, unsigned status, const char *text);
/* Copies `n` bytes. */
void http_reply_bytes(struct http_request *r, unsigned status, const char *type, const void *p, size_t n);
/* A reply made piece by piece as the client takes it. `more` appends the next bytes to `out`; none means the
 * end, and an error breaks the connection off. `done` is called once, at the end or when the client has gone.
 */
struct http_source {
	void *ctx;
	int (*more)(void *ctx, struct buf *out);
	void (*done)(void *ctx);
};
void http_reply_source(struct http_request *r, unsigned status, const char *type, struct http_source source);
/* application/problem+json (RFC 9457): status, its title, `code` (a word for programs) and as `detail` what
 * was wrong and what is accepted. */
void http_problem(struct http_request *r, unsigned status, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The status that fits the error's code, with its text. */
void http_problem_err(struct http_request *r, const struct err *e);

#endif
