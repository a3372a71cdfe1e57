#include "edge/serve/serve.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "common/base/digest.h"
#include "common/base/json.h"
#include "tests/support/agents.h"
#include "tests/support/http_raw.h"
#include "tests/support/http_rig.h"
#include "tests/support/images.h"
#include "tests/support/loop_rig.h"
#include "tests/support/suite.h"

#define CLIENTS   3
#define SWAPS     40
#define SWAPS_MAX 4000 /* on a machine that is slow to answer */

static struct loop_rig rig;
static struct serve *service;
static struct metrics *metrics;
static uint16_t port;
static struct made_agent made[2];
static struct agent *agents[2]; /* versions 1 and 2 */
static char *act_body;          /* owned; a right request */

static void start(struct loop_rig *x, void *arg)
{
	struct serve_limits limits = SERVE_LIMITS_DEFAULT;
	struct err e = ERR_INIT;

	(void)arg;
	ck_ok(serve_new(&x->loop, "127.0.0.1:0", metrics, &limits, &service, &e), &e);
	port = serve_port(service);
}

static void stop(struct loop_rig *x, void *arg)
{
	(void)x;
	(void)arg;
	serve_close(service);
}

static void swap(struct loop_rig *x, void *agent)
{
	(void)x;
	serve_swap(service, agent);
}

static void stats(struct loop_rig *x, void *out)
{
	(void)x;
	serve_stats(service, out);
}

static void make_body(void)
{
	struct dataset d = images_make(1, 7);
	char *base64 = base64_encode(d.images, IMAGE_PIXELS);
	struct buf b = BUF_INIT;

	buf_fmt(&b,
	        "{\"session\":\"s\",\"text\":\"what is this?\",\"image\":{\"format\":\"raw28\",\"data\":\"%s\"}}",
	        base64);
	act_body = buf_cstr(&b);
	free(base64);
	dataset_release(&d);
}

static void setup(void)
{
	struct err e = ERR_INIT;

	for (size_t i = 0; i < 2; i++) {
		made_agent_init(&made[i], i + 1, i + 1);
		ck_ok(agent_load(&made[i].manifest, made_agent_blob, &made[i], &agents[i], &e), &e);
	}
	make_body();
	metrics = metrics_new();
	loop_rig_start(&rig);
	loop_rig_call(&rig, start, NULL);
}

static void teardown(void)
{
	loop_rig_call(&rig, stop, NULL);
	ck_assert_int_eq(loop_rig_stop(&rig), 0);
	for (size_t i = 0; i < 2; i++) {
		agent_unref(agents[i]);
		made_agent_release(&made[i]);
	}
	metrics_free(metrics);
	free(act_body);
}

/* The reply to a request that must be answered with this status. Caller releases. */
static json_t *json_of(struct http_raw *c, const char *method, const char *path, const char *body, int status)
{
	struct http_raw_reply r;
	struct err e = ERR_INIT;
	json_t *v;

	ck_assert_int_eq(http_raw_request(c, method, path, body), 0);
	ck_assert_int_eq(http_raw_reply(c, 0, &r), 0);
	ck_assert_msg(r.status == status, "%s %s: %d %s", method, path, r.status, buf_cstr(&r.body));
	ck_ok(json_parse((const char *)r.body.data, r.body.len, &v, &e), &e);
	http_raw_reply_release(&r);
	return v;
}

static const char *text_at(const json_t *v, const char *field)
{
	return json_string_value(json_object_get(v, field));
}

START_TEST(not_ready_without_an_agent)
{
	struct http_raw c;

	setup();
	http_raw_open(&c, port);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/healthz", NULL, "ok"), 200);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/readyz", NULL, "no agent is installed yet"), 503);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/v1/agent", NULL, "no agent"), 503);
	ck_assert_int_eq(http_rig_ask(&c, "POST", "/v1/agent/act", act_body, "no agent"), 503);
	loop_rig_call(&rig, swap, agents[0]);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/readyz", NULL, "\"version\":1"), 200);
	loop_rig_call(&rig, swap, NULL);
	ck_assert_int_eq(http_rig_ask(&c, "GET", "/readyz", NULL, "no agent"), 503);
	http_raw_close(&c);
	teardown();
}
END_TEST

