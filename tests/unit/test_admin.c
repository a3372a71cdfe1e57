/* The administration in this process, over a cloud without edges: events in floods, slow readers, ledgers
 * that do not fit. */
#include "cloud/admin/admin.h"

#include <string.h>

#include "common/http/server.h"
#include "tests/support/cloud_rig.h"
#include "tests/support/http_raw.h"
#include "tests/support/loop_rig.h"
#include "tests/support/sse.h"
#include "tests/support/suite.h"

static struct loop_rig loop;
static struct admin *admin;
static struct metrics *metrics;
static char token[600];

static void start(struct loop_rig *rig, void *arg)
{
	struct admin_config c = {.listen = "127.0.0.1:0", .token_file = token, .reading = "auto"};
	struct err e = ERR_INIT;

	(void)arg;
	c.blobs = cloud_rig.blobs;
	c.metrics = metrics;
	ck_ok(admin_new(&rig->loop, &c, cloud_rig.cloud, &admin, &e), &e);
}

static void end(struct loop_rig *rig, void *arg)
{
	(void)rig, (void)arg;
	admin_free(admin);
}

static void begin(void)
{
	snprintf(token, sizeof(token), "%s/admin.token", suite_tmp());
	cloud_rig_begin();
	metrics = metrics_new();
	loop_rig_start(&loop);
	loop_rig_call(&loop, start, NULL);
}

static void finish(void)
{
	loop_rig_call(&loop, end, NULL);
	ck_assert_int_eq(loop_rig_stop(&loop), 0);
	metrics_free(metrics);
	cloud_rig_done();
}

static void flood(struct loop_rig *rig, void *count)
{
	(void)rig;
	for (int i = 0; i < *(int *)count; i++)
		admin_event(admin, &(struct cloud_event){.kind = CLOUD_CONTROL});
}

static void make_events(int n)
{
	loop_rig_call(&loop, flood, &n);
}

static bool hello_resumes(const char *last_id, char id[64])
{
	struct sse_event x;
	struct sse s;
	bool resumed;

	sse_open(&s, admin_port(admin), "/api/v1/events", last_id);
	ck_assert(sse_next(&s, &x, 5000));
	ck_assert_str_eq(x.type, "hello");
	resumed = json_is_true(json_object_get(x.data, "resumed"));
	if (id)
		memcpy(id, x.id, sizeof(x.id));
	json_decref(x.data);
	sse_close(&s);
	return resumed;
}

START_TEST(who_was_away_too_long_is_told_so)
{
	char id[64];

	begin();
	hello_resumes(NULL, id);
	make_events(100);
	ck_assert(hello_resumes(id, NULL));
	make_events(3000);
	ck_assert(!hello_resumes(id, NULL));
	hello_resumes(NULL, id);
	ck_assert(hello_resumes(id, NULL));
	id[strlen(id) - 1]++; /* one that is yet to come, or none at all */
	ck_assert(!hello_resumes(id, NULL));
	finish();
}
END_TEST

START_TEST(all_that_is_kept_comes_through_one_stream)
{
	struct sse_event x;
	struct sse s;
	char id[64], last[80] = "";
	int n = 0;

	begin();
	make_events(3000);
	hello_resumes(NULL, id);
	*strchr(id, '-') = '\0';
	make_events(300);
	snprintf(last, sizeof(last), "%s-3200", id);
	sse_open(&s, admin_port(admin), "/api/v1/events", last);
	while (n < 101 && sse_next(&s, &x, 5000)) {
		json_decref(x.data);
		n++;
	}
	ck_assert_int_eq(n, 101); /* "hello" and 3201 to 3300 */
	sse_close(&s);
	finish();
}
END_TEST

/* More is sent than the kernel takes for both ends together. */
START_TEST(a_reader_that_does_not_read_is_dropped)
{
	struct sse slow, quick;
	struct sse_event x;
	int told = 0, sent = 0;

	begin();
	sse_open(&slow, admin_port(admin), "/api/v1/events", NULL);
	sse_open(&quick, admin_port(admin), "/api/v1/events", NULL);
	while (sent < 40000) {
		make_events(500);
		sent += 500;
		while (told < sent && sse_next(&quick, &x, 5000)) {
			told += strcmp(x.type, "control") == 0;
			json_decref(x.data);
		}
	}
	ck_assert_int_eq(told, sent); /* whoever reads gets everything */
	ck_assert_int_eq(http_raw_wait_close(&slow.link, 5000), 0);
	sse_close(&slow);
	sse_close(&quick);
	finish();
}
END_TEST

/* Sends the bytes, answers the status. */
static int ask(const char *request)
{
	struct http_raw_reply r;
	struct http_raw c;
	int status;

	http_raw_open(&c, admin_port(admin));
	http_raw_text(&c, request);
	ck_assert_int_eq(http_raw_reply(&c, 0, &r), 0);
	status = r.status;
	http_raw_reply_release(&r);
	http_raw_close(&c);
	return status;
}

START_TEST(names_that_are_not_ours_are_refused)
{
	static const char *const ours[] = {"127.0.0.1", "localhost:7701", "10.1.2.3:80", "[::1]:7701",
	                                   "LOCALHOST"};
	static const char *const others[] = {
	    "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[evil.example]", "", ":80"};
	char text[256];

	begin();
	for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
		snprintf(text, sizeof(text), "GET /api/v1/status HTTP/1.1\r\nHost: %s\r\n\r\n", ours[i]);
		ck_assert_msg(ask(text) == 200, "%s is refused", ours[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		snprintf(text, sizeof(text), "GET /api/v1/status HTTP/1.1\r\nHost: %s\r\n\r\n", others[i]);
		ck_assert_msg(ask(text) != 200, "'%s' is answered", others[i]);
	}
	ck_assert_int_eq(ask("GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 200);
	finish();
}
END_TEST

START_TEST(the_ledger_is_verified_for_all_who_wait)
{
	struct http_raw c[8];
	struct http_raw_reply r;

	begin();
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		http_raw_open(&c[i], admin_port(admin));
		http_raw_text(&c[i], "GET /api/v1/ledger/verify HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
	}
	for (size_t i = 0; i < ARRAY_LEN(c); i++) {
		ck_assert_int_eq(http_raw_reply(&c[i], 0, &r), 0);
		ck_assert_int_eq(r.status, 200);
		ck_assert_ptr_nonnull(strstr((const char *)r.body.data, "\"verified\":true"));
		http_raw_reply_release(&r);
		http_raw_close(&c[i]);
	}
	finish();
}
END_TEST

SUITE("cloud/admin", who_was_away_too_long_is_told_so, all_that_is_kept_comes_through_one_stream,
      a_reader_that_does_not_read_is_dropped, names_that_are_not_ours_are_refused,
      the_ledger_is_verified_for_all_who_wait)
