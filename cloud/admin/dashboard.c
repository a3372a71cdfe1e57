/* The dashboard: a page for people that shows what the other paths tell. Its files hold nothing secret. */
#include <stdio.h>
#include <string.h>

#include "cloud/admin/api.h"
#include "cloud/admin/assets.h"
#include "common/http/server.h"

/* Everything that the page loads, runs and connects to comes from this server, from files; nobody frames it.
 */
#define POLICY                                                                                               \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "          \
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

enum { TAG_CHARS = 32 };

static const struct asset *find(const char *name)
{
	for (const struct asset *x = assets; x->name; x++)
		if (strcmp(x->name, name) == 0)
			return x;
	return NULL;
}

static void reply(struct http_request *r, const struct asset *x)
{
	struct digest d = digest_of(x->data, x->size);
	const char *have = http_header(r, "If-None-Match");
	char hex[DIGEST_HEX], tag[TAG_CHARS + 3];
	bool same;

	digest_hex(&d, hex);
	snprintf(tag, sizeof(tag), "\"%.*s\"", TAG_CHARS, hex);
	same = have && strstr(have, tag);
	http_reply_header(r, "ETag", tag);
	http_reply_header(r, "Cache-Control", "no-cache"); /* kept, and asked for whether it still holds */
	http_reply_header(r, "Content-Security-Policy", POLICY);
	http_reply_header(r, "Referrer-Policy", "no-referrer");
	http_reply_bytes(r, same ? 304 : 200, x->type, x->data, same ? 0 : x->size);
}

void get_dashboard(void *ctx, struct http_request *r)
{
	(void)ctx;
	reply(r, find("index.html"));
}

void get_dashboard_file(void *ctx, struct http_request *r)
{
	const char *name = http_param(r, "file");
	const struct asset *x = find(name);

	(void)ctx;
	if (x)
		reply(r, x);
	else
		http_problem(r, 404, "not-found", "the dashboard has no file '%.80s'", name);
}
