/* Server-sent events: one endless reply to which events are added as they happen.
 *
 * A client that does not read as fast as events come is cut off once `stream_bytes_max` bytes wait for it;
 * the browser's EventSource connects again by itself. */
#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H

#include <stdbool.h>

#include "common/http/server.h"

struct http_stream;

/* Called once, when the client has gone, was cut off or the stream was ended: drop the pointer. Never from
 * inside another http_stream_*() call. */
typedef void http_stream_closed(void *ctx, struct http_stream *x);

/* Answers the request with a stream. `closed` may be NULL if nothing is kept of the stream. NULL when the
 * request was answered otherwise: it was a HEAD, `streams_max` are open (503), or the server was closed. */
struct http_stream *http_stream_start(struct http_request *r, http_stream_closed *closed, void *ctx);
/* Queues one event. `id` may be NULL (a client that connects again says the last one it saw in the header
 * Last-Event-ID), and so may `event` (the client's "message"); `data` may have several lines. False when the
 * client is (or is now) cut off. */
bool http_stream_send(struct http_stream *x, const char *id, const char *event, const char *data);
/* Ends it after what is queued was sent. */
void http_stream_end(struct http_stream *x);

#endif
