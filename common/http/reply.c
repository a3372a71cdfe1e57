#include "common/http/internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/mem.h"

const char *http_method(const struct http_request *r)
{
	return r->method;
}

const char *http_path(const struct http_request *r)
{
	return r->path;
}

const char *http_tail(const struct http_request *r)
{
	return r->tail;
}

const char *http_param(const struct http_request *r, const char *name)
{
	const char *at = r->route->path;
	size_t n = strlen(name);

	for (size_t i = 0; i < HTTP_PARAMS_MAX && (at = strchr(at, '{')); i++) {
		at++;
		if (strncmp(at, name, n) == 0 && at[n] == '}')
			return r->param[i] ? r->param[i] : "";
	}
	return "";
}

const uint8_t *http_body(const struct http_request *r, size_t *n)
{
	*n = r->body.len;
	return r->body.data;
}

const struct http_route *http_route_of(const struct http_request *r)
{
	return r->route;
}

const char *http_header(const struct http_request *r, const char *name)
{
	return r->conn ? MHD_lookup_connection_value(r->conn->mhd, MHD_HEADER_KIND, name) : NULL;
}

const char *http_query(const struct http_request *r, const char *name)
{
	return r->conn ? MHD_lookup_connection_value(r->conn->mhd, MHD_GET_ARGUMENT_KIND, name) : NULL;
}

void request_free(struct http_request *r)
{
	if (r->response)
		MHD_destroy_response(r->response);
	buf_release(&r->body);
	for (size_t i = 0; i < HTTP_PARAMS_MAX; i++)
		free(r->param[i]);
	for (size_t i = 0; i < r->extra_count; i++)
		free(r->extra[i].value);
	free(r->method);
	free(r->path);
	free(r);
}

void http_defer(struct http_request *r)
{
	assert(r->in_handler && !r->response);
	r->deferred = true;
}

static void defer_remove(struct http_request *r)
{
	if (r->prev)
		r->prev->next = r->next;
	else
		r->server->deferred = r->next;
	if (r->next)
		r->next->prev = r->prev;
	r->prev = r->next = NULL;
}

static bool has_extra(const struct http_request *r, const char *name)
{
	for (size_t i = 0; i < r->extra_count; i++)
		if (strcmp(r->extra[i].name, name) == 0)
			return true;
	return false;
}

void request_respond(struct http_request *r, unsigned status, const char *type, struct MHD_Response *response)
{
	assert(!r->response);
	r->response = response;
	r->status = status;
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (!has_extra(r, MHD_HTTP_HEADER_CACHE_CONTROL))
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	(void)MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	for (size_t i = 0; i < r->extra_count; i++)
		(void)MHD_add_response_header(response, r->extra[i].name, r->extra[i].value);
	if (!r->deferred)
		return;
	r->deferred = false;
	if (!r->conn || !r->server) {
		request_free(r);
	} else if (r->suspended) {
		defer_remove(r);
		r->suspended = false;
		server_resume(r->server, r->conn);
	}
}

void http_reply_header(struct http_request *r, const char *name, const char *value)
{
	assert(!r->response && r->extra_count < HTTP_EXTRA_MAX);
	r->extra[r->extra_count].name = name;
	r->extra[r->extra_count++].value = mem_strdup(value);
}

/* Owns `p` from here. */
static void respond_owned(struct http_request *r, unsigned status, const char *type, char *p, size_t n)
{
	request_respond(r, status, type, MHD_create_response_from_buffer(n, p, MHD_RESPMEM_MUST_FREE));
}

void http_reply_bytes(struct http_request *r, unsigned status, const char *type, const void *p, size_t n)
{
	respond_owned(r, status, type, n ? mem_dup(p, n) : mem_alloc(1), n);
}

void http_reply_text(struct http_request *r, unsigned status, const char *text)
{
	http_reply_bytes(r, status, "text/plain; charset=utf-8", text, strlen(text));
}

static void reply_json_as(struct http_request *r, unsigned status, const char *type, json_t *body)
{
	struct buf text = BUF_INIT;
	char *dump = body ? json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;

	json_decref(body);
	if (!dump) {
		log_error("http: the answer to %s %s is not valid JSON", r->method, r->path);
		status = MHD_HTTP_INTERNAL_SERVER_ERROR;
	}
	buf_fmt(&text, "%s\n", dump ? dump : "{}");
	free(dump);
	respond_owned(r, status, type, (char *)text.data, text.len);
}

void http_reply_json(struct http_request *r, unsigned status, json_t *body)
{
	reply_json_as(r, status, "application/json", body);
}

void http_problem(struct http_request *r, unsigned status, const char *code, const char *fmt, ...)
{
	char detail[768];
	json_t *text;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	text = json_string(detail);
	if (!text) { /* it quotes bytes that are not UTF-8, or a cut character */
		for (char *c = detail; *c; c++)
			if (*c & 0x80)
				*c = '?';
		text = json_string(detail);
	}
	reply_json_as(r, status, "application/problem+json",
	              json_pack("{s:s, s:i, s:s, s:o}", "title", MHD_get_reason_phrase_for(status), "status",
	                        (int)status, "code", code, "detail", text));
}

static unsigned status_of(int code)
{
	switch (code) {
	case E_INVALID:
	case E_PROTOCOL:
		return MHD_HTTP_BAD_REQUEST;
	case E_LIMIT:
		return MHD_HTTP_CONTENT_TOO_LARGE;
	case E_AUTH:
		return MHD_HTTP_FORBIDDEN;
	case E_NOT_FOUND:
		return MHD_HTTP_NOT_FOUND;
	case E_EXISTS:
	case E_STATE:
		return MHD_HTTP_CONFLICT;
	case E_INFEASIBLE:
		return MHD_HTTP_UNPROCESSABLE_CONTENT;
	case E_UNAVAILABLE:
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	case E_TIMEOUT:
		return MHD_HTTP_GATEWAY_TIMEOUT;
	default:
		return MHD_HTTP_INTERNAL_SERVER_ERROR;
	}
}

void http_problem_err(struct http_request *r, const struct err *e)
{
	http_problem(r, status_of(e->code), err_name(e->code), "%s", e->text);
}
