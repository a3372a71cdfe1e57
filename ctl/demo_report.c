#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "ctl/demo.h"
#include "ctl/show.h"

static double reward(const json_t *round, const char *key, size_t i)
{
	return json_number_value(json_array_get(json_object_get(json_object_get(round, "menu"), key), i));
}

static void print_menu(const json_t *round)
{
	size_t n = json_array_size(json_object_get(json_object_get(round, "menu"), "q1"));

	printf("    menu      by policy %s", demo_text(round, "policy"));
	if (*demo_text(round, "policy_weights"))
		printf(", %.0f updates, weights %s", demo_number(round, "policy_updates"),
		       demo_text(round, "policy_weights"));
	printf("%s\n              ",
	       json_is_true(json_object_get(round, "policy_fallback")) ? ", in place of one that failed" : "");
	for (size_t i = 0; i < n; i++)
		printf("%s%zu: effort %.2f for %.3f", i ? "   " : "", i + 1, reward(round, "q1", i),
		       reward(round, "r1", i));
	printf("\n");
}

static void print_item(const json_t *item)
{
	if (json_is_integer(item) && json_integer_value(item) >= 0)
		printf("%d", (int)json_integer_value(item) + 1);
	else
		printf("-");
}

static void print_choices(const json_t *round)
{
	const json_t *seat, *task;
	size_t i, k;

	printf("    choices   ");
	json_array_foreach (json_object_get(round, "seats"), i, seat) {
		double paid = 0;

		json_array_foreach (json_object_get(seat, "tasks"), k, task)
			paid += demo_number(task, "paid");
		printf("%s%s: ", i == 0 ? "" : i % 4 ? "   " : "\n              ", demo_text(seat, "edge"));
		print_item(json_object_get(seat, "period1"));
		printf(" then ");
		print_item(json_object_get(seat, "period2"));
		printf(", paid %.3f", paid);
	}
	printf("\n");
}

static void print_edges(const struct demo *d)
{
	printf("\n  %-10s %16s %22s\n", "edge", "samples trained", "alone, test accuracy");
	for (size_t i = 0; i < (size_t)d->o.edges; i++)
		printf("  %-10s %16llu %22.4f\n", d->edge[i].name, (unsigned long long)d->edge[i].trained,
		       d->edge[i].alone);
	printf("  %-10s %16s %22.4f\n", "together", "",
	       demo_metric(json_object_get(d->agent, "modules"), d->kind));
}

void demo_report(const struct demo *d)
{
	show_clear();
	printf("\n  %-7s %12s %14s\n", "round", "paid", "test accuracy");
	for (size_t i = 1; i <= (size_t)d->o.rounds; i++) {
		const json_t *round = demo_round(d, i);

		printf("  %-7zu %12.3f %14.4f\n", i, demo_number(round, "paid"),
		       demo_metric(json_object_get(round, "modules"), d->kind));
		print_menu(round);
		print_choices(round);
	}
	print_edges(d);
	printf("\n  requests: %llu, latency p50 %.2f ms, p99 %.2f ms, %.1f %% named right\n\n",
	       (unsigned long long)d->requests.count, d->requests.p50_ms, d->requests.p99_ms,
	       d->requests.count ? 100.0 * (double)d->requests.right / (double)d->requests.count : 0.0);
}

static json_t *pick(const json_t *object, const char *const *keys, size_t n)
{
	json_t *out = json_object();

	for (size_t i = 0; i < n; i++)
		json_object_set(out, keys[i], json_object_get(object, keys[i]));
	return out;
}

static json_t *rounds_json(const struct demo *d)
{
	static const char *const menu_keys[] = {"q1", "r1", "q2", "r2"};
	static const char *const choice_keys[] = {"edge", "period1", "period2"};
	json_t *list = json_array();

	for (size_t i = 1; i <= (size_t)d->o.rounds; i++) {
		const json_t *round = demo_round(d, i), *seat;
		json_t *choices = json_array();
		size_t k;

		json_array_foreach (json_object_get(round, "seats"), k, seat)
			json_array_append_new(choices, pick(seat, choice_keys, 3));
		json_array_append_new(list, json_pack("{s:i, s:s, s:o, s:o, s:f, s:f}", "round", (int)i, "policy",
		                                      demo_text(round, "policy"), "menu",
		                                      pick(json_object_get(round, "menu"), menu_keys, 4), "choices",
		                                      choices, "paid", demo_number(round, "paid"), "accuracy",
		                                      demo_metric(json_object_get(round, "modules"), d->kind)));
	}
	return list;
}

static json_t *agent_json(const struct demo *d)
{
	static const char *const keys[] = {"kind", "metric", "value"};
	json_t *modules = json_array();
	const json_t *module;
	size_t i;

	json_array_foreach (json_object_get(d->agent, "modules"), i, module)
		json_array_append_new(modules, pick(module, keys, 3));
	return json_pack("{s:s, s:I, s:o}", "id", demo_text(d->agent, "id"), "version",
	                 (json_int_t)demo_number(d->agent, "version"), "modules", modules);
}

static json_t *report_json(const struct demo *d)
{
	const struct demo_requests *r = &d->requests;
	json_t *out = json_object();

	json_object_set_new(out, "edges", json_integer(d->o.edges));
	json_object_set_new(out, "rounds", rounds_json(d));
	json_object_set_new(out, "agent", agent_json(d));
	json_object_set_new(out, "local_only",
	                    json_pack("{s:f, s:f}", "mean", d->local_mean, "max", d->local_max));
	json_object_set_new(
	    out, "deployed",
	    json_integer((json_int_t)demo_serving(d, (uint64_t)demo_number(d->agent, "version"))));
	json_object_set_new(out, "requests",
	                    json_pack("{s:I, s:I, s:f, s:f}", "count", (json_int_t)r->count, "failed",
	                              (json_int_t)r->failed, "p50_ms", r->p50_ms, "p99_ms", r->p99_ms));
	json_object_set_new(out, "ledger",
	                    json_pack("{s:I, s:b, s:f}", "entries", (json_int_t)demo_number(d->ledger, "entries"),
	                              "verified", json_is_true(json_object_get(d->ledger, "verified")),
	                              "paid_total", demo_number(d->ledger, "paid_total")));
	json_object_set_new(out, "wall_s", json_real(d->wall_s));
	return out;
}

int demo_json(const struct demo *d, struct err *e)
{
	json_t *report = report_json(d);
	char *text = json_dumps(report, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	int rc;

	json_decref(report);
	rc = file_write(d->o.json, text, strlen(text), 0644, e);
	free(text);
	return rc;
}