START_TEST(answers_with_what_every_module_found)
{
	struct http_raw c;
	json_t *v, *modules;
	char hex[DIGEST_HEX];

	setup();
	loop_rig_call(&rig, swap, agents[0]);
	http_raw_open(&c, port);
	json_decref(json_of(&c, "POST", "/v1/agent/act", act_body, 200));
	v = json_of(&c, "POST", "/v1/agent/act", act_body, 200);
	ck_assert_str_eq(text_at(v, "agent"), "scout");
	ck_assert_int_eq(json_integer_value(json_object_get(v, "version")), 1);
	ck_assert_ptr_nonnull(text_at(json_object_get(v, "perception"), "label"));
	ck_assert_uint_eq(json_array_size(json_object_get(v, "memory")),
	                  2); /* prototype, and the first request */
	ck_assert_ptr_nonnull(strstr(text_at(v, "reply"), "resembles image 1"));
	ck_assert(json_is_real(json_object_get(json_object_get(v, "timing_ms"), "agent")));
	json_decref(v);
	v = json_of(&c, "GET", "/v1/agent", NULL, 200);
	ck_assert_str_eq(text_at(v, "id"), "scout");
	modules = json_object_get(v, "modules");
	ck_assert_uint_eq(json_array_size(modules), 2);
	digest_hex(&made[0].manifest.modules[1].digest, hex);
	ck_assert_str_eq(text_at(json_array_get(modules, 0), "kind"), "perception");
	ck_assert_str_eq(text_at(json_array_get(modules, 1), "digest"), hex);
	ck_assert_str_eq(text_at(json_array_get(modules, 1), "metric"), "recall@1");
	json_decref(v);
	http_raw_close(&c);
	teardown();
}
END_TEST

START_TEST(refusals_are_problems)
{
	char *large = mem_zalloc(65 * 1024 + 1);
	struct http_raw c;
	json_t *v;

	setup();
	loop_rig_call(&rig, swap, agents[0]);
	http_raw_open(&c, port);
	v = json_of(&c, "POST", "/v1/agent/act", "{\"txt\":\"a\"}", 400);
	ck_assert_str_eq(text_at(v, "code"), "invalid");
	ck_assert_str_eq(text_at(v, "title"), "Bad Request");
	ck_assert_str_eq(text_at(v, "detail"), "unknown field 'txt'; accepted: session, text, image");
	json_decref(v);
	memset(large, 'x', 65 * 1024);
	v = json_of(&c, "POST", "/v1/agent/act", large, 413);
	ck_assert_str_eq(text_at(v, "code"), "limit");
	ck_assert_ptr_nonnull(strstr(text_at(v, "detail"), "65536 bytes"));
	json_decref(v);
	json_decref(json_of(&c, "POST", "/v1/agent/act", "{\"text\":\"\\ud800\"}", 400));
	json_decref(json_of(&c, "GET", "/v1/agent/act", NULL, 405));
	json_decref(json_of(&c, "POST", "/v1/agent/ACT", "{}", 404));
	json_decref(json_of(&c, "POST", "/v1/agent/act", "{\"text\":\"still here\"}", 200));
	http_raw_close(&c);
	free(large);
	teardown();
}
END_TEST

