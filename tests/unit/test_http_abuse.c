/* What hostile or broken clients do to the HTTP server, each test named after the attack. */
#include "common/http/server.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/rng.h"
#include "tests/support/http_rig.h"
#include "tests/support/suite.h"

#define BODY_MAX 1000

static struct http_rig rig;
static int handled;

static void hello(void *ctx, struct http_request *r)
{
	(void)ctx;
	handled++;
	http_reply_text(r, 200, "hello");
}

static void length(void *ctx, struct http_request *r)
{
	char text[32];
	size_t n;

	(void)ctx;
	(void)http_body(r, &n);
	handled++;
	snprintf(text, sizeof(text), "%zu bytes", n);
	http_reply_text(r, 200, text);
}

static void large(void *ctx, struct http_request *r)
{
	size_t n = (size_t)32 << 20;
	char *p = mem_zalloc(n);

	(void)ctx;
	http_reply_bytes(r, 200, "application/octet-stream", p, n);
	free(p);
}

static const struct http_route routes[] = {{"GET", "/hello", 0, hello},
                                           {"POST", "/length", BODY_MAX, length},
                                           {"GET", "/large", 0, large},
                                           HTTP_ROUTES_END};

static void setup(uint64_t idle_ms, uint64_t request_ms, unsigned connections)
{
	struct http_config c = {.routes = routes, .limits = HTTP_LIMITS_DEFAULT};

	c.limits.idle_ms_max = idle_ms;
	c.limits.request_ms_max = request_ms;
	c.limits.connections_max = connections;
	http_rig_start(&rig, &c);
}

static int reply_status(struct http_raw *c, const char *part)
{
	struct http_raw_reply r;
	int status;

	(void)http_raw_reply(c, 0, &r);
	status = r.status;
	if (status)
		ck_assert_msg(strstr(buf_cstr(&r.body), part) != NULL, "'%s' does not say '%s'", buf_cstr(&r.body),
		              part);
	http_raw_reply_release(&r);
	return status;
}

/* A new client is served: what every attack must leave true. */
static void still_serves(void)
{
	struct http_raw c;

	http_raw_open(&c, rig.port);
	ck_assert_int_eq(http_raw_request(&c, "GET", "/hello", NULL), 0);
	ck_assert_int_eq(reply_status(&c, "hello"), 200);
	http_raw_close(&c);
}

static void teardown(void)
{
	still_serves();
	http_rig_stop(&rig);
}

/* Sends `text`, expects this status, and the connection to end if `closes`. */
static void one(const char *text, int status, const char *part, bool closes)
{
	struct http_raw c;

	http_raw_open(&c, rig.port);
	(void)http_raw_text(&c, text);
	ck_assert_int_eq(reply_status(&c, part), status);
	if (closes)
		ck_assert_int_eq(http_raw_wait_close(&c, 30000), 0);
	http_raw_close(&c);
}

