/* The cloud's HTTP side: health, metrics, what the federation is doing, and what people ask of it. The paths
 * and answers are described in docs/openapi.json. */
#ifndef ADMIN_ADMIN_H
#define ADMIN_ADMIN_H

#include <stdint.h>

#include "cloud/core/cloud.h"
#include "common/base/metrics.h"

struct admin;

struct uv_loop_s; /* a uv_loop_t */

struct admin_config {
	const char *listen;
	const char *token_file; /* made with a fresh token when it is missing */
	const char *reading;    /* "open", "token", or "auto": open on loopback only */
	const char *hosts;      /* further names that this server is asked by, separated by commas; or NULL */
	const char *database;   /* opened once more to verify the ledger; NULL = the cloud's own store is used */
	struct executor *pool;  /* for that; NULL = in place */
	struct blobs *blobs;    /* the cloud's */
	struct metrics *metrics;
};

/* Strings of `config` are borrowed while the administration lives; so is `cloud`. */
int admin_new(struct uv_loop_s *loop, const struct admin_config *config, struct cloud *cloud,
              struct admin **out, struct err *e) MUST_CHECK;
/* NULL is fine. What still runs on the pool ends by itself later. */
void admin_free(struct admin *a);
uint16_t admin_port(const struct admin *a);
/* For cloud_env.event. */
void admin_event(struct admin *a, const struct cloud_event *x);
/* Sends what was held back; a few times a second or more. */
void admin_tick(struct admin *a);

/* The routing table, for the tests that compare it with the description. */
struct http_route;
const struct http_route *admin_routes(void);

#endif
