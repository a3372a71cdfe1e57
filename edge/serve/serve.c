#include "edge/serve/serve.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/base/process_metrics.h"
#include "common/base/version.h"
#include "edge/serve/request.h"
#include "edge/serve/window.h"

struct serve {
	struct http_server *http;
	struct agent *agent; /* NULL = none yet */
	struct session_store *sessions;
	struct window window;
	struct metrics *metrics;
	struct process_metrics *process;
	struct metric *act_seconds, *version, *swaps, *connections, *session_count;
};

static void refuse_without_agent(struct http_request *r)
{
	http_problem(r, 503, "unavailable", "no agent is installed yet; the cloud deploys one");
}

static double ms_since(int64_t us)
{
	return (double)(clock_mono_us() - us) / 1e3;
}

/* Agent, version, what each module said, the sentences, the times. */
static json_t *answer_of(const struct agent *agent, struct act *a, json_t *timing)
{
	json_t *answer =
	    json_pack("{s:s, s:I}", "agent", agent_manifest(agent)->agent, "version", (json_int_t)a->version);

	json_object_update(answer, a->answer);
	json_object_set_new(answer, "reply", json_string(buf_cstr(&a->reply)));
	json_object_set_new(answer, "timing_ms", timing);
	return answer;
}

static void run(struct http_request *r, struct agent *agent, struct act *a, double parse_ms)
{
	int64_t began_us = clock_mono_us();
	struct err e = ERR_INIT;

	if (agent_act(agent, a, &e)) {
		log_error("serve: agent '%s' version %" PRIu64 ": %s", agent_manifest(agent)->agent, a->version,
		          e.text);
		http_problem(r, 500, err_name(e.code), "the agent could not answer: %s", e.text);
		return;
	}
	http_reply_json(
	    r, 200, answer_of(agent, a, json_pack("{s:f, s:f}", "parse", parse_ms, "agent", ms_since(began_us))));
}

static void act(void *ctx, struct http_request *r)
{
	struct serve *s = ctx;
	int64_t began_us = clock_mono_us();
	struct err e = ERR_INIT;
	json_t *root = NULL;
	struct act a;
	size_t n;
	const uint8_t *body = http_body(r, &n);

	if (!s->agent) {
		refuse_without_agent(r);
		return;
	}
	act_init(&a);
	a.sessions = s->sessions;
	if (serve_request_parse(body, n, &a, &root, &e)) {
		http_problem(r, 400, err_name(E_INVALID), "%s", e.text);
	} else {
		struct agent *agent = agent_ref(s->agent);

		run(r, agent, &a, ms_since(began_us));
		agent_unref(agent);
	}
	act_release(&a);
	json_decref(root);
}

static json_t *module_summary(const struct manifest_module *m)
{
	char hex[DIGEST_HEX];

	digest_hex(&m->digest, hex);
	return json_pack("{s:s, s:s, s:s, s:I, s:s, s:f, s:{s:I, s:s, s:I}}", "kind", m->kind->name,
	                 "architecture", m->kind->architecture, "digest", hex, "size", (json_int_t)m->size,
	                 "metric", m->kind->metric, "value", m->metric, "provenance", "round",
	                 (json_int_t)m->round, "rule", m->rule, "edges", (json_int_t)m->edge_count);
}

static void summary(void *ctx, struct http_request *r)
{
	const struct serve *s = ctx;
	const struct manifest *m = s->agent ? agent_manifest(s->agent) : NULL;
	json_t *modules;

	if (!m) {
		refuse_without_agent(r);
		return;
	}
	modules = json_array();
	for (size_t i = 0; i < m->module_count; i++)
		json_array_append_new(modules, module_summary(&m->modules[i]));
	http_reply_json(
	    r, 200,
	    json_pack("{s:s, s:I, s:o}", "id", m->agent, "version", (json_int_t)m->version, "modules", modules));
}

static void healthz(void *ctx, struct http_request *r)
{
	(void)ctx;
	http_reply_json(r, 200, json_pack("{s:s}", "status", "ok"));
}

