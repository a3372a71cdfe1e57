#include "cloud/admin/admin.h"

#include <stdlib.h>

#include "cloud/admin/api.h"
#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/http/server.h"

#define V1 "/api/v1"

/* Every path and method there is. docs/openapi.json says the same, and a test compares the two. */
static const struct http_route routes[] = {
    {"GET", "/", 0, get_dashboard},
    {"GET", "/dashboard/{file}", 0, get_dashboard_file},
    {"GET", "/healthz", 0, get_healthz},
    {"GET", "/readyz", 0, get_readyz},
    {"GET", "/metrics", 0, get_metrics},
    {"GET", V1 "/status", 0, get_status},
    {"POST", V1 "/control/pause", API_BODY_MAX, post_pause},
    {"POST", V1 "/control/resume", API_BODY_MAX, post_resume},
    {"POST", V1 "/control/drain", API_BODY_MAX, post_drain},
    {"GET", V1 "/edges", 0, get_edges},
    {"GET", V1 "/edges/{edge}", 0, get_edge},
    {"POST", V1 "/edges/{edge}/allow", API_BODY_MAX, post_edge_allow},
    {"POST", V1 "/edges/{edge}/revoke", API_BODY_MAX, post_edge_revoke},
    {"GET", V1 "/rounds", 0, get_rounds},
    {"POST", V1 "/rounds", API_BODY_MAX, post_round},
    {"GET", V1 "/rounds/{round}", 0, get_round},
    {"GET", V1 "/rounds/{round}/menu", 0, get_round_menu},
    {"GET", V1 "/rounds/{round}/choices", 0, get_round_choices},
    {"GET", V1 "/rounds/{round}/tasks", 0, get_round_tasks},
    {"GET", V1 "/rounds/{round}/receipts", 0, get_round_receipts},
    {"GET", V1 "/ledger", 0, get_ledger},
    {"GET", V1 "/ledger/export", 0, get_ledger_export},
    {"GET", V1 "/ledger/verify", 0, get_ledger_verify},
    {"GET", V1 "/agents", 0, get_agents},
    {"GET", V1 "/agents/current", 0, get_agent_current},
    {"GET", V1 "/agents/{version}", 0, get_agent},
    {"GET", V1 "/agents/{version}/manifest", 0, get_agent_manifest},
    {"GET", V1 "/agents/{version}/modules/{kind}", 0, get_agent_module},
    {"POST", V1 "/agents/{version}/deploy", API_BODY_MAX, post_agent_deploy},
    {"GET", V1 "/policies", 0, get_policies},
    {"GET", V1 "/policies/learning", 0, get_policies_learning},
    {"POST", V1 "/policies/{policy}/use", API_BODY_MAX, post_policy_use},
    {"GET", V1 "/events", 0, get_events},
    HTTP_ROUTES_END,
};

const struct http_route *admin_routes(void)
{
	return routes;
}

static int start(struct uv_loop_s *loop, struct admin *a, struct err *e)
{
	struct http_config c = {.listen = a->config.listen,
	                        .routes = routes,
	                        .ctx = a,
	                        .guard = guard,
	                        .observer = numbers_observe,
	                        .limits = HTTP_LIMITS_DEFAULT};
	int rc = guard_open(a, e);

	c.limits.streams_max = API_STREAMS_MAX;
	c.limits.stream_bytes_max = API_STREAM_BYTES_MAX;
	if (!rc && http_server_new(loop, &c, &a->http, e))
		rc = err_wrap(e, "--admin");
	return rc;
}

int admin_new(struct uv_loop_s *loop, const struct admin_config *config, struct cloud *cloud,
              struct admin **out, struct err *e)
{
	struct admin *a = mem_zalloc(sizeof(*a));
	int rc;

	a->config = *config;
	a->cloud = cloud;
	a->started_ms = clock_wall_ms();
	a->ring = ring_new(a->started_ms);
	a->verification = verification_new(a);
	a->dashboard = dashboard_new();
	numbers_open(a);
	rc = start(loop, a, e);
	if (rc) {
		admin_free(a);
		return rc;
	}
	*out = a;
	return 0;
}

void admin_free(struct admin *a)
{
	if (!a)
		return;
	http_server_close(a->http);
	verification_free(a->verification);
	dashboard_free(a->dashboard);
	numbers_close(a);
	ring_free(a->ring);
	free(a);
}

uint16_t admin_port(const struct admin *a)
{
	return http_server_port(a->http);
}