START_TEST(counts_for_operators_and_the_cloud)
{
	struct serve_stats s;
	struct http_raw c;

	setup();
	http_raw_open(&c, port);
	json_decref(json_of(&c, "POST", "/v1/agent/act", act_body, 503));
	loop_rig_call(&rig, swap, agents[1]);
	for (int i = 0; i < 3; i++)
		json_decref(json_of(&c, "POST", "/v1/agent/act", act_body, 200));
	json_decref(json_of(&c, "POST", "/v1/agent/act", "{}", 400));
	loop_rig_call(&rig, stats, &s);
	ck_assert_uint_eq(s.agent_version, 2);
	ck_assert_uint_eq(s.requests, 5);
	ck_assert_uint_eq(s.failed, 1);
	ck_assert_uint_gt(s.p50_us, 0);
	ck_assert_uint_ge(s.p99_us, s.p50_us);
	loop_rig_call(&rig, stats, &s);
	ck_assert_uint_eq(s.requests, 0);
	ck_assert_int_eq(
	    http_rig_ask(&c, "GET", "/metrics", NULL, "foedus_serve_requests_total{code=\"200\"} 3\n"), 200);
	http_rig_ask(&c, "GET", "/metrics", NULL, "foedus_serve_requests_total{code=\"503\"} 1\n");
	http_rig_ask(&c, "GET", "/metrics", NULL, "foedus_serve_act_seconds_count 5\n");
	http_rig_ask(&c, "GET", "/metrics", NULL, "foedus_serve_agent_version 2\n");
	http_rig_ask(&c, "GET", "/metrics", NULL, "foedus_serve_swaps_total 1\n");
	http_rig_ask(&c, "GET", "/metrics", NULL, "foedus_serve_connections 1\n");
	http_rig_ask(&c, "GET", "/metrics", NULL, "foedus_serve_sessions 1\n");
	http_raw_close(&c);
	teardown();
}
END_TEST

static atomic_bool swapping;

struct load {
	pthread_t thread;
	atomic_int answered[3]; /* by version; [0] = lost or refused */
};

static void *ask_all_the_time(void *arg)
{
	struct load *load = arg;
	struct http_raw c;

	http_raw_open(&c, port);
	do {
		struct http_raw_reply r;
		int version = 0;

		http_raw_request(&c, "POST", "/v1/agent/act", act_body);
		http_raw_reply(&c, 0, &r);
		if (r.status == 200)
			version = strstr(buf_cstr(&r.body), "\"version\":1,") ? 1 : 2;
		load->answered[version]++;
		http_raw_reply_release(&r);
	} while (swapping && load->answered[0] == 0);
	http_raw_close(&c);
	return NULL;
}

static int answered_by(const struct load *load, int version)
{
	int n = 0;

	for (int i = 0; i < CLIENTS; i++)
		n += load[i].answered[version];
	return n;
}

static bool both_answered(const struct load *load)
{
	return answered_by(load, 1) > 10 && answered_by(load, 2) > 10;
}

START_TEST(a_swap_under_load_loses_no_request)
{
	static struct load load[CLIENTS];

	setup();
	loop_rig_call(&rig, swap, agents[0]);
	swapping = true;
	for (int i = 0; i < CLIENTS; i++)
		pthread_create(&load[i].thread, NULL, ask_all_the_time, &load[i]);
	for (int i = 1; i <= SWAPS || (i <= SWAPS_MAX && !both_answered(load)); i++) {
		usleep(5000);
		loop_rig_call(&rig, swap, agents[i % 2]);
	}
	swapping = false;
	for (int i = 0; i < CLIENTS; i++)
		pthread_join(load[i].thread, NULL);
	ck_assert_int_eq(answered_by(load, 0), 0);
	ck_assert(both_answered(load));
	teardown();
}
END_TEST

START_TEST(a_wrong_address_is_named)
{
	struct serve_limits limits = SERVE_LIMITS_DEFAULT;
	struct err e = ERR_INIT;
	uv_loop_t loop;

	uv_loop_init(&loop);
	metrics = metrics_new();
	ck_fails(serve_new(&loop, "nowhere", metrics, &limits, &service, &e), E_INVALID, &e,
	         "agent service: 'nowhere' is not HOST:PORT");
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	metrics_free(metrics);
}
END_TEST

SUITE("serve", not_ready_without_an_agent, answers_with_what_every_module_found, refusals_are_problems,
      counts_for_operators_and_the_cloud, a_swap_under_load_loses_no_request, a_wrong_address_is_named)
