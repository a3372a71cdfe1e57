/* What the files of the administration share: one file for each kind of resource. */
#ifndef ADMIN_API_H
#define ADMIN_API_H

#include "cloud/admin/admin.h"
#include "cloud/admin/views.h"
#include "common/http/stream.h"

enum {
	API_PAGE = 100,      /* items in an answer, when nothing else is asked for */
	API_PAGE_MAX = 1000, /* at most */
	API_BODY_MAX = 4096, /* bytes of a request's JSON */
	API_STREAMS_MAX = 64,
	API_STREAM_BYTES_MAX = 1 << 20,
};

struct ring; /* the latest events */

struct admin {
	struct http_server *http;
	struct cloud *cloud;
	struct admin_config config;
	int64_t started_ms;
	char token[DIGEST_HEX];
	bool reading_is_open;
	struct process_metrics *process;
	struct metric *streams, *connections;
	struct ring *ring;
	bool round_changed; /* since the last event "round" */
	int64_t round_told_ms;
	struct ledger_summary sum; /* of the entries up to sum.entries, not verified */
	struct verification *verification;
	struct dashboard *dashboard;
};

/* numbers.c */
void numbers_open(struct admin *a);
void numbers_close(struct admin *a);
void numbers_observe(void *admin, const struct http_request *r, unsigned status, int64_t us);
void get_metrics(void *ctx, struct http_request *r);

/* guard.c */
int guard_open(struct admin *a, struct err *e) MUST_CHECK; /* reads or makes the token */
bool guard(void *admin, struct http_request *r);
/* Whether the request, which is open to all, could read everything else as well, without the token. */
bool guard_reads(const struct admin *a, const struct http_request *r);

/* page.c */
struct page {
	const char *cursor; /* NULL = from the beginning */
	size_t limit;
};
/* ?cursor=X&limit=N; false when it was wrong and is answered. */
bool page_get(struct http_request *r, struct page *out);
/* The same with a cursor that is a number; `first` is what it is without one. */
bool page_get_number(struct http_request *r, struct page *out, int64_t *at, int64_t first);
/* {"items":I,"next":"..."}, or "next":null when `next` is NULL; takes the reference. */
json_t *page_json(json_t *items, const char *next);
json_t *page_json_number(json_t *items, bool more, uint64_t next);
/* A number in the path; false when it is none and is answered by 404. */
bool path_number(struct http_request *r, const char *name, uint64_t *out);
/* The request's JSON object, NULL for none; false when it is no JSON and is answered. */
bool body_get(struct http_request *r, json_t **out);

/* dashboard.c */
struct dashboard *dashboard_new(void);
void dashboard_free(struct dashboard *d);
void get_dashboard(void *ctx, struct http_request *r);
void get_dashboard_file(void *ctx, struct http_request *r);

/* first.c: what the dashboard shows first, {path below /api/v1: what it answers}; large answers are left out.
 */
json_t *view_first(struct admin *a);

/* status.c */
void get_healthz(void *ctx, struct http_request *r);
void get_readyz(void *ctx, struct http_request *r);
void get_status(void *ctx, struct http_request *r);
json_t *view_status(const struct admin *a);

/* control.c */
void post_pause(void *ctx, struct http_request *r);
void post_resume(void *ctx, struct http_request *r);
void post_drain(void *ctx, struct http_request *r);

/* edges.c */
/* At most `limit` of those behind the name `after` (NULL = from the first one). */
json_t *view_edge_list(const struct admin *a, const char *after, size_t limit);
void get_edges(void *ctx, struct http_request *r);
void get_edge(void *ctx, struct http_request *r);
void post_edge_allow(void *ctx, struct http_request *r);
void post_edge_revoke(void *ctx, struct http_request *r);

/* rounds.c */
void get_rounds(void *ctx, struct http_request *r);
void post_round(void *ctx, struct http_request *r);
void get_round(void *ctx, struct http_request *r);
/* Fills `out` from the path's round; false when there is none and is answered. round_release() it. */
bool rounds_load(struct admin *a, struct http_request *r, struct round *out);
int rounds_get(const struct admin *a, uint64_t id, struct round *out, struct err *e) MUST_CHECK;

/* contract.c, seats.c: parts of a round */
void get_round_menu(void *ctx, struct http_request *r);
void get_round_choices(void *ctx, struct http_request *r);
void get_round_tasks(void *ctx, struct http_request *r);
void get_round_receipts(void *ctx, struct http_request *r);

/* ledger.c, verify.c */
void get_ledger(void *ctx, struct http_request *r);
void get_ledger_export(void *ctx, struct http_request *r);
void get_ledger_verify(void *ctx, struct http_request *r);
struct verification *verification_new(struct admin *a);
void verification_free(struct verification *v); /* now, or when its work has ended */
json_t *verification_last(const struct verification *v);

/* agents.c */
void get_agents(void *ctx, struct http_request *r);
void get_agent(void *ctx, struct http_request *r);
void get_agent_current(void *ctx, struct http_request *r);
void get_agent_manifest(void *ctx, struct http_request *r);
void get_agent_module(void *ctx, struct http_request *r);
void post_agent_deploy(void *ctx, struct http_request *r);

/* policies.c */
void get_policies(void *ctx, struct http_request *r);
void get_policies_learning(void *ctx, struct http_request *r); /* learning.c */
void post_policy_use(void *ctx, struct http_request *r);
const char *policy_in_use(const struct cloud *c);

/* events.c */
void get_events(void *ctx, struct http_request *r);
struct ring *ring_new(int64_t epoch_ms);
void ring_free(struct ring *x);
/* Adds an event, an object, with the time as its member "time", and sends it to all who listen; takes the
 * reference. */
void ring_add(struct ring *x, const char *type, json_t *data);
json_t *view_events(const struct ring *x);

#endif
