/* Every answer of the running cloud is what docs/openapi.json says, before, during and after a round. */
#include <string.h>
#include <unistd.h>

#include "tests/support/api_call.h"
#include "tests/support/openapi.h"
#include "tests/support/suite.h"

#define V1 "/api/v1"

static struct farm *f;

static int64_t number(const json_t *o, const char *key)
{
	ck_assert_msg(json_is_integer(json_object_get(o, key)), "no whole number '%s'", key);
	return json_integer_value(json_object_get(o, key));
}

/* Values for the names in paths, so that there is something to show once a round is over. */
static void fill(const char *path, char *out, size_t cap)
{
	static const char *const names[][2] = {{"{edge}", "edge-1"},  {"{round}", "1"},
	                                       {"{version}", "1"},    {"{kind}", "perception"},
	                                       {"{policy}", "exact"}, {"{file}", "icon.svg"}};
	size_t used = 0;

	while (*path && used < cap - 1) {
		const char *value = NULL;

		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			if (strncmp(path, names[i][0], strlen(names[i][0])) == 0) {
				value = names[i][1];
				path += strlen(names[i][0]);
			}
		if (value)
			used += (size_t)snprintf(out + used, cap - used, "%s", value);
		else
			out[used++] = *path++;
	}
	out[used < cap ? used : cap - 1] = '\0';
}

/* Asks all that can be read (but the endless stream); how many answers were 200. */
static size_t read_all(void)
{
	const char *path;
	json_t *methods;
	size_t fine = 0;

	json_object_foreach (json_object_get((json_t *)openapi(), "paths"), path, methods) {
		char actual[128];
		int status;

		if (!json_object_get(methods, "get") || strcmp(path, V1 "/events") == 0)
			continue;
		fill(path, actual, sizeof(actual));
		status = api_call(f, (struct api_call){.method = "GET", .path = path, .actual = actual}, NULL);
		ck_assert_msg(status == 200 || status == 404, "GET %s: %d", actual, status);
		fine += status == 200;
	}
	return fine;
}

/* Walks a list by pages of `limit`; how many items, each of which must be new by its key. */
static size_t walk(const char *path, const char *base, int limit, const char *key)
{
	json_t *seen = json_object(), *page;
	char cursor[64] = "";
	size_t n = 0, i;

	do {
		json_t *item;
		char actual[256];

		snprintf(actual, sizeof(actual), "%s?limit=%d%s%s", base, limit, *cursor ? "&cursor=" : "", cursor);
		page = api_get(f, path, actual);
		json_array_foreach (json_object_get(page, "items"), i, item) {
			char *text = json_dumps(json_object_get(item, key), JSON_ENCODE_ANY);

			ck_assert_msg(!json_object_get(seen, text), "%s: %s twice", actual, text);
			json_object_set_new(seen, text, json_true());
			free(text);
			n++;
		}
		snprintf(cursor, sizeof(cursor), "%s",
		         json_is_string(json_object_get(page, "next"))
		             ? json_string_value(json_object_get(page, "next"))
		             : "");
		json_decref(page);
	} while (*cursor);
	json_decref(seen);
	return n;
}

static void ck_contract(void)
{
	json_t *c = api_get(f, V1 "/rounds/{round}/menu", V1 "/rounds/1/menu"), *type;
	size_t i;

	ck_assert(json_is_true(json_object_get(c, "feasible")));
	json_array_foreach (json_object_get(c, "types"), i, type) {
		const json_t *own = json_array_get(json_object_get(type, "utility"), i);

		ck_assert_double_ge(json_number_value(json_object_get(type, "ir_slack")), -1e-6);
		ck_assert_double_ge(json_number_value(json_object_get(type, "ic_slack")), -1e-6);
		ck_assert_double_eq(json_number_value(own), json_number_value(json_object_get(type, "rent")));
	}
	ck_assert_uint_eq(i, 3);
	json_decref(c);
}

