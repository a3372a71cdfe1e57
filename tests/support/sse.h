/* A blocking reader of server-sent events. */
#ifndef TESTS_SSE_H
#define TESTS_SSE_H

#include <jansson.h>
#include <stdbool.h>

#include "tests/support/http_raw.h"

struct sse {
	struct http_raw link;
	int status; /* of the answer; 0 when there was none */
};

struct sse_event {
	char id[64], type[32];
	json_t *data; /* owned by the reader's caller */
};

/* Asks for `path` on 127.0.0.1 and reads the head of the answer; `last_id` may be NULL. */
void sse_open(struct sse *s, int port, const char *path, const char *last_id);
void sse_close(struct sse *s);
/* The next event; false when the stream has ended or nothing came for `ms`. */
bool sse_next(struct sse *s, struct sse_event *out, int ms);

#endif
