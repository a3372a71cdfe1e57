/* Which route a request is for. */
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/http/internal.h"

/* One segment of a path against one of a pattern; both are moved behind it. */
static bool segment_matches(const char **pattern, const char **path, const char **value, size_t *n)
{
	size_t want = strcspn(*pattern, "/"), have = strcspn(*path, "/");
	bool named = **pattern == '{';
	bool same = named ? have > 0 : want == have && strncmp(*pattern, *path, want) == 0;

	*value = named ? *path : NULL;
	*n = have;
	*pattern += want;
	*path += have;
	return same;
}

static bool template_matches(const char *pattern, const char *path, struct http_request *r)
{
	size_t count = 0;

	while (*pattern == '/' && *path == '/') {
		const char *value;
		size_t n;

		pattern++;
		path++;
		if (!segment_matches(&pattern, &path, &value, &n))
			return false;
		if (value && r && count < HTTP_PARAMS_MAX) {
			free(r->param[count]);
			r->param[count] = mem_zalloc(n + 1);
			memcpy(r->param[count++], value, n);
		}
	}
	return *pattern == '\0' && *path == '\0';
}

/* "/files/" and a star matches what begins with it and goes on; sets the tail. The path's named segments are
 * kept in `r` (NULL = not wanted). */
static bool path_matches(const char *pattern, const char *path, const char **tail, struct http_request *r)
{
	size_t n = strlen(pattern);

	*tail = "";
	if (n >= 2 && strcmp(pattern + n - 2, "/*") == 0) {
		*tail = path + n - 1;
		return strncmp(pattern, path, n - 1) == 0 && path[n - 1] != '\0';
	}
	return strchr(pattern, '{') ? template_matches(pattern, path, r) : strcmp(pattern, path) == 0;
}

static bool method_matches(const char *have, const char *want)
{
	return strcmp(have, want) == 0 || (strcmp(have, "HEAD") == 0 && strcmp(want, "GET") == 0);
}

static void refuse_method(struct http_request *r)
{
	struct buf allow = BUF_INIT;
	const char *tail;

	for (const struct http_route *x = r->server->routes; x->method; x++)
		if (path_matches(x->path, r->path, &tail, NULL))
			buf_fmt(&allow, "%s%s%s", allow.len ? ", " : "", x->method,
			        strcmp(x->method, "GET") == 0 ? ", HEAD" : "");
	http_reply_header(r, MHD_HTTP_HEADER_ALLOW, buf_cstr(&allow));
	http_problem(r, MHD_HTTP_METHOD_NOT_ALLOWED, "method", "%s does not take %s; accepted: %s", r->path,
	             r->method, buf_cstr(&allow));
	buf_release(&allow);
}

void route_find(struct http_request *r)
{
	bool known = false;

	for (const struct http_route *x = r->server->routes; x->method; x++) {
		const char *tail;

		if (!path_matches(x->path, r->path, &tail, method_matches(r->method, x->method) ? r : NULL))
			continue;
		known = true;
		if (method_matches(r->method, x->method)) {
			r->route = x;
			r->tail = tail;
			return;
		}
	}
	if (known)
		refuse_method(r);
	else
		http_problem(r, MHD_HTTP_NOT_FOUND, "not-found", "there is nothing at %.200s", r->path);
}