START_TEST(oversized_body)
{
	char *body = mem_zalloc(500001);
	struct http_raw c;

	setup(30000, 30000, 64);
	/* Announced and far too large: refused before a byte of it was sent. */
	one("POST /length HTTP/1.1\r\nHost: t\r\nContent-Length: 9000000000\r\n\r\n", 413, "larger than the 1000",
	    true);
	one("POST /length HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413, "", true);
	one("POST /length HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n", 413,
	    "1000", true);
	one("POST /length HTTP/1.1\r\nHost: t\r\nContent-Length: -5\r\n\r\n", 400, "", true);
	/* Sent at once: read, thrown away, answered, and the connection goes on. */
	memset(body, 'x', 500000);
	http_raw_open(&c, rig.port);
	http_raw_request(&c, "POST", "/length", body);
	ck_assert_int_eq(reply_status(&c, "larger than the 1000"), 413);
	body[BODY_MAX] = '\0';
	http_raw_request(&c, "POST", "/length", body);
	ck_assert_int_eq(reply_status(&c, "1000 bytes"), 200);
	http_raw_close(&c);
	ck_assert_int_eq(handled, 1);
	free(body);
	teardown();
}
END_TEST

START_TEST(chunked_over_the_limit)
{
	char chunk[4096 + 8];
	struct http_raw c;
	int sent = 0;

	setup(30000, 30000, 64);
	memcpy(chunk, "1000\r\n", 6);
	memset(chunk + 6, 'x', 4096);
	http_raw_open(&c, rig.port);
	http_raw_text(&c, "POST /length HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n");
	http_raw_send(&c, chunk + 6, 1000);
	http_raw_text(&c, "\r\n0\r\n\r\n");
	ck_assert_int_eq(reply_status(&c, "1000 bytes"), 200);
	http_raw_text(&c, "POST /length HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n");
	http_raw_send(&c, chunk + 6, 1000);
	http_raw_text(&c, "\r\n1\r\nx\r\n0\r\n\r\n");
	ck_assert_int_eq(reply_status(&c, "larger than the 1000"), 413);
	/* One that never ends is cut. */
	http_raw_text(&c, "POST /length HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
	memcpy(chunk + 6 + 4096, "\r\n", 2);
	while (sent < 20000 && http_raw_send(&c, chunk, 6 + 4096 + 2) == 0)
		sent++;
	ck_assert_int_lt(sent, 20000);
	http_raw_close(&c);
	one("POST /length HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "", true);
	ck_assert_int_eq(handled, 1);
	teardown();
}
END_TEST

START_TEST(smuggling)
{
	setup(30000, 30000, 64);
	one("POST /length HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\nTransfer-Encoding: "
	    "chunked\r\n\r\n0\r\n\r\n",
	    400, "either", true);
	one("POST /length HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\nContent-Length: 30\r\n\r\n", 400,
	    "either one", true);
	one("POST /length HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n", 400, "", true);
	ck_assert_int_eq(handled, 0);
	teardown();
}
END_TEST

/* Whether the server has ended it, by now. */
static bool is_closed(struct http_raw *c)
{
	struct pollfd p = {.fd = c->fd, .events = POLLIN};
	char byte[4096];
	ssize_t n = 1;

	while (n > 0 && poll(&p, 1, 0) == 1)
		n = recv(c->fd, byte, sizeof(byte), 0);
	return n <= 0;
}

START_TEST(slow_headers_and_bodies)
{
	struct http_raw idle, line, headers, body;
	struct http_raw *const slow[] = {&idle, &line, &headers, &body};
	bool all = false;

	setup(1000, 1000, 64);
	http_raw_open(&idle, rig.port);
	http_raw_open(&line, rig.port);
	http_raw_open(&headers, rig.port);
	http_raw_open(&body, rig.port);
	http_raw_text(&line, "GE");
	http_raw_text(&headers, "GET /hello HTTP/1.1\r\n");
	http_raw_text(&body, "POST /length HTTP/1.1\r\nHost: t\r\nContent-Length: 900\r\n\r\n");
	/* A byte now and then does not buy time: it ends while they still come. */
	for (int i = 0; i < 1000 && !all; i++) {
		(void)http_raw_text(&line, "T");
		(void)http_raw_text(&headers, "x");
		(void)http_raw_text(&body, "x");
		usleep(20000);
		all = true;
		for (size_t k = 0; k < ARRAY_LEN(slow); k++)
			all = all && is_closed(slow[k]);
	}
	ck_assert(all);
	http_raw_close(&idle);
	http_raw_close(&line);
	http_raw_close(&headers);
	http_raw_close(&body);
	ck_assert_int_eq(handled, 0);
	teardown();
}
END_TEST

static void count_connections(struct loop_rig *x, void *arg)
{
	(void)x;
	*(unsigned *)arg = http_server_connections(rig.server);
}

START_TEST(reply_never_read)
{
	struct http_raw c;
	unsigned n = 1;

	setup(30000, 1000, 64);
	http_raw_open(&c, rig.port);
	http_raw_request(&c, "GET", "/large", NULL);
	for (int i = 0; i < 3000 && n > 0; i++) {
		usleep(10000);
		loop_rig_call(&rig.loop, count_connections, &n);
	}
	ck_assert_uint_eq(n, 0);
	http_raw_close(&c);
	teardown();
}
END_TEST

START_TEST(many_connections)
{
	struct http_raw c[100];
	unsigned n;

	setup(60000, 60000, 16);
	for (int i = 0; i < 100; i++) {
		http_raw_open(&c[i], rig.port);
		if (i % 2)
			http_raw_text(&c[i], "GET /hello HTTP/1.1\r\n");
	}
	for (int i = 0; i < 5; i++)
		still_serves();
	loop_rig_call(&rig.loop, count_connections, &n);
	ck_assert_uint_le(n, 17);
	for (int i = 0; i < 100; i++)
		http_raw_close(&c[i]);
	teardown();
}
END_TEST

START_TEST(huge_headers)
{
	struct buf b = BUF_INIT;
	struct http_raw c;

	setup(30000, 30000, 64);
	buf_str(&b, "GET /hello HTTP/1.1\r\nHost: t\r\n");
	for (int i = 0; i < 4000; i++)
		buf_fmt(&b, "X-Header-%d: some value\r\n", i);
	http_raw_open(&c, rig.port);
	(void)http_raw_send(&c, b.data, b.len);
	ck_assert_int_eq(http_raw_wait_close(&c, 30000), 0);
	http_raw_close(&c);
	buf_clear(&b);
	buf_str(&b, "GET /");
	memset(buf_reserve(&b, 12000), 'a', 12000);
	b.len += 12000;
	buf_str(&b, " HTTP/1.1\r\nHost: t\r\n\r\n");
	one(buf_cstr(&b), 404, "there is nothing at /aaa", false);
	buf_release(&b);
	ck_assert_int_eq(handled, 0);
	teardown();
}
END_TEST

START_TEST(pipelining)
{
	struct buf b = BUF_INIT;
	struct http_raw c;

	setup(30000, 30000, 64);
	for (int i = 0; i < 200; i++)
		buf_str(&b, i % 2 ? "POST /length HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc"
		                  : "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n");
	http_raw_open(&c, rig.port);
	ck_assert_int_eq(http_raw_send(&c, b.data, b.len), 0);
	for (int i = 0; i < 200; i++)
		ck_assert_int_eq(reply_status(&c, i % 2 ? "3 bytes" : "hello"), 200);
	http_raw_close(&c);
	buf_release(&b);
	ck_assert_int_eq(handled, 200);
	teardown();
}
END_TEST

START_TEST(wrong_requests)
{
	setup(30000, 30000, 64);
	one("BREW /hello HTTP/1.1\r\nHost: t\r\n\r\n", 405, "accepted: GET, HEAD", false);
	one("GET /hello HTTP/1.1\r\n\r\n", 400, "", true); /* no Host */
	one("GET /hello\r\n\r\n", 400, "", true);
	one("GET /hello HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc", 413, "larger than the 0 bytes",
	    false);
	one("GET /%00hello HTTP/1.1\r\nHost: t\r\n\r\n", 404, "nothing at", false);
	one("GET /%ff HTTP/1.1\r\nHost: t\r\n\r\n", 404, "nothing at /?", false);
	one("GET /../../etc/passwd HTTP/1.1\r\nHost: t\r\n\r\n", 404, "nothing at", false);
	ck_assert_int_eq(handled, 0);
	teardown();
}
END_TEST

START_TEST(garbage)
{
	struct rng rng;
	uint8_t noise[4096];

	setup(30000, 30000, 64);
	rng_seed(&rng, suite_seed(), 0);
	for (int i = 0; i < 200; i++) {
		struct http_raw c;
		size_t n = 1 + rng_below(&rng, sizeof(noise));

		for (size_t k = 0; k < n; k++)
			noise[k] = (uint8_t)rng_below(&rng, 256);
		http_raw_open(&c, rig.port);
		(void)http_raw_send(&c, noise, n);
		(void)http_raw_text(&c, "\r\n\r\n");
		http_raw_close(&c);
	}
	ck_assert_int_eq(handled, 0);
	teardown();
}
END_TEST

SUITE("http/abuse", oversized_body, chunked_over_the_limit, smuggling, slow_headers_and_bodies,
      reply_never_read, many_connections, huge_headers, pipelining, wrong_requests, garbage)
