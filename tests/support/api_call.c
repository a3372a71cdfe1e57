#include "tests/support/api_call.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tests/support/http_raw.h"
#include "tests/support/openapi.h"
#include "tests/support/suite.h"

static void request_text(struct farm *f, const struct api_call *c, struct buf *out)
{
	char token[256];

	buf_fmt(out, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n", c->method, c->actual ? c->actual : c->path);
	if (c->token)
		buf_fmt(out, "Authorization: Bearer %s\r\n", farm_token(f, token, sizeof(token)));
	if (c->headers)
		buf_str(out, c->headers);
	if (c->body)
		buf_fmt(out, "Content-Length: %zu\r\n\r\n%s", strlen(c->body), c->body);
	else
		buf_str(out, "\r\n");
}

/* The value of Content-Type without its parameters. */
static void media_type(const char *head, char *out, size_t cap)
{
	const char *at = strcasestr(head, "\ncontent-type:");
	size_t n;

	ck_assert_msg(at != NULL, "no Content-Type in %s", head);
	at += strlen("\ncontent-type:");
	at += strspn(at, " ");
	n = strcspn(at, "; \r\n");
	snprintf(out, cap, "%.*s", (int)n, at);
}

int api_call(struct farm *f, struct api_call c, json_t **out)
{
	struct buf text = BUF_INIT;
	struct http_raw_reply r;
	struct http_raw link;
	char type[64], method[16] = "";
	json_t *body;
	int status;

	request_text(f, &c, &text);
	http_raw_open(&link, (uint16_t)f->admin);
	http_raw_send(&link, text.data, text.len);
	ck_assert_msg(http_raw_reply(&link, 0, &r) == 0, "no answer to %.200s", buf_cstr(&text));
	media_type(r.head, type, sizeof(type));
	body = json_loadb((const char *)r.body.data, r.body.len, 0, NULL);
	for (size_t i = 0; c.method[i] && i + 1 < sizeof(method); i++)
		method[i] = (char)tolower((unsigned char)c.method[i]);
	openapi_check_answer(method, c.path, r.status, type, body);
	ck_assert_msg(body || r.status < 300, "%s %s: %d without JSON", c.method, c.path, r.status);
	status = r.status;
	if (out)
		*out = body;
	else
		json_decref(body);
	http_raw_reply_release(&r);
	http_raw_close(&link);
	buf_release(&text);
	return status;
}

json_t *api_get(struct farm *f, const char *path, const char *actual)
{
	json_t *out = NULL;
	int status = api_call(f, (struct api_call){.method = "GET", .path = path, .actual = actual}, &out);

	ck_assert_msg(status == 200, "GET %s: %d", actual ? actual : path, status);
	ck_assert_msg(out != NULL, "GET %s: no JSON", actual ? actual : path);
	return out;
}
