/* Paths with names in them, the guard before a body, headers of replies, replies made piece by piece. */
#include <string.h>

#include "tests/support/http_rig.h"
#include "tests/support/suite.h"

static struct http_rig rig;
static int guarded;

static void show(void *ctx, struct http_request *r)
{
	(void)ctx;
	http_reply_json(r, 200,
	                json_pack("{s:s, s:s, s:s}", "a", http_param(r, "a"), "long", http_param(r, "long"),
	                          "none", http_param(r, "none")));
}

static void fixed(void *ctx, struct http_request *r)
{
	(void)ctx;
	http_reply_header(r, "X-One", "1");
	http_reply_header(r, "X-Two", "2");
	http_reply_text(r, 200, "fixed");
}

struct pieces {
	int left, done;
};

static int more(void *ctx, struct buf *out)
{
	struct pieces *p = ctx;

	if (p->left-- > 0)
		for (int i = 0; i < 1000; i++)
			buf_str(out, "0123456789");
	return 0;
}

static void done(void *ctx)
{
	((struct pieces *)ctx)->done++;
}

static struct pieces pieces;

static void source(void *ctx, struct http_request *r)
{
	(void)ctx;
	pieces.left = 50;
	http_reply_source(r, 200, "text/plain", (struct http_source){&pieces, more, done});
}

static bool guard(void *ctx, struct http_request *r)
{
	(void)ctx;
	guarded++;
	if (!http_header(r, "X-Refuse"))
		return true;
	http_problem(r, 401, "unauthorized", "refused before the body");
	return false;
}

static const struct http_route routes[] = {{"GET", "/x/now", 0, fixed},   {"GET", "/x/{a}", 0, show},
                                           {"POST", "/x/{a}", 100, show}, {"GET", "/x/{a}/y/{long}", 0, show},
                                           {"GET", "/pieces", 0, source}, HTTP_ROUTES_END};

static void start(void)
{
	struct http_config c = {.routes = routes, .guard = guard, .limits = HTTP_LIMITS_DEFAULT};

	http_rig_start(&rig, &c);
}

START_TEST(names_in_paths_are_whole_segments)
{
	struct http_raw c;

	start();
	http_raw_open(&c, rig.port);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/x/7", NULL, "{\"a\":\"7\",\"long\":\"\",\"none\":\"\"}"), 200);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/x/now", NULL, "fixed"), 200);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/x/a%20b/y/c.d", NULL, "{\"a\":\"a b\",\"long\":\"c.d\""), 200);
	ck_assert_int_eq(http_rig_ask(&c, "POST", "/x/1", "{}", "\"a\":\"1\""), 200);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/x/", NULL, "nothing"), 404);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/x/7/", NULL, "nothing"), 404);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/x/7/y", NULL, "nothing"), 404);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/x//y/7", NULL, "nothing"), 404);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/x/7/z/8", NULL, "nothing"), 404);
	ck_assert_int_eq(http_rig_ask(&c, "PUT", "/x/7", NULL, "GET, HEAD, POST"), 405);
	http_raw_close(&c);
	http_rig_stop(&rig);
}
END_TEST

START_TEST(the_guard_comes_before_the_body)
{
	struct http_raw_reply r;
	struct http_raw c;

	start();
	http_raw_open(&c, rig.port);
	http_raw_text(&c, "POST /x/1 HTTP/1.1\r\nHost: test\r\nX-Refuse: 1\r\nContent-Length: 50\r\nExpect: "
	                  "100-continue\r\n\r\n");
	ck_assert_int_eq(http_raw_reply(&c, 0, &r), 0); /* though not a byte of it was sent */
	ck_assert_int_eq(r.status, 401);
	http_raw_reply_release(&r);
	http_raw_close(&c);
	http_raw_open(&c, rig.port);
	guarded = 0;
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/nothing", NULL, "nothing"), 404);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/x/1", NULL, "\"a\""), 200);
	ck_assert_int_eq(guarded, 1); /* what is not there needs no guard */
	http_raw_close(&c);
	http_rig_stop(&rig);
}
END_TEST

START_TEST(replies_carry_headers_of_their_own)
{
	struct http_raw_reply r;
	struct http_raw c;

	start();
	http_raw_open(&c, rig.port);
	http_raw_request(&c, "GET", "/x/now", NULL);
	ck_assert_int_eq(http_raw_reply(&c, 0, &r), 0);
	ck_assert_ptr_nonnull(strstr(r.head, "X-One: 1\r\n"));
	ck_assert_ptr_nonnull(strstr(r.head, "X-Two: 2\r\n"));
	http_raw_reply_release(&r);
	http_raw_close(&c);
	http_rig_stop(&rig);
}
END_TEST

START_TEST(pieces_come_whole_and_end)
{
	struct http_raw_reply r;
	struct http_raw c;

	start();
	http_raw_open(&c, rig.port);
	http_raw_request(&c, "GET", "/pieces", NULL);
	ck_assert_int_eq(http_raw_reply(&c, 0, &r), 0);
	ck_assert_uint_eq(r.body.len, 500000);
	ck_assert_int_eq(memcmp(r.body.data + 499990, "0123456789", 10), 0);
	http_raw_reply_release(&r);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/x/1", NULL, "\"a\""), 200); /* the connection goes on */
	http_raw_request(&c, "GET", "/pieces", NULL);
	http_raw_close(&c); /* a client that goes away */
	http_rig_stop(&rig);
	ck_assert_int_eq(pieces.done, 2);
}
END_TEST

START_TEST(large_headers_are_a_problem)
{
	struct buf text = BUF_INIT;
	struct http_raw_reply r;
	struct http_raw c;

	start();
	buf_str(&text, "GET /x/1 HTTP/1.1\r\nHost: test\r\nX-Large: ");
	for (int i = 0; i < 18 * 1024; i++)
		buf_str(&text, "x");
	buf_str(&text, "\r\n\r\n");
	http_raw_open(&c, rig.port);
	http_raw_send(&c, text.data, text.len);
	ck_assert_int_eq(http_raw_reply(&c, 0, &r), 0);
	ck_assert_int_eq(r.status, 431);
	ck_assert_ptr_nonnull(strstr(r.head, "application/problem+json"));
	http_raw_reply_release(&r);
	http_raw_close(&c);
	buf_release(&text);
	http_rig_stop(&rig);
}
END_TEST

SUITE("http/route", names_in_paths_are_whole_segments, the_guard_comes_before_the_body,
      replies_carry_headers_of_their_own, pieces_come_whole_and_end, large_headers_are_a_problem)
