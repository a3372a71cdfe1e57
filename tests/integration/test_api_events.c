/* The stream of events of the real cloud: what it tells of a round, coming back, and many readers. */
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "tests/support/api_call.h"
#include "tests/support/openapi.h"
#include "tests/support/sse.h"
#include "tests/support/suite.h"

#define EVENTS "/api/v1/events"

static struct farm *f;
static char began[CLOCK_TEXT];

static void begin(int rounds)
{
	clock_text(clock_wall_ms(), began);
	f = farm_new((struct farm_options){.rounds = rounds, .edges_min = 2});
	farm_start_cloud(f);
}

/* Each has a time beside what its type says, and none happened before the cloud began or will yet happen. */
static void ck_described(const struct sse_event *x)
{
	const json_t *op = openapi_operation("get", EVENTS), *schemas = json_object_get(op, "x-events");
	json_t *time = json_object_get(x->data, "time"), *data, *common;
	char where[128], now[CLOCK_TEXT];

	snprintf(where, sizeof(where), "event %s %s", x->type, x->id);
	ck_assert_msg(json_object_get(schemas, x->type) != NULL, "%s is not described", where);
	ck_assert_msg(time != NULL, "%s has no time", where);
	common = json_pack("{s:O}", "time", time);
	openapi_check(json_object_get(op, "x-event-time"), common, where);
	clock_text(clock_wall_ms(), now);
	ck_assert_str_ge(json_string_value(time), began);
	ck_assert_str_le(json_string_value(time), now);
	data = json_copy(x->data);
	json_object_del(data, "time");
	openapi_check(json_object_get(schemas, x->type), data, where);
	json_decref(data);
	json_decref(common);
}

static void open_stream(struct sse *s, const char *path, const char *last_id, bool resumed)
{
	struct sse_event x;

	sse_open(s, f->admin, path, last_id);
	ck_assert_int_eq(s->status, 200);
	ck_assert(sse_next(s, &x, 30000));
	ck_assert_str_eq(x.type, "hello");
	ck_described(&x);
	ck_assert_int_eq(json_is_true(json_object_get(x.data, "resumed")), resumed);
	json_decref(x.data);
}

/* What was seen of each kind until the round is over. */
struct seen {
	int round, seat, task, payment, edge, agent;
	char middle[64], last[64]; /* ids */
	int after_middle;          /* events */
};

static void count(struct seen *n, const struct sse_event *x)
{
	n->round += strcmp(x->type, "round") == 0;
	n->seat += strcmp(x->type, "seat") == 0;
	n->task += strcmp(x->type, "task") == 0;
	n->payment += strcmp(x->type, "payment") == 0;
	n->edge += strcmp(x->type, "edge") == 0;
	n->agent += strcmp(x->type, "agent") == 0;
	n->after_middle += n->middle[0] != '\0';
	if (n->payment == 1 && !n->middle[0])
		memcpy(n->middle, x->id, sizeof(n->middle));
	memcpy(n->last, x->id, sizeof(n->last));
}

static bool is_end(const struct sse_event *x)
{
	const char *phase = json_string_value(json_object_get(x->data, "phase"));

	return strcmp(x->type, "round") == 0 && phase && strcmp(phase, "done") == 0;
}

static struct seen follow(struct sse *s)
{
	struct seen n = {0};
	struct sse_event x;
	bool over = false;

	while (!over) {
		ck_assert_msg(sse_next(s, &x, 60000), "the stream falls silent in the round");
		ck_described(&x);
		count(&n, &x);
		over = is_end(&x);
		json_decref(x.data);
	}
	return n;
}

START_TEST(a_round_is_told_and_told_again)
{
	struct sse s, again, edges;
	struct sse_event x;
	struct seen n;
	int replayed = 0;

	begin(1);
	open_stream(&s, EVENTS, NULL, false);
	open_stream(&edges, EVENTS "?types=edge,agent", NULL, false);
	farm_start_edge(f, 0);
	farm_start_edge(f, 1);
	n = follow(&s);
	ck_assert_int_ge(n.round, 10);
	ck_assert_int_ge(n.seat, 8);
	ck_assert_int_ge(n.task, 12);
	ck_assert_int_eq(n.payment, 4);
	ck_assert_int_ge(n.edge, 2);
	ck_assert_int_eq(n.agent, 1);
	open_stream(&again, EVENTS, n.middle, true);
	while (replayed < n.after_middle) {
		ck_assert(sse_next(&again, &x, 30000));
		ck_assert(replayed + 1 < n.after_middle || strcmp(x.id, n.last) == 0);
		json_decref(x.data);
		replayed++;
	}
	for (int i = 0; i < n.edge + n.agent; i++) {
		ck_assert(sse_next(&edges, &x, 30000));
		ck_assert(strcmp(x.type, "edge") == 0 || strcmp(x.type, "agent") == 0);
		json_decref(x.data);
	}
	sse_close(&again);
	/* ids of another process, and such as there never were */
	open_stream(&again, EVENTS, "17-3", false);
	sse_close(&again);
	open_stream(&again, EVENTS, "nonsense", false);
	sse_close(&again);
	sse_close(&edges);
	sse_close(&s);
	farm_free(f);
}
END_TEST

START_TEST(streams_are_bounded)
{
	enum { WANTED = 100, TAKEN = 64 };
	struct sse s[WANTED];
	int open = 0, refused = 0;
	json_t *status;

	begin(0);
	for (int i = 0; i < WANTED; i++) {
		sse_open(&s[i], f->admin, EVENTS, NULL);
		open += s[i].status == 200;
		refused += s[i].status == 503;
	}
	ck_assert_int_eq(open, TAKEN);
	ck_assert_int_eq(refused, WANTED - TAKEN);
	status = api_get(f, "/api/v1/status", NULL); /* the others are still answered */
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(status, "events"), "clients")),
	                 TAKEN);
	json_decref(status);
	for (int i = 0; i < WANTED; i++)
		sse_close(&s[i]);
	farm_free(f);
}
END_TEST

SUITE_TIMEOUT("events of the HTTP API", 400, a_round_is_told_and_told_again, streams_are_bounded)
