#include "common/http/client.h"

#include <string.h>
#include <unistd.h>

#include "common/base/json.h"
#include "tests/support/http_rig.h"
#include "tests/support/suite.h"

static struct http_rig rig;
static struct http_request *waiting; /* deferred by /never */
static bool answered;

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

static void never(void *ctx, struct http_request *r)
{
	(void)ctx;
	http_defer(r);
	waiting = r;
}

static void refuses(void *ctx, struct http_request *r)
{
	struct err e;

	(void)ctx;
	err_set(&e, E_EXISTS, "edge 'a' is there already");
	http_problem_err(r, &e);
}

static const struct http_route routes[] = {{"GET", "/hello", 0, hello},     {"POST", "/echo", 1000, echo},
                                           {"GET", "/items/*", 0, item},    {"GET", "/never", 0, never},
                                           {"GET", "/refuses", 0, refuses}, HTTP_ROUTES_END};

static void setup(void)
{
	const struct http_config c = {.routes = routes, .limits = HTTP_LIMITS_DEFAULT};

	http_rig_start(&rig, &c);
}

static void answer_waiting(struct loop_rig *x, void *arg)
{
	(void)x;
	(void)arg;
	if (waiting) {
		http_reply_text(waiting, 200, "late");
		answered = true;
	}
	waiting = NULL;
}

START_TEST(client_speaks_json)
{
	struct http_client *c;
	struct err e = ERR_INIT;
	json_t *body = json_pack("{s:i}", "a", 1), *reply;
	char base[64];
	long a = 0;

	setup();
	snprintf(base, sizeof(base), "127.0.0.1:%u/", rig.port);
	ck_ok(http_client_new(base, 30000, &c, &e), &e);
	ck_ok(http_client_get(c, "/hello?name=x", &reply, &e), &e);
	ck_assert_str_eq(json_string_value(json_object_get(reply, "hello")), "x");
	json_decref(reply);
	ck_ok(http_client_post(c, "/echo", body, &reply, &e), &e);
	ck_ok(json_get_int(reply, "a", 1, 1, &a, &e), &e);
	json_decref(reply);
	ck_ok(http_client_post(c, "/echo", NULL, &reply, &e), &e);
	ck_assert_ptr_null(reply);
	ck_fails(http_client_get(c, "/none", &reply, &e), E_NOT_FOUND, &e, "/none: there is nothing at /none");
	ck_fails(http_client_get(c, "/refuses", &reply, &e), E_STATE, &e, "edge 'a' is there already");
	ck_fails(http_client_get(c, "/items/text", &reply, &e), E_INVALID, &e, "the reply: not JSON");
	json_decref(body);
	http_client_free(c);
	http_rig_stop(&rig);
}
END_TEST

START_TEST(client_says_what_failed)
{
	struct http_client *c;
	struct err e = ERR_INIT;
	json_t *reply;
	char base[64], want[96];

	ck_fails(http_client_new("ftp://a:1", 100, &c, &e), E_INVALID, &e, "'ftp://a:1' is not an address");
	ck_fails(http_client_new("http://a:1/x", 100, &c, &e), E_INVALID, &e, "http://127.0.0.1:8080");
	ck_fails(http_client_new("", 100, &c, &e), E_INVALID, &e, "''");
	setup();
	snprintf(base, sizeof(base), "http://127.0.0.1:%u", rig.port);
	ck_ok(http_client_new(base, 100, &c, &e), &e);
	ck_fails(http_client_get(c, "/never", &reply, &e), E_TIMEOUT, &e, "no reply in time");
	http_client_free(c);
	while (!answered) { /* it may come to the server later than we gave up */
		loop_rig_call(&rig.loop, answer_waiting, NULL);
		usleep(2000);
	}
	http_rig_stop(&rig);
	ck_ok(http_client_new(base, 30000, &c, &e), &e);
	snprintf(want, sizeof(want), "%s/hello: connection refused", base);
	ck_fails(http_client_get(c, "/hello", &reply, &e), E_UNAVAILABLE, &e, want);
	http_client_free(c);
}
END_TEST

SUITE("http/client", client_speaks_json, client_says_what_failed)