static void ck_pages(void)
{
	json_t *ledger = api_get(f, V1 "/ledger", NULL),
	       *round = api_get(f, V1 "/rounds/{round}", V1 "/rounds/latest");
	int64_t entries = number(ledger, "entries");

	ck_assert_int_gt(entries, 0);
	ck_assert_uint_eq(walk(V1 "/ledger", V1 "/ledger", 1, "entry"), (size_t)entries);
	ck_assert_uint_eq(walk(V1 "/rounds", V1 "/rounds", 1, "round"), (size_t)number(round, "round"));
	ck_assert_uint_eq(walk(V1 "/edges", V1 "/edges", 1, "edge"), 2);
	ck_assert_uint_eq(walk(V1 "/agents", V1 "/agents", 1, "version"), (size_t)number(round, "agent_version"));
	ck_assert_uint_eq(walk(V1 "/rounds/{round}/choices", V1 "/rounds/1/choices", 1, "edge"), 2);
	ck_assert_uint_gt(walk(V1 "/rounds/{round}/tasks", V1 "/rounds/1/tasks", 1, "task"), 2);
	ck_assert_uint_gt(walk(V1 "/rounds/{round}/receipts", V1 "/rounds/1/receipts", 1000, "task"), 2);
	json_decref(ledger);
	json_decref(round);
}

START_TEST(answers_are_as_described)
{
	size_t before, after;

	f = farm_new((struct farm_options){.rounds = 2, .edges_min = 2});
	farm_start_cloud(f);
	before = read_all();
	farm_start_edge(f, 0);
	farm_start_edge(f, 1);
	farm_wait_phase(f, "train1", 200000);
	read_all();
	farm_wait_rounds(f, 2, 200000);
	after = read_all();
	ck_assert_msg(before >= 10 && after == 24, "%zu answers before, %zu after", before, after);
	ck_contract();
	ck_pages();
	farm_free(f);
}
END_TEST

static int post(const char *path, const char *actual, const char *headers, const char *body)
{
	return api_call(f, (struct api_call){"POST", path, actual, headers, body, .token = true}, NULL);
}

#define JSON_TYPE "Content-Type: application/json\r\n"

START_TEST(hostile_requests_are_answered_as_described)
{
	struct buf large = BUF_INIT;

	f = farm_new((struct farm_options){.edges_min = 2});
	farm_start_cloud(f);
	ck_assert_int_eq(post(V1 "/control/drain", NULL, JSON_TYPE, "{\"exit\":"), 400);
	ck_assert_int_eq(post(V1 "/control/drain", NULL, JSON_TYPE, "[1]"), 400);
	ck_assert_int_eq(post(V1 "/control/drain", NULL, JSON_TYPE, "{\"exit\":\"no\"}"), 400);
	ck_assert_int_eq(post(V1 "/control/drain", NULL, "Content-Type: text/xml\r\n", "<no/>"), 415);
	ck_assert_int_eq(post(V1 "/control/drain", NULL, NULL, "{}"), 415);
	ck_assert_int_eq(post(V1 "/rounds", NULL, NULL, NULL), 409);
	ck_assert_int_eq(post(V1 "/agents/{version}/deploy", V1 "/agents/0/deploy", NULL, NULL), 404);
	ck_assert_int_eq(post(V1 "/agents/{version}/deploy", V1 "/agents/1/deploy", JSON_TYPE, "{\"train\":1}"),
	                 400);
	ck_assert_int_eq(post(V1 "/agents/{version}/deploy", V1 "/agents/1/deploy", NULL, "{}"), 415);
	ck_assert_int_eq(post(V1 "/policies/{policy}/use", V1 "/policies/%22%0a/use", NULL, NULL), 404);
	ck_assert_int_eq(post(V1 "/edges/{edge}/allow", V1 "/edges/no%20name/allow", NULL, NULL), 400);
	buf_str(&large, "X-Large: ");
	for (int i = 0; i < 20000; i++)
		buf_str(&large, "x");
	buf_str(&large, "\r\n");
	ck_assert_int_eq(
	    api_call(f, (struct api_call){.method = "GET", .path = V1 "/status", .headers = buf_cstr(&large)},
	             NULL),
	    431);
	buf_release(&large);
	farm_free(f);
}
END_TEST

SUITE_TIMEOUT("answers of the HTTP API", 400, answers_are_as_described,
              hostile_requests_are_answered_as_described)
