/* The dashboard's files, from the real cloud: all there, light, and with the headers that keep a page to
 * itself. */
#include <string.h>

#include "cloud/admin/assets.h"
#include "common/base/json.h"
#include "tests/support/farm.h"
#include "tests/support/http_raw.h"
#include "tests/support/suite.h"

enum { WEIGHT_MAX = 250 * 1000 };

static struct farm *f;

static void ask(const char *path, const char *headers, struct http_raw_reply *r)
{
	char text[512];
	struct http_raw c;

	snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n%s%s\r\n", path,
	         strstr(headers, "Host:") ? "" : "Host: 127.0.0.1\r\n", headers);
	http_raw_open(&c, (uint16_t)f->admin);
	http_raw_text(&c, text);
	ck_assert_msg(http_raw_reply(&c, 0, r) == 0, "no answer to %s", path);
	http_raw_close(&c);
}

static void ck_says(const struct http_raw_reply *r, const char *path, const char *part)
{
	ck_assert_msg(strstr(r->head, part) != NULL, "%s does not say '%s': %s", path, part, r->head);
}

static void ck_file(const char *path, const struct asset *x)
{
	struct http_raw_reply r;

	ask(path, "", &r);
	ck_assert_msg(r.status == 200, "%s: %d", path, r.status);
	ck_says(&r, path, x->type);
	ck_says(&r, path, "Content-Security-Policy: default-src 'none'; ");
	ck_says(&r, path, "; script-src 'sha256-");
	ck_says(&r, path, "; style-src 'sha256-");
	ck_assert_msg(strstr(r.head, "unsafe") == NULL, "%s: %s", path, r.head);
	ck_says(&r, path, "frame-ancestors 'none'");
	ck_says(&r, path, "X-Content-Type-Options: nosniff");
	ck_says(&r, path, "Cache-Control: no-cache");
	ck_assert_msg(strstr(r.head, "no-store") == NULL, "%s: %s", path, r.head);
	ck_assert_uint_eq(r.body.len, x->size);
	ck_assert_int_eq(memcmp(r.body.data, x->data, x->size), 0);
	http_raw_reply_release(&r);
}

/* Nothing is sent again that the browser has; anything else is. */
static void ck_kept(const char *path)
{
	char header[256] = "If-None-Match: ";
	size_t used = strlen(header);
	struct http_raw_reply r;
	const char *tag;

	ask(path, "", &r);
	tag = strstr(r.head, "ETag: ");
	ck_assert_msg(tag != NULL, "%s: %s", path, r.head);
	tag += strlen("ETag: ");
	snprintf(header + used, sizeof(header) - used, "%.*s\r\n", (int)strcspn(tag, "\r\n"), tag);
	http_raw_reply_release(&r);
	ask(path, header, &r);
	ck_assert_int_eq(r.status, 304);
	ck_assert_uint_eq(r.body.len, 0);
	http_raw_reply_release(&r);
	ask(path, "If-None-Match: \"another\"\r\n", &r);
	ck_assert_int_eq(r.status, 200);
	http_raw_reply_release(&r);
}

/* Whether the page names the file; what no file names is weight for nothing. */
static bool is_named(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/dashboard/%s", name);
	for (const struct asset *x = assets; x->name; x++)
		if (strcmp(x->name, "index.html") == 0)
			return memmem(x->data, x->size, path, strlen(path)) != NULL;
	return false;
}

START_TEST(every_file_is_served_and_all_are_light)
{
	size_t weight = 0;

	f = farm_new((struct farm_options){.edges_min = 2, .cloud = {"--admin-read=token"}});
	farm_start_cloud(f);
	for (const struct asset *x = assets; x->name; x++) {
		char path[128];

		snprintf(path, sizeof(path), "/dashboard/%s", x->name);
		ck_file(path, x);
		if (strcmp(x->name, "index.html") == 0)
			ck_file("/", x);
		else
			ck_assert_msg(is_named(x->name), "index.html does not load %s", x->name);
		weight += x->size;
	}
	ck_assert_uint_gt(weight, 10000);
	ck_assert_uint_lt(weight, WEIGHT_MAX);
	ck_kept("/");
	ck_kept("/dashboard/icon.svg");
	farm_free(f);
}
END_TEST

