#include "common/http/stream.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/http_rig.h"
#include "tests/support/suite.h"

static struct http_rig rig;
static struct http_stream *stream; /* the latest */
static int streams_closed;

static void hello(void *ctx, struct http_request *r)
{
	const char *name = http_query(r, "name");

	(void)ctx;
	http_reply_json(
	    r, 200, json_pack("{s:s, s:s*}", "hello", name ? name : "world", "agent", http_header(r, "X-TEST")));
}

static void on_stream_closed(void *ctx, struct http_stream *x)
{
	(void)ctx;
	if (x == stream)
		stream = NULL;
	streams_closed++;
}

static void events(void *ctx, struct http_request *r)
{
	struct http_stream *x = http_stream_start(r, on_stream_closed, NULL);

	(void)ctx;
	if (!x)
		return;
	stream = x;
	http_stream_send(x, "7", "greeting", "first\nsecond");
}

static const struct http_route routes[] = {
    {"GET", "/hello", 0, hello}, {"GET", "/events", 0, events}, HTTP_ROUTES_END};

static void setup(void)
{
	struct http_config c = {.routes = routes, .limits = HTTP_LIMITS_DEFAULT};

	c.limits.heartbeat_ms = 100;
	c.limits.streams_max = 2;
	c.limits.stream_bytes_max = 64 * 1024;
	http_rig_start(&rig, &c);
}

static void send_event(struct loop_rig *x, void *text)
{
	(void)x;
	ck_assert_ptr_nonnull(stream);
	http_stream_send(stream, NULL, NULL, text);
}

static void end_stream(struct loop_rig *x, void *arg)
{
	(void)x;
	(void)arg;
	http_stream_end(stream);
}

static void count_closed(struct loop_rig *x, void *arg)
{
	(void)x;
	*(int *)arg = streams_closed;
}

static void wait_until_closed(int count)
{
	int n = 0;

	for (int i = 0; i < 5000 && n < count; i++) {
		loop_rig_call(&rig.loop, count_closed, &n);
		usleep(4000);
	}
	ck_assert_int_eq(n, count);
}

START_TEST(streams_events_as_they_happen)
{
	char text[] = "later";
	struct http_raw c;

	setup();
	http_raw_open(&c, rig.port);
	http_raw_request(&c, "GET", "/events", NULL);
	ck_assert_int_eq(http_raw_expect(&c, "text/event-stream"), 0);
	ck_assert_int_eq(http_raw_expect(&c, "id: 7\nevent: greeting\ndata: first\ndata: second\n\n"), 0);
	ck_assert_int_eq(http_raw_expect(&c, ":\n\n"), 0); /* heartbeat */
	loop_rig_call(&rig.loop, send_event, text);
	ck_assert_int_eq(http_raw_expect(&c, "data: later\n\n"), 0);
	loop_rig_call(&rig.loop, end_stream, NULL);
	ck_assert_int_eq(http_raw_expect(&c, "0\r\n\r\n"), 0);
	wait_until_closed(1);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/hello", NULL, "world"), 200);
	http_raw_close(&c);
	http_rig_stop(&rig);
}
END_TEST

START_TEST(head_of_a_stream_ends_at_once)
{
	struct http_raw_reply r;
	struct http_raw c;

	setup();
	http_raw_open(&c, rig.port);
	http_raw_request(&c, "HEAD", "/events", NULL);
	ck_assert_int_eq(http_raw_reply(&c, 1, &r), 0);
	ck_assert_int_eq(r.status, 200);
	ck_assert_ptr_nonnull(strstr(r.head, "text/event-stream"));
	http_raw_reply_release(&r);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/hello", NULL, "world"), 200);
	http_raw_close(&c);
	http_rig_stop(&rig);
}
END_TEST

START_TEST(streams_notice_that_clients_leave)
{
	struct http_raw a, b, c;

	setup();
	http_raw_open(&a, rig.port);
	http_raw_open(&b, rig.port);
	http_raw_open(&c, rig.port);
	http_raw_request(&a, "GET", "/events", NULL);
	ck_assert_int_eq(http_raw_expect(&a, "data: second\n\n"), 0);
	http_raw_request(&b, "GET", "/events", NULL);
	ck_assert_int_eq(http_raw_expect(&b, "data: second\n\n"), 0);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/events", NULL, "too many streams"), 503);
	http_raw_close(&a);
	wait_until_closed(1);
	http_raw_request(&c, "GET", "/events", NULL);
	ck_assert_int_eq(http_raw_expect(&c, "data: second\n\n"), 0);
	http_rig_stop(&rig); /* with two streams open */
	ck_assert_int_eq(streams_closed, 3);
	http_raw_close(&b);
	http_raw_close(&c);
}
END_TEST

static void flood(struct loop_rig *x, void *arg)
{
	static char line[8001];
	int *sent = arg;

	(void)x;
	memset(line, 'x', sizeof(line) - 1);
	while (stream && http_stream_send(stream, NULL, NULL, line))
		++*sent;
}

START_TEST(cuts_off_a_stream_that_is_not_read)
{
	struct http_raw c;
	int sent = 0;

	setup();
	http_raw_open(&c, rig.port);
	http_raw_request(&c, "GET", "/events", NULL);
	ck_assert_int_eq(http_raw_expect(&c, "data: second\n\n"), 0);
	loop_rig_call(&rig.loop, flood, &sent);
	ck_assert_int_ge(sent, 7);
	ck_assert_int_le(sent, 9);
	wait_until_closed(1);
	http_raw_close(&c);
	http_rig_stop(&rig);
}
END_TEST

static void cpu_time(struct loop_rig *x, void *arg)
{
	(void)x;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, arg);
}

START_TEST(waiting_costs_nothing)
{
	struct timespec a, b;
	struct http_raw idle, streaming;

	setup();
	http_raw_open(&idle, rig.port);
	http_raw_open(&streaming, rig.port);
	ck_assert_int_eq(http_rig_ask(&idle, "GET", "/hello", NULL, "world"), 200);
	http_raw_request(&streaming, "GET", "/events", NULL);
	ck_assert_int_eq(http_raw_expect(&streaming, "data: second\n\n"), 0);
	loop_rig_call(&rig.loop, cpu_time, &a);
	usleep(300000);
	loop_rig_call(&rig.loop, cpu_time, &b);
	ck_assert_int_lt((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000, 30);
	http_raw_close(&idle);
	http_raw_close(&streaming);
	http_rig_stop(&rig);
}
END_TEST

SUITE("http/stream", streams_events_as_they_happen, head_of_a_stream_ends_at_once,
      streams_notice_that_clients_leave, cuts_off_a_stream_that_is_not_read, waiting_costs_nothing)
