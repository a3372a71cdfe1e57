/* The whole path with the real daemons: join, menu, choice, training, payment, deployment, request. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "common/base/digest.h"
#include "common/http/client.h"
#include "common/module/act.h"
#include "tests/support/farm.h"
#include "tests/support/images.h"
#include "tests/support/suite.h"

#define EDGES 2

static double number(const json_t *o, const char *key)
{
	ck_assert_msg(json_is_number(json_object_get(o, key)), "no number '%s'", key);
	return json_number_value(json_object_get(o, key));
}

static const char *text(const json_t *o, const char *key)
{
	ck_assert_msg(json_is_string(json_object_get(o, key)), "no text '%s'", key);
	return json_string_value(json_object_get(o, key));
}

static double menu_at(const json_t *round, const char *key, size_t k, int l)
{
	const json_t *row = json_array_get(json_object_get(json_object_get(round, "menu"), key), k);

	return json_number_value(l < 0 ? row : json_array_get(row, (size_t)l));
}

/* Both periods: the task's effort and pay are those of the item that was chosen. Returns what was paid. */
static double check_task(const json_t *r, const json_t *seat, const json_t *task)
{
	int period = (int)number(task, "period");
	const json_t *first = json_object_get(seat, "period1"), *second = json_object_get(seat, "period2");
	double effort, reward;

	ck_assert_str_eq(text(task, "state"), "accepted");
	if (period == 3) {
		ck_assert_double_eq(number(task, "paid"), 0);
		return 0;
	}
	ck_assert(json_is_integer(first));
	effort = period == 1
	             ? menu_at(r, "q1", (size_t)json_integer_value(first), -1)
	             : menu_at(r, "q2", (size_t)json_integer_value(first), (int)json_integer_value(second));
	reward = period == 1
	             ? menu_at(r, "r1", (size_t)json_integer_value(first), -1)
	             : menu_at(r, "r2", (size_t)json_integer_value(first), (int)json_integer_value(second));
	ck_assert_double_eq_tol(number(task, "effort"), effort, 1e-9);
	ck_assert_double_eq_tol(number(task, "paid"), reward, 1e-6);
	ck_assert_double_eq(number(task, "samples"), round(effort * number(r, "samples_per_effort")));
	return number(task, "paid");
}

static double check_round(const json_t *round)
{
	const json_t *seats = json_object_get(round, "seats"), *seat, *task;
	double paid = 0;
	size_t i, k;

	ck_assert_str_eq(text(round, "phase"), "done");
	ck_assert_str_eq(text(round, "policy"), "exact");
	ck_assert_uint_eq(json_array_size(seats), EDGES);
	json_array_foreach (seats, i, seat) {
		ck_assert_str_eq(text(seat, "deploy"), "installed");
		json_array_foreach (json_object_get(seat, "tasks"), k, task)
			paid += check_task(round, seat, task);
	}
	ck_assert_double_eq_tol(number(round, "paid"), paid, 1e-6);
	return paid;
}

static void check_ledger(struct farm *f, double paid)
{
	json_t *ledger = farm_get(f, "/api/v1/ledger"), *walk = farm_get(f, "/api/v1/ledger/verify"), *item;
	double sum = 0;
	size_t i;

	ck_assert(json_is_true(json_object_get(walk, "verified")));
	ck_assert_double_eq_tol(number(walk, "paid_total"), paid, 1e-6);
	json_decref(walk);
	json_array_foreach (json_object_get(ledger, "items"), i, item)
		sum += number(item, "amount");
	ck_assert_double_eq_tol(sum, paid, 1e-6);
	ck_assert_double_eq_tol(number(ledger, "paid_total"), paid, 1e-6);
	json_decref(ledger);
}

static json_t *ask(struct farm *f, int edge, const uint8_t *image)
{
	struct http_client *c = NULL;
	struct err e = ERR_INIT;
	json_t *body, *answer = NULL;
	char base[64], *data = base64_encode(image, IMAGE_PIXELS);

	snprintf(base, sizeof(base), "127.0.0.1:%d", farm_serve_port(f, edge));
	ck_ok(http_client_new(base, 30000, &c, &e), &e);
	body = json_pack("{s:s, s:s, s:{s:s, s:s}}", "session", "s", "text", "what is this?", "image", "format",
	                 "raw28", "data", data);
	ck_ok(http_client_post(c, "/v1/agent/act", body, &answer, &e), &e);
	json_decref(body);
	free(data);
	http_client_free(c);
	return answer;
}

static void check_agent(struct farm *f)
{
	json_t *agent = farm_get(f, "/api/v1/agents/current"), *edges = farm_get(f, "/api/v1/edges"), *edge;
	struct dataset d = images_make(20, 7);
	size_t i;

	ck_assert_ptr_nonnull(agent);
	ck_assert_uint_ge(json_array_size(json_object_get(agent, "modules")), 2);
	json_array_foreach (json_object_get(edges, "items"), i, edge)
		ck_assert_double_eq(number(edge, "agent_version"), number(agent, "version"));
	ck_assert_uint_eq(i, EDGES);
	for (int k = 0; k < EDGES; k++) {
		json_t *answer = ask(f, k, dataset_image(&d, (size_t)k));

		ck_assert_str_eq(text(answer, "agent"), text(agent, "id"));
		ck_assert_double_eq(number(answer, "version"), number(agent, "version"));
		ck_assert_ptr_nonnull(json_object_get(answer, "perception"));
		ck_assert_uint_gt(strlen(text(answer, "reply")), 0);
		json_decref(answer);
	}
	dataset_release(&d);
	json_decref(edges);
	json_decref(agent);
}

START_TEST(two_rounds_from_join_to_request)
{
	struct farm *f = farm_new((struct farm_options){.rounds = 2, .edges_min = EDGES});
	json_t *answer, *round;
	double paid = 0;
	size_t i;

	farm_start_cloud(f);
	for (int k = 0; k < EDGES; k++)
		farm_start_edge(f, k);
	farm_wait_rounds(f, 2, 200000);
	answer = farm_get_rounds(f);
	json_array_foreach (answer, i, round)
		paid += check_round(round);
	ck_assert_uint_eq(i, 2);
	json_decref(answer);
	check_ledger(f, paid);
	check_agent(f);
	for (int k = 0; k <= EDGES; k++)
		ck_assert_msg(farm_stop(&f->process[k]) == 0, "%s did not end in order", f->process[k].name);
	farm_free(f);
}
END_TEST

START_TEST(a_robust_rule_makes_what_is_trained)
{
	struct farm *f =
	    farm_new((struct farm_options){.rounds = 1, .edges_min = 3, .cloud = {"--aggregate=median"}});
	json_t *agent, *module;
	size_t i;

	farm_start_cloud(f);
	for (int k = 0; k < 3; k++)
		farm_start_edge(f, k);
	farm_wait_rounds(f, 1, 200000);
	agent = farm_get(f, "/api/v1/agents/current");
	ck_assert_ptr_nonnull(agent);
	json_array_foreach (json_object_get(agent, "modules"), i, module) {
		const char *rule = text(json_object_get(module, "provenance"), "rule");

		ck_assert_str_eq(rule, strcmp(text(module, "kind"), "memory") == 0 ? "fedavg" : "median");
		ck_assert_double_gt(number(module, "value"), 0.2);
	}
	ck_assert_uint_ge(i, 2);
	json_decref(agent);
	farm_free(f);
}
END_TEST

SUITE_TIMEOUT("the whole path", 400, two_rounds_from_join_to_request, a_robust_rule_makes_what_is_trained)
