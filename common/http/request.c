#include "common/http/internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/str.h"

static void refuse_size(struct http_request *r)
{
	http_problem(r, MHD_HTTP_CONTENT_TOO_LARGE, "limit",
	             "the body is larger than the %zu bytes that %s accepts", r->route->body_max, r->path);
}

static enum MHD_Result count_length(void *count, enum MHD_ValueKind kind, const char *key, const char *value)
{
	(void)kind;
	(void)value;
	*(int *)count += strcasecmp(key, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0;
	return MHD_YES;
}

/* With two lengths, a proxy in front may end the body at the other one, and see requests where we see none.
 */
static bool says_length_twice(struct http_request *r)
{
	int count = 0;

	(void)MHD_get_connection_values(r->conn->mhd, MHD_HEADER_KIND, count_length, &count);
	return count > 1;
}

/* What the headers say about the body: bytes, 0 for none, -1 when only its end will tell. */
static int64_t body_length(struct http_request *r)
{
	const char *coding = http_header(r, MHD_HTTP_HEADER_TRANSFER_ENCODING);
	const char *length = http_header(r, MHD_HTTP_HEADER_CONTENT_LENGTH);
	int64_t n = 0;

	if ((coding && (length || strcasecmp(coding, "chunked") != 0)) || says_length_twice(r)) {
		if (!r->response)
			http_problem(r, MHD_HTTP_BAD_REQUEST, "invalid",
			             "a body has either one Content-Length or the Transfer-Encoding 'chunked'");
		return INT64_MAX;
	}
	if (coding)
		return -1;
	if (length && str_to_int(length, "Content-Length", 0, INT64_MAX, &n, NULL))
		return INT64_MAX;
	return n;
}

static size_t header_bytes(struct http_request *r)
{
	return MHD_get_connection_info(r->conn->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
}

static struct http_request *request_new(struct http_server *s, struct MHD_Connection *mhd, const char *method,
                                        const char *url)
{
	struct http_request *r = mem_zalloc(sizeof(*r));

	r->server = s;
	r->conn = conn_of(mhd);
	r->method = mem_strdup(method);
	r->path = mem_strdup(url);
	r->tail = "";
	r->began_us = clock_mono_us();
	return r;
}

static enum MHD_Result queue_reply(struct http_request *r)
{
	struct http_server *s = r->server;
	enum MHD_Result ok = MHD_queue_response(r->conn->mhd, r->status, r->response);

	MHD_destroy_response(r->response);
	r->response = NULL;
	conn_phase_set(r->conn, r->endless ? CONN_BUSY : CONN_SENDING);
	if (s->observer)
		s->observer(s->ctx, r, r->status, clock_mono_us() - r->began_us);
	return ok;
}

/* The headers are here. A reply now closes the connection; later it can go on. */
static enum MHD_Result headers_done(struct http_request *r)
{
	int64_t length;

	if (header_bytes(r) > r->server->limits.header_bytes_max)
		http_problem(r, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, "limit",
		             "the request's headers are larger than %zu bytes", r->server->limits.header_bytes_max);
	else
		route_find(r);
	length = body_length(r);
	if (!r->response && length > (int64_t)r->route->body_max)
		refuse_size(r);
	if (!r->response && r->server->guard)
		(void)r->server->guard(r->server->ctx, r);
	if (r->response &&
	    (length > (int64_t)HTTP_DISCARD_MAX || (length != 0 && http_header(r, MHD_HTTP_HEADER_EXPECT))))
		return queue_reply(r);
	return MHD_YES;
}

static enum MHD_Result body_part(struct http_request *r, const char *p, size_t n)
{
	if (!r->response && r->body.len + n > r->route->body_max) {
		refuse_size(r);
		buf_release(&r->body);
	}
	if (!r->response) {
		buf_append(&r->body, p, n);
		return MHD_YES;
	}
	r->discarded += n;
	return r->discarded > HTTP_DISCARD_MAX ? MHD_NO : MHD_YES;
}

static void defer_add(struct http_request *r)
{
	struct http_server *s = r->server;

	r->next = s->deferred;
	if (r->next)
		r->next->prev = r;
	s->deferred = r;
}

static enum MHD_Result request_done(struct http_request *r)
{
	conn_phase_set(r->conn, CONN_BUSY);
	if (!r->response) {
		r->in_handler = true;
		r->route->handler(r->server->ctx, r);
		r->in_handler = false;
	}
	if (!r->response && !r->deferred)
		http_problem(r, MHD_HTTP_INTERNAL_SERVER_ERROR, "internal", "the handler of %s gave no answer",
		             r->path);
	if (r->response)
		return queue_reply(r);
	defer_add(r);
	MHD_suspend_connection(r->conn->mhd);
	r->suspended = true;
	return MHD_YES;
}

void *request_line(void *server, const char *uri, struct MHD_Connection *mhd)
{
	(void)server;
	(void)uri;
	conn_phase_set(conn_of(mhd), CONN_RECEIVING);
	return NULL;
}

enum MHD_Result request_access(void *server, struct MHD_Connection *mhd, const char *url, const char *method,
                               const char *version, const char *upload, size_t *upload_size, void **request)
{
	struct http_request *r = *request;
	size_t n = *upload_size;

	(void)version;
	if (!r) {
		*request = r = request_new(server, mhd, method, url);
		return headers_done(r);
	}
	if (n > 0) {
		*upload_size = 0;
		return body_part(r, upload, n);
	}
	/* Second time round: a deferred reply has come. */
	return r->conn->phase == CONN_BUSY ? queue_reply(r) : request_done(r);
}

void request_completed(void *server, struct MHD_Connection *mhd, void **request,
                       enum MHD_RequestTerminationCode code)
{
	struct http_request *r = *request;
	struct conn *c = conn_of(mhd);

	(void)server;
	(void)code;
	*request = NULL;
	if (c)
		conn_phase_set(c, CONN_WAITING);
	if (!r)
		return;
	r->conn = NULL;
	if (!r->deferred)
		request_free(r);
}

void request_abandon_all(struct http_server *s)
{
	for (struct http_request *r = s->deferred, *next; r; r = next) {
		next = r->next;
		r->prev = r->next = NULL;
		r->server = NULL;
		server_resume(s, r->conn);
		r->suspended = false;
	}
	s->deferred = NULL;
}
