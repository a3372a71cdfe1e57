#include "common/http/stream.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/http/internal.h"

#define BLOCK_BYTES 4096

static ssize_t stream_read(void *stream, uint64_t pos, char *out, size_t max)
{
	struct http_stream *x = stream;
	size_t n = buf_unread(&x->queue);

	(void)pos;
	if (n == 0 && x->ending)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n == 0) {
		MHD_suspend_connection(x->conn->mhd);
		x->suspended = true;
		return 0;
	}
	n = n < max ? n : max;
	memcpy(out, buf_head(&x->queue), n);
	buf_consume(&x->queue, n);
	return (ssize_t)n;
}

/* The library let go of the response: the connection has ended or the stream was sent to its end. */
static void stream_gone(void *stream)
{
	struct http_stream *x = stream;

	if (x->prev)
		x->prev->next = x->next;
	else
		x->server->streams = x->next;
	if (x->next)
		x->next->prev = x->prev;
	x->server->stream_count--;
	if (x->closed)
		x->closed(x->ctx, x);
	buf_release(&x->queue);
	free(x);
}

static void stream_wake(struct http_stream *x)
{
	if (x->suspended)
		server_resume(x->server, x->conn);
	x->suspended = false;
}

struct http_stream *http_stream_start(struct http_request *r, http_stream_closed *closed, void *ctx)
{
	struct http_stream *x;

	if (strcmp(r->method, MHD_HTTP_METHOD_HEAD) == 0) {
		http_reply_bytes(r, MHD_HTTP_OK, "text/event-stream", NULL, 0);
		return NULL;
	}
	if (!r->server || r->server->stream_count >= r->server->limits.streams_max) {
		http_reply_header(r, MHD_HTTP_HEADER_RETRY_AFTER, "5");
		http_problem(r, MHD_HTTP_SERVICE_UNAVAILABLE, "limit", "too many streams are open; try again later");
		return NULL;
	}
	x = mem_zalloc(sizeof(*x));
	x->server = r->server;
	x->conn = r->conn;
	x->closed = closed;
	x->ctx = ctx;
	x->active_ms = uv_now(r->server->loop);
	x->next = x->server->streams;
	if (x->next)
		x->next->prev = x;
	x->server->streams = x;
	x->server->stream_count++;
	r->endless = true;
	/* An endless reply has no deadline: the heartbeat and the queue's limit find dead and slow clients. */
	request_respond(
	    r, MHD_HTTP_OK, "text/event-stream",
	    MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, stream_read, x, stream_gone));
	return x;
}

static bool stream_queued(struct http_stream *x)
{
	x->active_ms = uv_now(x->server->loop);
	if (buf_unread(&x->queue) > x->server->limits.stream_bytes_max)
		conn_cut(x->conn);
	stream_wake(x);
	return !x->conn->cut;
}

bool http_stream_send(struct http_stream *x, const char *id, const char *event, const char *data)
{
	if (x->conn->cut || x->ending)
		return false;
	if (id)
		buf_fmt(&x->queue, "id: %s\n", id);
	if (event)
		buf_fmt(&x->queue, "event: %s\n", event);
	for (;;) {
		size_t n = strcspn(data, "\n");

		buf_str(&x->queue, "data: ");
		buf_append(&x->queue, data, n);
		buf_str(&x->queue, "\n");
		if (data[n] == '\0')
			break;
		data += n + 1;
	}
	buf_str(&x->queue, "\n");
	return stream_queued(x);
}

void http_stream_end(struct http_stream *x)
{
	x->ending = true;
	stream_wake(x);
}

void streams_beat(struct http_server *s)
{
	uint64_t now = uv_now(s->loop);

	for (struct http_stream *x = s->streams; x; x = x->next) {
		if (x->conn->cut) {
			stream_wake(x);
		} else if (!x->ending && now - x->active_ms >= s->limits.heartbeat_ms) {
			buf_str(&x->queue, ":\n\n");
			(void)stream_queued(x);
		}
	}
}

void streams_cut_all(struct http_server *s)
{
	for (struct http_stream *x = s->streams; x; x = x->next) {
		x->ending = true;
		stream_wake(x);
	}
}
