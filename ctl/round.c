/* foedus round: what was and what is; start, pause, resume and drain. round_watch.c follows one. */
#include "ctl/round.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "ctl/api.h"
#include "ctl/cells.h"
#include "ctl/nouns.h"

struct list_options {
	struct api_options api;
	int64_t limit;
};

static const struct opt options[] = {API_OPTIONS, OPT_END};

static void phase_cell(struct grid *g, const json_t *round)
{
	const char *phase = field_text(round, "phase");

	grid_cell(g, "%s", phase);
	grid_tone(g, strcmp(phase, "done") == 0     ? GRID_GOOD
	             : strcmp(phase, "failed") == 0 ? GRID_BAD
	                                            : GRID_WARN);
}

static void print_list(const struct api *a, const json_t *items)
{
	static const char *const titles[] = {"ROUND", "PHASE",    "STARTED", "EDGES",  "ACCEPTED",
	                                     "OPEN",  "REJECTED", "LATE",    "PROFIT", "POLICY"};
	struct grid *g = grid_new(ARRAY_LEN(titles), titles, "rllrrrrrrl");
	const json_t *round;
	size_t i;

	json_array_foreach (items, i, round) {
		const json_t *tasks = json_object_get(round, "tasks");

		cell_int(g, round, "round");
		phase_cell(g, round);
		cell_time(g, round, "started");
		cell_int(g, round, "edges");
		cell_int(g, tasks, "accepted");
		cell_int(g, tasks, "open");
		cell_int(g, tasks, "rejected");
		cell_int(g, tasks, "late");
		cell_number(g, round, "expected_profit", 3);
		grid_cell(g, "%s%s", field_text(round, "policy"),
		          field_bool(round, "policy_fallback") ? " (stood in)" : "");
	}
	grid_print(g, stdout, a->colours);
	grid_free(g);
}

static int list(struct api *a, struct err *e)
{
	const struct list_options *o = (const struct list_options *)a->o;
	json_t *items;
	int rc = api_list(a, "/api/v1/rounds", (size_t)o->limit, &items, e);

	if (rc)
		return rc;
	if (a->json)
		api_print(items);
	else if (json_array_size(items))
		print_list(a, items);
	else
		fputs("No round was yet. `foedus round start` starts one.\n", stderr);
	json_decref(items);
	return 0;
}

static void print_seats(const struct api *a, const json_t *round)
{
	static const char *const titles[] = {"EDGE", "ITEM 1", "ITEM 2", "TASKS", "SAMPLES", "PAID", "AGENT"};
	struct grid *g = grid_new(ARRAY_LEN(titles), titles, "lrrlrrl");
	const json_t *seat, *task;
	size_t i, j;

	json_array_foreach (json_object_get(round, "seats"), i, seat) {
		char states[160] = "";
		double paid = 0;
		int64_t samples = 0;
		size_t n = 0;

		json_array_foreach (json_object_get(seat, "tasks"), j, task) {
			paid += field_number(task, "paid");
			samples += field_int(task, "samples");
			if (n + 24 < sizeof(states))
				n += (size_t)snprintf(states + n, sizeof(states) - n, "%s%.16s", j ? ", " : "",
				                      field_text(task, "state"));
		}
		cell_text(g, seat, "edge");
		cell_item(g, seat, "period1");
		cell_item(g, seat, "period2");
		grid_cell(g, "%s", *states ? states : "-");
		grid_cell(g, "%lld", (long long)samples);
		grid_cell(g, "%.6f", paid);
		grid_cell(g, "%s%s%s", field_text(seat, "deploy"), *field_text(seat, "deploy_reason") ? ": " : "",
		          field_text(seat, "deploy_reason"));
	}
	grid_print(g, stdout, a->colours);
	grid_free(g);
}

static void print_modules(struct grid *g, const json_t *round, const char *key)
{
	const json_t *module;
	size_t i;

	json_array_foreach (json_object_get(round, key), i, module)
		if (json_is_number(json_object_get(module, "value")))
			fields_add(g, i ? "" : "modules", "%s %.4f, generation %lld", field_text(module, "kind"),
			           field_number(module, "value"), (long long)field_int(module, "generation"));
}

void round_print(const struct api *a, const json_t *round)
{
	struct grid *g = fields_new();

	fields_add(g, "round", "%lld", (long long)field_int(round, "round"));
	grid_cell(g, "phase");
	grid_tone(g, GRID_FAINT);
	phase_cell(g, round);
	fields_add(g, "started", "%s", field_text(round, "started"));
	if (*field_text(round, "ended"))
		fields_add(g, "ended", "%s", field_text(round, "ended"));
	if (*field_text(round, "failure"))
		fields_add(g, "failed", "%s", field_text(round, "failure"));
	fields_add(g, "policy", "%s%s", field_text(round, "policy"),
	           field_bool(round, "policy_fallback") ? ", in place of the one in use, which failed" : "");
	if (json_is_number(json_object_get(round, "expected_profit")))
		fields_add(g, "profit", "%.6f expected of each edge", field_number(round, "expected_profit"));
	print_modules(g, round, "modules");
	grid_print(g, stdout, a->colours);
	grid_free(g);
	if (json_array_size(json_object_get(round, "seats"))) {
		putchar('\n');
		print_seats(a, round);
	}
}

static int show(struct api *a, struct err *e)
{
	const char *which;
	json_t *round;
	int rc = api_round(a, 0, &which, e);

	if (!rc)
		rc = api_get(a, &round, e, "/api/v1/rounds/%s", which);
	if (rc)
		return rc;
	if (a->json)
		api_print(round);
	else
		round_print(a, round);
	json_decref(round);
	return 0;
}

static int verb_list(int argc, char **argv)
{
	static const struct opt table[] = {{"limit", 'n', OPT_INT, "N", "how many, the newest first; 0 = all",
	                                    "20", 0, 1e9, OPT_AT(list_options, limit)},
	                                   API_OPTIONS,
	                                   OPT_END};
	static const struct opt_program p = {"foedus round list", "rounds, the newest first", "", table,
	                                     .examples = "  foedus round list --limit 5\n"};
	struct list_options o = {.limit = 0};

	return api_run(&p, argc, argv, &o, list);
}

static int verb_show(int argc, char **argv)
{
	static const struct opt_program p = {
	    "foedus round show", "one round with what each edge chose, did and was paid", "[ROUND]", options,
	    .examples = "  foedus round show                    the newest\n  foedus round show 7 --json\n"};
	struct api_options o = {0};

	return api_run(&p, argc, argv, &o, show);
}

int noun_round(int argc, char **argv)
{
	static const struct cli_command verbs[] = {
	    {"list", "rounds, the newest first", verb_list},
	    {"show", "one round with what each edge chose, did and was paid", verb_show},
	    {"watch", "follows a round to its end", round_watch},
	    {"start", "starts a round now, also when paused", round_start},
	    {"pause", "no round starts by itself any more", round_pause},
	    {"resume", "rounds start by themselves again", round_resume},
	    {"drain", "the round under way ends and no other starts; then the cloud ends", round_drain},
	};
	static const struct cli_group group = {.name = "foedus round",
	                                       .summary = "rounds of agent construction",
	                                       .what = "verb",
	                                       .commands = verbs,
	                                       .count = ARRAY_LEN(verbs),
	                                       .examples = "  foedus round watch\n  foedus round show 3\n"};

	return cli_dispatch(&group, argc, argv);
}
