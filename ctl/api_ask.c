#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/grid.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "ctl/api.h"

#define PAGE          500
#define ITEMS_MAX     10000000
#define NAME_MAX_OURS 64

static int need_object(const char *path, json_t **out, struct err *e)
{
	if (json_is_object(*out))
		return 0;
	json_decref(*out);
	*out = NULL;
	return err_set(e, E_PROTOCOL, "%s: the answer is not a JSON object; is this a foedus cloud?", path);
}

/* Words of others must not reach a terminal as they are; programs (--json) get them untouched, escaped. */
static void make_showable(json_t *v)
{
	struct buf text = BUF_INIT;
	const char *key;
	json_t *x;
	size_t i;

	json_object_foreach (v, key, x)
		make_showable(x);
	json_array_foreach (v, i, x)
		make_showable(x);
	if (!json_is_string(v))
		return;
	grid_clean(json_string_value(v), &text);
	json_string_set(v, buf_cstr(&text));
	buf_release(&text);
}

/* What came, for whoever asked. */
static int receive(const struct api *a, const char *path, json_t **out, struct err *e)
{
	int rc = need_object(path, out, e);

	if (!rc)
		api_clean(a, *out);
	return rc;
}

void api_clean(const struct api *a, json_t *v)
{
	if (!a->json)
		make_showable(v);
}

static int ask(struct api *a, bool post, json_t **out, struct err *e, const char *fmt, va_list ap)
{
	struct buf path = BUF_INIT;
	int rc;

	buf_vfmt(&path, fmt, ap);
	rc = post ? http_client_post(a->http, buf_cstr(&path), NULL, out, e)
	          : http_client_get(a->http, buf_cstr(&path), out, e);
	if (!rc)
		rc = receive(a, buf_cstr(&path), out, e);
	buf_release(&path);
	return rc;
}

int api_get(struct api *a, json_t **out, struct err *e, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = ask(a, false, out, e, fmt, ap);
	va_end(ap);
	return rc;
}

int api_post(struct api *a, json_t **out, struct err *e, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = ask(a, true, out, e, fmt, ap);
	va_end(ap);
	return rc;
}

int api_list(struct api *a, const char *path, size_t limit, json_t **items, struct err *e)
{
	return api_list_from(a, path, "", limit, items, e);
}

int api_list_from(struct api *a, const char *path, const char *first, size_t limit, json_t **items,
                  struct err *e)
{
	json_t *all = json_array(), *body = NULL, *page;
	char cursor[128];
	bool more = str_copy(cursor, sizeof(cursor), first);
	int rc = 0;

	while (!rc && more && (!limit || json_array_size(all) < limit)) {
		size_t left = limit ? limit - json_array_size(all) : PAGE;
		const char *next;

		rc = api_get(a, &body, e, "%s?limit=%zu%s%s", path, left < PAGE ? left : PAGE,
		             *cursor ? "&cursor=" : "", cursor);
		if (!rc)
			rc = json_get_array(body, "items", 0, ITEMS_MAX, &page, e);
		if (rc)
			break;
		json_array_extend(all, page);
		next = json_string_value(json_object_get(body, "next"));
		if (next && (!json_array_size(page) || json_array_size(all) > ITEMS_MAX)) {
			rc = err_set(e, E_PROTOCOL, "%s: the list does not end", path);
			break;
		}
		more = next && str_copy(cursor, sizeof(cursor), next);
		json_decref(body);
		body = NULL;
	}
	json_decref(body);
	*items = rc ? NULL : all;
	if (rc)
		json_decref(all);
	return rc;
}

int api_round(const struct api *a, int i, const char **out, struct err *e)
{
	int64_t number;

	*out = i < a->count ? a->word[i] : "latest";
	if (strcmp(*out, "latest") == 0)
		return 0;
	if (str_to_int(*out, "ROUND", 1, INT64_MAX, &number, NULL))
		return err_set(e, E_INVALID, "'%.40s' is no round (accepted: a number from 1, or latest)", *out);
	return 0;
}

int api_name(const struct api *a, int i, const char *what, const char **out, struct err *e)
{
	*out = a->word[i];
	if (!str_is_name(*out, NAME_MAX_OURS))
		return err_set(e, E_INVALID,
		               "'%.64s' is no name of %s (accepted: letters, digits, '.', '_' and '-', at most %d)",
		               *out, what, NAME_MAX_OURS);
	return 0;
}

void api_print(const json_t *body)
{
	json_dumpf(body, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	putchar('\n');
}
