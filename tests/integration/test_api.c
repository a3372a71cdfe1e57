/* The administration of the real cloud: who may ask, what is refused and how, what people can change. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "tests/support/farm.h"
#include "tests/support/http_raw.h"
#include "tests/support/suite.h"

static struct farm *f;

static void begin(struct farm_options o)
{
	f = farm_new(o);
	farm_start_cloud(f);
}

static const char *text_of(const json_t *o, const char *key)
{
	ck_assert_msg(json_is_string(json_object_get(o, key)), "no text '%s'", key);
	return json_string_value(json_object_get(o, key));
}

/* Sends the bytes; the answer must be a problem with this status and code, and say `part` in its detail. */
static void ck_problem(const char *request, int status, const char *code, const char *part)
{
	struct http_raw_reply r;
	struct http_raw c;
	json_t *problem;

	http_raw_open(&c, (uint16_t)f->admin);
	http_raw_text(&c, request);
	ck_assert_msg(http_raw_reply(&c, 0, &r) == 0, "no answer to %.60s", request);
	ck_assert_msg(r.status == status, "%.60s: %d, not %d", request, r.status, status);
	ck_assert_msg(strstr(r.head, "application/problem+json") != NULL, "%.60s: %s", request, r.head);
	problem = json_loadb((const char *)r.body.data, r.body.len, 0, NULL);
	ck_assert_int_eq(json_integer_value(json_object_get(problem, "status")), status);
	ck_assert_str_eq(text_of(problem, "code"), code);
	ck_assert_msg(strstr(text_of(problem, "detail"), part) != NULL, "'%s' does not say '%s'",
	              text_of(problem, "detail"), part);
	json_decref(problem);
	http_raw_reply_release(&r);
	http_raw_close(&c);
}

#define ASK(method, path, headers) method " " path " HTTP/1.1\r\nHost: 127.0.0.1\r\n" headers "\r\n"

START_TEST(what_is_wrong_is_answered_by_a_problem)
{
	begin((struct farm_options){.edges_min = 2});
	ck_problem(ASK("GET", "/nothing", ""), 404, "not-found", "/nothing");
	ck_problem(ASK("GET", "/api/v1/rounds/7", ""), 404, "not-found", "round 7");
	ck_problem(ASK("GET", "/api/v1/rounds/latest", ""), 404, "not-found", "round");
	ck_problem(ASK("GET", "/api/v1/rounds/x%20y/menu", ""), 404, "not-found", "x y");
	ck_problem(ASK("GET", "/api/v1/edges/edge-9", ""), 404, "not-found", "edge-9");
	ck_problem(ASK("GET", "/api/v1/agents/current", ""), 404, "not-found", "no agent");
	ck_problem(ASK("DELETE", "/api/v1/rounds", ""), 405, "method", "GET, HEAD, POST");
	ck_problem(ASK("GET", "/api/v1/rounds?limit=0", ""), 400, "invalid", "limit");
	ck_problem(ASK("GET", "/api/v1/rounds?cursor=-4", ""), 400, "invalid", "cursor");
	ck_problem(ASK("GET", "/api/v1/rounds?order=up", ""), 400, "invalid", "asc");
	ck_problem(ASK("GET", "/api/v1/events?types=weather", ""), 400, "invalid", "weather");
	ck_problem(ASK("POST", "/api/v1/control/pause", "Content-Length: 9999999\r\n"), 413, "limit", "4096");
	farm_free(f);
}
END_TEST