static void readyz(void *ctx, struct http_request *r)
{
	const struct serve *s = ctx;

	if (!s->agent)
		refuse_without_agent(r);
	else
		http_reply_json(r, 200,
		                json_pack("{s:s, s:s, s:I}", "status", "ready", "agent",
		                          agent_manifest(s->agent)->agent, "version",
		                          (json_int_t)agent_manifest(s->agent)->version));
}

static void prometheus(void *ctx, struct http_request *r)
{
	struct serve *s = ctx;
	struct buf text = BUF_INIT;

	metric_set(s->connections, http_server_connections(s->http));
	metric_set(s->session_count, (double)session_store_count(s->sessions));
	process_metrics_update(s->process);
	metrics_render(s->metrics, &text);
	http_reply_bytes(r, 200, "text/plain; version=0.0.4; charset=utf-8", text.data, text.len);
	buf_release(&text);
}

static const struct http_route routes[] = {{"POST", "/v1/agent/act", SERVE_BODY_MAX, act},
                                           {"GET", "/v1/agent", 0, summary},
                                           {"GET", "/healthz", 0, healthz},
                                           {"GET", "/readyz", 0, readyz},
                                           {"GET", "/metrics", 0, prometheus},
                                           HTTP_ROUTES_END};

static void observe(void *ctx, const struct http_request *r, unsigned status, int64_t us)
{
	struct serve *s = ctx;
	const struct http_route *route = http_route_of(r);
	char label[24];

	snprintf(label, sizeof(label), "code=\"%u\"", status);
	metric_add(metrics_counter(s->metrics, "foedus_serve_requests_total", label,
	                           "HTTP requests answered, by status"),
	           1);
	if (route && route->handler == act) {
		metric_observe(s->act_seconds, (double)us / 1e6);
		window_add(&s->window, us, status >= 500);
	}
}

static void register_metrics(struct serve *s)
{
	static const double bounds[] = {1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 5e-2, 0.1, 1};
	struct metrics *m = s->metrics;

	s->process = process_metrics_new(m, "foedus-edge", FOEDUS_VERSION);
	s->act_seconds = metrics_histogram(m, "foedus_serve_act_seconds", NULL, "Time to answer /v1/agent/act",
	                                   bounds, ARRAY_LEN(bounds));
	s->version =
	    metrics_gauge(m, "foedus_serve_agent_version", NULL, "Version of the agent in use, 0 = none");
	s->swaps = metrics_counter(m, "foedus_serve_swaps_total", NULL, "Agents put into use");
	s->connections = metrics_gauge(m, "foedus_serve_connections", NULL, "Open HTTP connections");
	s->session_count = metrics_gauge(m, "foedus_serve_sessions", NULL, "Sessions remembered");
}

int serve_new(uv_loop_t *loop, const char *listen, struct metrics *metrics, const struct serve_limits *limits,
              struct serve **out, struct err *e)
{
	struct serve *s = mem_zalloc(sizeof(*s));
	const struct http_config c = {
	    .listen = listen, .routes = routes, .ctx = s, .observer = observe, .limits = limits->http};
	int rc = http_server_new(loop, &c, &s->http, e);

	if (rc) {
		free(s);
		return err_wrap(e, "agent service");
	}
	s->metrics = metrics;
	s->sessions = session_store_new(limits->sessions);
	register_metrics(s);
	*out = s;
	return 0;
}

void serve_close(struct serve *s)
{
	if (!s)
		return;
	http_server_close(s->http);
	agent_unref(s->agent);
	session_store_free(s->sessions);
	process_metrics_free(s->process);
	free(s);
}

void serve_swap(struct serve *s, struct agent *a)
{
	struct agent *old = s->agent;

	s->agent = a ? agent_ref(a) : NULL;
	metric_set(s->version, a ? (double)agent_manifest(a)->version : 0);
	if (a)
		metric_add(s->swaps, 1);
	agent_unref(old);
}

void serve_stats(struct serve *s, struct serve_stats *out)
{
	window_take(&s->window, out);
	out->agent_version = s->agent ? agent_manifest(s->agent)->version : 0;
}

const char *serve_address(const struct serve *s)
{
	return http_server_address(s->http);
}

uint16_t serve_port(const struct serve *s)
{
	return http_server_port(s->http);
}
