/* Replies that are made while they are sent. */
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/http/internal.h"

#define BLOCK_BYTES ((size_t)32 << 10)

struct pieces {
	struct http_source source;
	struct conn *conn;
	struct buf queue;
};

static ssize_t pieces_read(void *ctx, uint64_t pos, char *out, size_t max)
{
	struct pieces *p = ctx;
	size_t n;

	(void)pos;
	if (buf_unread(&p->queue) == 0) {
		buf_clear(&p->queue);
		if (p->source.more(p->source.ctx, &p->queue))
			return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	n = buf_unread(&p->queue);
	if (n == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	n = n < max ? n : max;
	memcpy(out, buf_head(&p->queue), n);
	buf_consume(&p->queue, n);
	conn_phase_set(p->conn, CONN_SENDING); /* the client takes it: its time begins anew */
	return (ssize_t)n;
}

static void pieces_done(void *ctx)
{
	struct pieces *p = ctx;

	if (p->source.done)
		p->source.done(p->source.ctx);
	buf_release(&p->queue);
	free(p);
}

void http_reply_source(struct http_request *r, unsigned status, const char *type, struct http_source source)
{
	struct pieces *p = mem_zalloc(sizeof(*p));

	p->source = source;
	p->conn = r->conn;
	request_respond(
	    r, status, type,
	    MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, pieces_read, p, pieces_done));
}
