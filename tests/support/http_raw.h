/* A blocking HTTP client that sends exactly the bytes it is told to, right or wrong. */
#ifndef TESTS_HTTP_RAW_H
#define TESTS_HTTP_RAW_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"

struct http_raw {
	int fd;
	struct buf in; /* received, pos = not yet looked at */
};

struct http_raw_reply {
	int status;      /* 0: the connection ended before a whole reply came */
	char *head;      /* owned; status line and headers */
	struct buf body; /* chunks put together */
};

/* To 127.0.0.1; reads time out after 30 s. Aborts the test on failure. */
void http_raw_open(struct http_raw *c, uint16_t port);
void http_raw_close(struct http_raw *c);
/* 0, or -1 when the server has closed. */
int http_raw_send(struct http_raw *c, const void *p, size_t n);
int http_raw_text(struct http_raw *c, const char *text);
/* "METHOD path" with a body (NULL = none) and keep-alive. */
int http_raw_request(struct http_raw *c, const char *method, const char *path, const char *body);
/* Reads one reply; a reply to HEAD has no body. Skips 100 Continue. */
int http_raw_reply(struct http_raw *c, int is_head, struct http_raw_reply *r);
void http_raw_reply_release(struct http_raw_reply *r);
/* Waits for the server to close: 0 when it did within the time, -1 otherwise. */
int http_raw_wait_close(struct http_raw *c, int timeout_ms);
/* Reads until `text` has come (0) or the connection ended or fell silent (-1). */
int http_raw_expect(struct http_raw *c, const char *text);

#endif
