/* The dashboard: a page for people that shows what the other paths tell. Its files hold nothing secret. Who
 * may read without the token gets what is shown first in the page itself, so that the browser need not ask
 * for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/admin/api.h"
#include "cloud/admin/assets.h"
#include "common/base/mem.h"
#include "common/http/server.h"

/* What the page has inside it runs, by its digest; what it loads and connects to comes from this server;
 * nobody frames it. */
#define POLICY                                                                                               \
	"default-src 'none'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "          \
	"frame-ancestors 'none'; require-trusted-types-for 'script'"

/* Where the page takes what it shows first; no program, as browsers see it. */
#define HOLE "<script id=\"first\" type=\"application/json\">"

enum { TAG_CHARS = 32 };

struct dashboard {
	const struct asset *page;
	size_t hole; /* in the page: bytes before the place of what is shown first */
	char *policy;
};

static const struct asset *find(const char *name)
{
	for (const struct asset *x = assets; x->name; x++)
		if (strcmp(x->name, name) == 0)
			return x;
	return NULL;
}

static const uint8_t *behind(const uint8_t *from, const uint8_t *end, const char *text)
{
	const uint8_t *at = from ? memmem(from, (size_t)(end - from), text, strlen(text)) : NULL;

	return at ? at + strlen(text) : NULL;
}

/* The digests of all elements that begin and end so, as a Content-Security-Policy names them. */
static void name_elements(const struct asset *page, const char *open, const char *close, struct buf *out)
{
	const uint8_t *end = page->data + page->size, *at = page->data, *to;

	while ((at = behind(at, end, open)) && (to = behind(at, end, close))) {
		struct digest d = digest_of(at, (size_t)(to - at) - strlen(close));
		char *text = base64_encode(d.bytes, sizeof(d.bytes));

		buf_fmt(out, " 'sha256-%s'", text);
		free(text);
		at = to;
	}
}

struct dashboard *dashboard_new(void)
{
	struct dashboard *d = mem_zalloc(sizeof(*d));
	struct buf policy = BUF_INIT;
	const uint8_t *hole;

	d->page = find("index.html");
	hole = behind(d->page->data, d->page->data + d->page->size, HOLE);
	d->hole = hole ? (size_t)(hole - d->page->data) : d->page->size;
	buf_str(&policy, POLICY "; script-src");
	name_elements(d->page, "<script>", "</script>", &policy);
	buf_str(&policy, "; style-src");
	name_elements(d->page, "<style>", "</style>", &policy);
	d->policy = mem_strdup(buf_cstr(&policy));
	buf_release(&policy);
	return d;
}

void dashboard_free(struct dashboard *d)
{
	if (!d)
		return;
	free(d->policy);
	free(d);
}

static void add_headers(const struct dashboard *d, struct http_request *r)
{
	http_reply_header(r, "Content-Security-Policy", d->policy);
	http_reply_header(r, "Referrer-Policy", "no-referrer");
}

static void reply_file(const struct dashboard *d, struct http_request *r, const struct asset *x)
{
	struct digest sum = digest_of(x->data, x->size);
	const char *have = http_header(r, "If-None-Match");
	char hex[DIGEST_HEX], tag[TAG_CHARS + 3];
	bool same;

	digest_hex(&sum, hex);
	snprintf(tag, sizeof(tag), "\"%.*s\"", TAG_CHARS, hex);
	same = have && strstr(have, tag);
	add_headers(d, r);
	http_reply_header(r, "ETag", tag);
	http_reply_header(r, "Cache-Control", "no-cache"); /* kept, and asked for whether it still holds */
	http_reply_bytes(r, same ? 304 : 200, x->type, x->data, same ? 0 : x->size);
}

/* As JSON in which no text can end the element around it. */
static void append_json(struct buf *out, json_t *view)
{
	char *text = json_dumps(view, JSON_COMPACT | JSON_REAL_PRECISION(15));

	for (const char *at = text; at && *at;) {
		size_t plain = strcspn(at, "<");

		buf_append(out, at, plain);
		at += plain;
		if (*at) {
			buf_str(out, "\\u003c");
			at++;
		}
	}
	free(text);
	json_decref(view);
}

void get_dashboard(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	const struct dashboard *d = a->dashboard;
	struct buf page = BUF_INIT;

	if (!guard_reads(a, r)) {
		reply_file(d, r, d->page);
		return;
	}
	buf_append(&page, d->page->data, d->hole);
	append_json(&page, view_first(a));
	buf_append(&page, d->page->data + d->hole, d->page->size - d->hole);
	add_headers(d, r);
	http_reply_bytes(r, 200, d->page->type, page.data, page.len);
	buf_release(&page);
}

void get_dashboard_file(void *ctx, struct http_request *r)
{
	const struct admin *a = ctx;
	const char *name = http_param(r, "file");
	const struct asset *x = find(name);

	if (x)
		reply_file(a->dashboard, r, x);
	else
		http_problem(r, 404, "not-found", "the dashboard has no file '%.80s'", name);
}
