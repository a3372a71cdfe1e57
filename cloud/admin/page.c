/* Pages of lists, numbers in paths, bodies of requests. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cloud/admin/api.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "common/http/server.h"

bool page_get(struct http_request *r, struct page *out)
{
	const char *count = http_query(r, "limit");
	struct err e = ERR_INIT;
	int64_t limit = API_PAGE;

	out->cursor = http_query(r, "cursor");
	if (count && str_to_int(count, "limit", 1, API_PAGE_MAX, &limit, &e)) {
		http_problem_err(r, &e);
		return false;
	}
	out->limit = (size_t)limit;
	return true;
}

bool page_get_number(struct http_request *r, struct page *out, int64_t *at, int64_t first)
{
	struct err e = ERR_INIT;

	*at = first;
	if (!page_get(r, out))
		return false;
	if (out->cursor && str_to_int(out->cursor, "cursor", 0, INT64_MAX, at, &e)) {
		http_problem_err(r, &e);
		return false;
	}
	return true;
}

json_t *page_json(json_t *items, const char *next)
{
	return json_pack("{s:o,s:o}", "items", items, "next", next ? json_string(next) : json_null());
}

json_t *page_json_number(json_t *items, bool more, uint64_t next)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, next);
	return page_json(items, more ? text : NULL);
}

bool path_number(struct http_request *r, const char *name, uint64_t *out)
{
	struct err e = ERR_INIT;
	int64_t n;

	if (str_to_int(http_param(r, name), name, 1, INT64_MAX, &n, &e)) {
		http_problem(r, 404, "not-found", "there is no %s '%.80s'", name, http_param(r, name));
		return false;
	}
	*out = (uint64_t)n;
	return true;
}

static bool is_json(const char *type)
{
	size_t n = type ? strcspn(type, "; \t") : 0;

	return n == strlen("application/json") && strncasecmp(type, "application/json", n) == 0;
}

bool body_get(struct http_request *r, json_t **out)
{
	struct err e = ERR_INIT;
	size_t n;
	const uint8_t *body = http_body(r, &n);

	*out = NULL;
	if (n == 0)
		return true;
	if (!is_json(http_header(r, "Content-Type"))) {
		http_problem(r, 415, "media-type", "the body must be of type application/json");
		return false;
	}
	if (json_parse((const char *)body, n, out, &e)) {
		http_problem_err(r, &e);
		return false;
	}
	if (!json_is_object(*out)) {
		json_decref(*out);
		*out = NULL;
		http_problem(r, 400, "invalid", "the body must be a JSON object");
		return false;
	}
	return true;
}