START_TEST(only_its_own_files_are_served)
{
	static const char *const no[] = {"/dashboard/nothing.js", "/dashboard/..%2fadmin.token",
	                                 "/dashboard/%00",        "/dashboard/embed.sh",
	                                 "/dashboard/",           "/dashboard/x/icon.svg"};
	struct http_raw_reply r;

	f = farm_new((struct farm_options){.edges_min = 2, .cloud = {"--admin-read=token"}});
	farm_start_cloud(f);
	for (size_t i = 0; i < ARRAY_LEN(no); i++) {
		ask(no[i], "", &r);
		ck_assert_msg(r.status == 404 || r.status == 400 || r.status == 401, "%s: %d", no[i], r.status);
		http_raw_reply_release(&r);
	}
	ask("/api/v1/status", "", &r); /* the page is open to all, what it shows is not */
	ck_assert_int_eq(r.status, 401);
	http_raw_reply_release(&r);
	farm_free(f);
}
END_TEST

static json_t *first_of(const struct http_raw_reply *r)
{
	static const char open[] = "<script id=\"first\" type=\"application/json\">";
	char *at = memmem(r->body.data, r->body.len, open, strlen(open)), *end;
	struct err e = ERR_INIT;
	json_t *first = NULL;

	ck_assert_ptr_nonnull(at);
	at += strlen(open);
	end = strstr(at, "</script>");
	ck_assert_ptr_nonnull(end);
	if (end > at)
		ck_ok(json_parse(at, (size_t)(end - at), &first, &e), &e);
	return first;
}

static json_t *ask_first(const char *headers)
{
	struct http_raw_reply r;
	json_t *first;

	ask("/", headers, &r);
	ck_assert_int_eq(r.status, 200);
	buf_append(&r.body, "", 1);
	first = first_of(&r);
	ck_says(&r, "/", first ? "Cache-Control: no-store" : "Cache-Control: no-cache");
	http_raw_reply_release(&r);
	return first;
}

/* A page in a browser that was led to our address by a name of its own gets nothing. */
START_TEST(what_is_shown_first_is_in_the_page_for_who_may_read)
{
	json_t *first;

	f = farm_new(
	    (struct farm_options){.edges_min = 2, .cloud = {"--policy=edmsac", "--policy-dir=/no/</script><b>"}});
	farm_start_cloud(f);
	first = ask_first("");
	ck_assert_ptr_nonnull(strstr(
	    json_string_value(json_object_get(json_object_get(first, "/status"), "policy_note")), "</script>"));
	ck_assert(json_is_array(json_object_get(json_object_get(first, "/edges?limit=1000"), "items")));
	ck_assert(json_is_null(json_object_get(first, "/rounds/latest")));
	json_decref(first);
	ck_assert_ptr_null(ask_first("Sec-Fetch-Site: cross-site\r\n"));
	ck_assert_ptr_null(ask_first("Host: elsewhere.example\r\n"));
	farm_free(f);
}
END_TEST

START_TEST(the_page_tells_nothing_where_reading_needs_the_token)
{
	f = farm_new((struct farm_options){.edges_min = 2, .cloud = {"--admin-read=token"}});
	farm_start_cloud(f);
	ck_assert_ptr_null(ask_first(""));
	farm_free(f);
}
END_TEST

SUITE("admin/dashboard", every_file_is_served_and_all_are_light, only_its_own_files_are_served,
      what_is_shown_first_is_in_the_page_for_who_may_read,
      the_page_tells_nothing_where_reading_needs_the_token)
