/* A small blocking HTTP client for the command line: JSON out, JSON in, with a time limit and errors that
 * name the address ("http://127.0.0.1:8080/v1/agent: connection refused"). One thread at a time per client;
 * connections are kept between requests. */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"

#define HTTP_CLIENT_REPLY_MAX ((size_t)64 << 20) /* bytes of a reply */

struct http_client;

/* `base` is "http://HOST:PORT" (https too), or "HOST:PORT" for http; a final slash is dropped. The limit
 * counts for each whole request. E_INVALID: not such an address. */
int http_client_new(const char *base, long timeout_ms, struct http_client **out, struct err *e) MUST_CHECK;
/* Every request carries "Authorization: Bearer TOKEN" from now on; NULL = no longer. */
void http_client_token(struct http_client *c, const char *token);
void http_client_free(struct http_client *c); /* NULL is fine */

/* `path` begins with '/'. *out is a new reference; NULL when the reply has no body. A reply that is not 2xx
 * is an error with the problem's detail: 404 E_NOT_FOUND, 401 and 403 E_AUTH, 409 E_STATE, 413 E_LIMIT, 422
 * E_INFEASIBLE, 503 E_UNAVAILABLE, other 4xx E_INVALID, else E_INTERNAL. Without a reply: E_UNAVAILABLE (not
 * there), E_TIMEOUT, E_PROTOCOL. */
int http_client_get(struct http_client *c, const char *path, json_t **out, struct err *e) MUST_CHECK;
/* `body` is borrowed; NULL sends an empty body. */
int http_client_post(struct http_client *c, const char *path, const json_t *body, json_t **out,
                     struct err *e) MUST_CHECK;
/* The reply's bytes as they are, appended. */
int http_client_get_bytes(struct http_client *c, const char *path, struct buf *out, struct err *e) MUST_CHECK;

/* Who reads an endless reply. */
struct http_client_listener {
	long idle_s;                                      /* nothing for so long is E_TIMEOUT */
	bool (*take)(void *ctx, const char *p, size_t n); /* the bytes as they come; false = enough */
	bool (*go_on)(void *ctx); /* asked once a second or more; false = enough; NULL = yes */
	void *ctx;
};

/* Reads until the listener has enough (0), the server ends it (0), or it falls silent. The client's limit of
 * time does not count. */
int http_client_stream(struct http_client *c, const char *path, const struct http_client_listener *l,
                       struct err *e) MUST_CHECK;
/* The server's clock when it sent the latest reply, in whole seconds since 1970; -1 when it did not say. */
int64_t http_client_date(const struct http_client *c);

#endif