START_TEST(changes_need_the_token)
{
	struct err e = ERR_INIT;
	char path[FARM_PATH];
	json_t *status = NULL;
	struct stat st;

	begin((struct farm_options){.edges_min = 2});
	ck_assert_int_eq(stat(farm_path(f, path, "cloud/admin.token"), &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	ck_problem(ASK("POST", "/api/v1/control/pause", ""), 401, "unauthorized", "no token");
	ck_problem("POST /api/v1/control/pause HTTP/1.1\r\nHost: localhost\r\n" /* another is not enough */
	           "Authorization: Bearer 0123456789abcdef\r\n\r\n",
	           401, "unauthorized", "not the right one");
	ck_ok(farm_post(f, "/api/v1/control/pause", NULL, &status, &e), &e);
	ck_assert_str_eq(text_of(status, "mode"), "paused");
	json_decref(status);
	/* and it is still so after a restart, with the same token */
	farm_kill(&f->process[0]);
	farm_start_cloud(f);
	status = farm_get(f, "/api/v1/status");
	ck_assert_str_eq(text_of(status, "mode"), "paused");
	json_decref(status);
	ck_ok(farm_post(f, "/api/v1/control/resume", NULL, &status, &e), &e);
	ck_assert_str_eq(text_of(status, "mode"), "open");
	json_decref(status);
	farm_free(f);
}
END_TEST

START_TEST(pages_of_other_sites_are_refused)
{
	begin((struct farm_options){.edges_min = 2});
	ck_problem("GET /api/v1/status HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403, "host", "another name");
	ck_problem("GET /api/v1/status HTTP/1.1\r\nHost: 127.evil.example:80\r\n\r\n", 403, "host", "name");
	ck_problem(ASK("GET", "/metrics", "Origin: http://evil.example\r\n"), 403, "origin", "another site");
	ck_problem(ASK("GET", "/api/v1/status", "Origin: null\r\n"), 403, "origin", "another site");
	ck_problem(ASK("POST", "/api/v1/control/pause", "Sec-Fetch-Site: cross-site\r\n"), 403, "origin", "site");
	farm_free(f);
}
END_TEST

START_TEST(reading_may_need_the_token_too)
{
	struct err e = ERR_INIT;

	begin((struct farm_options){.edges_min = 2, .cloud = {"--admin-read=token"}});
	ck_problem(ASK("GET", "/api/v1/status", ""), 401, "unauthorized", "no token");
	ck_problem(ASK("GET", "/metrics", ""), 401, "unauthorized", "no token");
	ck_ok(farm_post(f, "/api/v1/control/resume", NULL, NULL, &e), &e);
	farm_free(f);
}
END_TEST

static void wait_mode(const char *mode, int ms)
{
	int64_t until = clock_mono_ms() + ms;
	bool is = false;

	while (!is && clock_mono_ms() < until) {
		json_t *status = farm_get(f, "/api/v1/status");

		is = strcmp(text_of(status, "mode"), mode) == 0;
		json_decref(status);
		usleep(20000);
	}
	ck_assert_msg(is, "the cloud's mode is never '%s'", mode);
}

static void ck_refused(const char *path, int code, const char *part)
{
	struct err e = ERR_INIT;

	ck_fails(farm_post(f, path, NULL, NULL, &e), code, &e, part);
}

START_TEST(rounds_start_and_stop_when_people_say_so)
{
	json_t *answer = NULL, *body = json_pack("{s:b}", "exit", 0);
	struct err e = ERR_INIT;

	begin((struct farm_options){.edges_min = 2, .cloud = {"--pause-ms=3600000"}});
	ck_ok(farm_post(f, "/api/v1/control/pause", NULL, NULL, &e), &e);
	ck_refused("/api/v1/rounds", E_STATE, "0 of the 2 edges");
	farm_start_edge(f, 0);
	farm_start_edge(f, 1);
	farm_wait_connected(f, 2, 60000);
	usleep(300000);
	answer = farm_get(f, "/api/v1/status");
	ck_assert_int_eq(json_integer_value(json_object_get(answer, "last_round")), 0);
	json_decref(answer);
	ck_ok(farm_post(f, "/api/v1/policies/static/use", NULL, NULL, &e), &e);
	ck_refused("/api/v1/policies/first-best/use", E_NOT_FOUND, "exact");
	ck_ok(farm_post(f, "/api/v1/rounds", NULL, &answer, &e), &e);
	ck_assert_int_eq(json_integer_value(json_object_get(answer, "round")), 1);
	json_decref(answer);
	ck_refused("/api/v1/rounds", E_STATE, "round 1 is under way");
	ck_ok(farm_post(f, "/api/v1/control/drain", body, NULL, &e), &e);
	farm_wait_rounds(f, 1, 200000);
	wait_mode("drained", 30000);
	ck_refused("/api/v1/rounds", E_STATE, "draining");
	answer = farm_get(f, "/api/v1/rounds/1/menu");
	ck_assert_str_eq(text_of(answer, "policy"), "static");
	ck_assert(json_is_true(json_object_get(answer, "feasible")));
	json_decref(answer);
	ck_ok(farm_post(f, "/api/v1/control/resume", NULL, NULL, &e), &e);
	/* back to the first version: the same modules as version 2 */
	ck_refused("/api/v1/agents/5/deploy", E_NOT_FOUND, "version 5");
	ck_ok(farm_post(f, "/api/v1/agents/1/deploy", NULL, &answer, &e), &e);
	ck_assert_int_eq(json_integer_value(json_object_get(answer, "version")), 2);
	json_decref(answer);
	ck_ok(farm_post(f, "/api/v1/control/drain", NULL, NULL, &e), &e);
	ck_assert_int_eq(farm_stop(&f->process[0]), 0);
	json_decref(body);
	farm_free(f);
}
END_TEST

START_TEST(an_edge_that_is_taken_off_the_list_stays_off)
{
	json_t *edge = NULL;
	struct err e = ERR_INIT;

	begin((struct farm_options){.edges_min = 2, .closed = true, .cloud = {"--allow=edge-1"}});
	farm_start_edge(f, 0);
	farm_wait_connected(f, 1, 60000);
	ck_ok(farm_post(f, "/api/v1/edges/edge-1/revoke", NULL, &edge, &e), &e);
	ck_assert(json_is_false(json_object_get(edge, "allowed")));
	json_decref(edge);
	farm_wait_connected(f, 0, 60000);
	farm_kill(&f->process[0]);
	farm_start_cloud(f);
	edge = farm_get(f, "/api/v1/edges/edge-1");
	ck_assert(json_is_false(json_object_get(edge, "allowed")));
	json_decref(edge);
	ck_ok(farm_post(f, "/api/v1/edges/edge-1/allow", NULL, NULL, &e), &e);
	ck_ok(farm_post(f, "/api/v1/edges/edge-7/allow", NULL, NULL, &e), &e);
	ck_refused("/api/v1/edges/no%20name/allow", E_INVALID, "no name");
	farm_wait_connected(f, 1, 200000);
	farm_free(f);
}
END_TEST

SUITE_TIMEOUT("the cloud's HTTP API", 400, what_is_wrong_is_answered_by_a_problem, changes_need_the_token,
              pages_of_other_sites_are_refused, reading_may_need_the_token_too,
              rounds_start_and_stop_when_people_say_so, an_edge_that_is_taken_off_the_list_stays_off)
