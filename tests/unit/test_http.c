#include "common/http/server.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/http_rig.h"
#include "tests/support/suite.h"

static struct http_rig rig;
static int observed_status, observed_count;

static struct http_request *waiting; /* deferred by /later and /never */

static void hello(void *ctx, struct http_request *r)
{
	const char *name = http_query(r, "name");

	(void)ctx;
	http_reply_json(
	    r, 200, json_pack("{s:s, s:s*}", "hello", name ? name : "world", "agent", http_header(r, "X-TEST")));
}

static void echo(void *ctx, struct http_request *r)
{
	size_t n;
	const uint8_t *p = http_body(r, &n);

	(void)ctx;
	http_reply_bytes(r, 200, "application/octet-stream", p, n);
}

static void item(void *ctx, struct http_request *r)
{
	(void)ctx;
	http_reply_text(r, 200, http_tail(r));
}

static void *work(void *unused);
static pthread_t worker;
static uv_async_t finished;

static void on_finished(uv_async_t *a)
{
	http_reply_text(waiting, 200, "worked");
	waiting = NULL;
	uv_close((uv_handle_t *)a, NULL);
}

static void later(void *ctx, struct http_request *r)
{
	(void)ctx;
	http_defer(r);
	waiting = r;
	uv_async_init(&rig.loop.loop, &finished, on_finished);
	pthread_create(&worker, NULL, work, NULL);
}

static void *work(void *unused)
{
	(void)unused;
	usleep(20000);
	uv_async_send(&finished);
	return NULL;
}

static void never(void *ctx, struct http_request *r)
{
	(void)ctx;
	http_defer(r);
	waiting = r;
}

static void forgets(void *ctx, struct http_request *r)
{
	(void)ctx;
	(void)r;
}

static void refuses(void *ctx, struct http_request *r)
{
	struct err e;

	(void)ctx;
	err_set(&e, E_EXISTS, "edge 'a' is there already");
	http_problem_err(r, &e);
}

static const struct http_route routes[] = {
    {"GET", "/hello", 0, hello},     {"POST", "/echo", 1000, echo},   {"PUT", "/echo", 10, echo},
    {"GET", "/items/*", 0, item},    {"GET", "/later", 0, later},     {"GET", "/never", 0, never},
    {"GET", "/forgets", 0, forgets}, {"GET", "/refuses", 0, refuses}, HTTP_ROUTES_END};

static void observe(void *ctx, const struct http_request *r, unsigned status, int64_t us)
{
	(void)ctx;
	ck_assert(us >= 0);
	ck_assert_ptr_nonnull(http_path(r));
	observed_status = (int)status;
	observed_count++;
}

static void setup(void)
{
	const struct http_config c = {.routes = routes, .observer = observe, .limits = HTTP_LIMITS_DEFAULT};

	http_rig_start(&rig, &c);
}

START_TEST(answers_on_one_connection)
{
	struct http_raw c;

	setup();
	http_raw_open(&c, rig.port);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/hello", NULL, "{\"hello\":\"world\"}"), 200);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/hello?name=a%20b", NULL, "\"a b\""), 200);
	ck_assert_int_eq(http_rig_ask(&c, "POST", "/echo", "some bytes", "some bytes"), 200);
	ck_assert_int_eq(http_rig_ask(&c, "POST", "/echo", "", ""), 200);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/items/a/b", NULL, "a/b"), 200);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/items/", NULL, "not-found"), 404);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/none", NULL, "there is nothing at /none"), 404);
	ck_assert_int_eq(http_rig_ask(&c, "POST", "/none", "x", "there is nothing"), 404);
	ck_assert_int_eq(http_rig_ask(&c, "DELETE", "/echo", NULL, "accepted: POST, PUT"), 405);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/forgets", NULL, "gave no answer"), 500);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/refuses", NULL, "edge 'a' is there already"), 409);
	ck_assert_int_eq(http_rig_ask(&c, "PUT", "/echo", "ten and one", "larger than the 10 bytes"), 413);
	ck_assert_int_eq(observed_status, 413);
	ck_assert_int_eq(observed_count, 12);
	ck_assert_int_eq(http_server_connections(rig.server), 1);
	http_raw_close(&c);
	http_rig_stop(&rig);
}
END_TEST

