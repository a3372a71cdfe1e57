/* The agent service for users: what an edge answers over HTTP.
 *
 *   POST /v1/agent/act   one request to the agent (request.h)
 *   GET  /v1/agent       which agent, its modules and where they come from
 *   GET  /healthz        the process is up
 *   GET  /readyz         200 once there is an agent, 503 and the reason until then
 *   GET  /metrics        Prometheus text
 *
 * Everything happens on the loop's thread; inference takes about 0.1 ms. A swap takes effect between two
 * requests, and the old agent is let go once nobody holds it. */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include <stdint.h>

#include "common/agent/agent.h"
#include "common/base/metrics.h"
#include "common/http/server.h"
#include "common/module/session_store.h"

struct serve;

struct serve_limits {
	struct http_limits http;
	struct session_limits sessions;
};
#define SERVE_LIMITS_DEFAULT                                                                                 \
	((struct serve_limits){.http = HTTP_LIMITS_DEFAULT, .sessions = SESSION_LIMITS_DEFAULT})

/* Requests to /v1/agent/act since the last call. */
struct serve_stats {
	uint64_t agent_version; /* answering now; 0 = none */
	uint64_t requests;
	uint64_t failed; /* of them: our fault (status 500 and above) */
	uint64_t p50_us; /* from headers read to reply handed over; of the latest 4096 */
	uint64_t p99_us;
};

/* Listens and serves (without an agent at first). `metrics` must outlive it. Errors as http_server_new(). */
int serve_new(uv_loop_t *loop, const char *listen, struct metrics *metrics, const struct serve_limits *limits,
              struct serve **out, struct err *e) MUST_CHECK;
/* Ends all connections; the loop must run once more to close the handles. NULL is fine. */
void serve_close(struct serve *s);

/* From the next request on `a` answers (a reference is taken); NULL = none. */
void serve_swap(struct serve *s, struct agent *a);
void serve_stats(struct serve *s, struct serve_stats *out);
/* "HOST:PORT" with the actual port. */
const char *serve_address(const struct serve *s);
uint16_t serve_port(const struct serve *s);

#endif