START_TEST(head_and_headers)
{
	struct http_raw_reply r;
	struct http_raw c;

	setup();
	http_raw_open(&c, rig.port);
	http_raw_request(&c, "HEAD", "/hello", NULL);
	ck_assert_int_eq(http_raw_reply(&c, 1, &r), 0);
	ck_assert_int_eq(r.status, 200);
	ck_assert_ptr_nonnull(strstr(r.head, "Content-Length: 18\r\n"));
	ck_assert_ptr_nonnull(strstr(r.head, "Content-Type: application/json\r\n"));
	http_raw_reply_release(&r);
	/* No body came with it: the next reply is understood. */
	http_raw_text(&c, "DELETE /hello HTTP/1.1\r\nHost: t\r\n\r\n");
	ck_assert_int_eq(http_raw_reply(&c, 0, &r), 0);
	ck_assert_int_eq(r.status, 405);
	ck_assert_ptr_nonnull(strstr(r.head, "Allow: GET, HEAD\r\n"));
	ck_assert_ptr_nonnull(strstr(r.head, "Content-Type: application/problem+json\r\n"));
	http_raw_reply_release(&r);
	/* A client that asks before it sends. */
	http_raw_text(&c, "POST /echo HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
	ck_assert_int_eq(http_raw_expect(&c, "HTTP/1.1 100 Continue\r\n\r\n"), 0);
	http_raw_text(&c, "later");
	ck_assert_int_eq(http_raw_reply(&c, 0, &r), 0);
	ck_assert_str_eq(buf_cstr(&r.body), "later");
	http_raw_reply_release(&r);
	http_raw_text(&c, "GET /hello HTTP/1.1\r\nHost: t\r\nx-test: yes\r\nConnection: close\r\n\r\n");
	ck_assert_int_eq(http_raw_reply(&c, 0, &r), 0);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&r.body), "\"agent\":\"yes\""));
	http_raw_reply_release(&r);
	ck_assert_int_eq(http_raw_wait_close(&c, 30000), 0);
	http_raw_close(&c);
	http_rig_stop(&rig);
}
END_TEST

START_TEST(a_worker_answers_later)
{
	struct http_raw c;

	setup();
	http_raw_open(&c, rig.port);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/later", NULL, "worked"), 200);
	pthread_join(worker, NULL);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/later", NULL, "worked"), 200);
	pthread_join(worker, NULL);
	http_raw_close(&c);
	http_rig_stop(&rig);
}
END_TEST

static void answer_waiting(struct loop_rig *x, void *arg)
{
	(void)x;
	(void)arg;
	if (waiting)
		http_reply_text(waiting, 200, "late");
	waiting = NULL;
}

static void is_waiting(struct loop_rig *x, void *arg)
{
	(void)x;
	*(bool *)arg = waiting != NULL;
}

static void wait_until_waiting(void)
{
	bool there = false;

	for (int i = 0; i < 10000 && !there; i++) {
		loop_rig_call(&rig.loop, is_waiting, &there);
		usleep(2000);
	}
	ck_assert(there);
}

START_TEST(deferred_requests_outlive_client_and_server)
{
	struct http_raw c;

	setup();
	http_raw_open(&c, rig.port);
	http_raw_request(&c, "GET", "/never", NULL);
	wait_until_waiting();
	http_raw_close(&c);
	loop_rig_call(&rig.loop, answer_waiting, NULL);
	http_raw_open(&c, rig.port);
	http_raw_request(&c, "GET", "/never", NULL);
	wait_until_waiting();
	http_rig_close(&rig);
	loop_rig_call(&rig.loop, answer_waiting, NULL);
	ck_assert_int_eq(http_raw_wait_close(&c, 30000), 0);
	http_raw_close(&c);
	http_rig_end(&rig);
}
END_TEST

START_TEST(addresses_are_checked)
{
	struct http_config c = {.routes = routes, .limits = HTTP_LIMITS_DEFAULT};
	struct http_server *first, *second;
	struct err e = ERR_INIT;
	uv_loop_t loop;

	uv_loop_init(&loop);
	c.listen = "8080";
	ck_fails(http_server_new(&loop, &c, &second, &e), E_INVALID, &e, "'8080' is not HOST:PORT");
	c.listen = "127.0.0.1:70000";
	ck_fails(http_server_new(&loop, &c, &second, &e), E_INVALID, &e, "from 0 to 65535");
	c.listen = "::1:80";
	ck_fails(http_server_new(&loop, &c, &second, &e), E_INVALID, &e, "in brackets");
	c.listen = ":80";
	ck_fails(http_server_new(&loop, &c, &second, &e), E_INVALID, &e, "HOST:PORT");
	c.listen = "[::1]:0";
	ck_ok(http_server_new(&loop, &c, &first, &e), &e);
	c.listen = http_server_address(first);
	ck_fails(http_server_new(&loop, &c, &second, &e), E_IO, &e, "cannot listen on [::1]:");
	http_server_close(first);
	http_server_close(NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
}
END_TEST

SUITE("http/server", answers_on_one_connection, head_and_headers, a_worker_answers_later,
      deferred_requests_outlive_client_and_server, addresses_are_checked)
