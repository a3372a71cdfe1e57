/* foedus contract: what a round's menu says and what it is worth to each type. */
#include <stdio.h>

#include "common/base/mem.h"
#include "ctl/api.h"
#include "ctl/cells.h"
#include "ctl/nouns.h"

static double at(const json_t *array, size_t i)
{
	return json_number_value(json_array_get(array, i));
}

/* A slack, in red where it is a debt: beyond what rounding of a millionth of a credit makes. */
static void slack_cell(struct grid *g, const json_t *o, const char *key)
{
	cell_number(g, o, key, 6);
	if (field_number(o, key) < -1e-6)
		grid_tone(g, GRID_BAD);
}

static void print_head(const struct api *a, const json_t *c)
{
	const json_t *terms = json_object_get(c, "instance"), *bad = json_object_get(c, "violation");
	struct grid *g = fields_new();

	fields_add(g, "round", "%lld", (long long)field_int(c, "round"));
	fields_add(g, "policy", "%s", field_text(c, "policy"));
	fields_add(g, "profit", "%.6f expected of each edge", field_number(c, "expected_profit"));
	fields_add(g, "terms", "%zu types, delta %g, participation %s",
	           json_array_size(json_object_get(c, "types")), field_number(terms, "delta"),
	           field_text(terms, "participation"));
	fields_add(g, "effort", "1 is %.0f samples", field_number(c, "samples_per_effort"));
	if (field_bool(c, "feasible")) {
		fields_add(g, "feasible", "yes");
		grid_tone(g, GRID_GOOD);
	} else {
		fields_add(g, "feasible", "no: %s by %.3g", field_text(bad, "text"), field_number(bad, "amount"));
		grid_tone(g, GRID_BAD);
	}
	grid_print(g, stdout, a->colours);
	grid_free(g);
}

/* An item of period 1 stands once, before the items that follow it. */
static void first_cells(struct grid *g, bool shown, size_t item, double effort, double reward)
{
	if (shown) {
		grid_cell(g, "%zu", item);
		grid_cell(g, "%.4f", effort);
		grid_cell(g, "%.4f", reward);
		return;
	}
	for (int i = 0; i < 3; i++)
		grid_cell(g, "%s", "");
}

static void print_menu(const struct api *a, const json_t *menu)
{
	static const char *const titles[] = {"ITEM 1", "EFFORT", "REWARD", "ITEM 2", "EFFORT", "REWARD"};
	struct grid *g = grid_new(ARRAY_LEN(titles), titles, "rrrrrr");
	const json_t *q1 = json_object_get(menu, "q1"), *r1 = json_object_get(menu, "r1");

	for (size_t k = 0; k < json_array_size(q1); k++) {
		const json_t *q2 = json_array_get(json_object_get(menu, "q2"), k);
		const json_t *r2 = json_array_get(json_object_get(menu, "r2"), k);

		for (size_t l = 0; l < json_array_size(q2); l++) {
			first_cells(g, l == 0, k, at(q1, k), at(r1, k));
			grid_cell(g, "%zu", l);
			grid_cell(g, "%.4f", at(q2, l));
			grid_cell(g, "%.4f", at(r2, l));
		}
	}
	grid_print(g, stdout, a->colours);
	grid_free(g);
}

static void print_types(const struct api *a, const json_t *types)
{
	static const char *const titles[] = {"TYPE",     "THETA",    "SHARE",     "RENT",
	                                     "IR SLACK", "IC SLACK", "TEMPTED BY"};
	struct grid *g = grid_new(ARRAY_LEN(titles), titles, "rrrrrrr");
	const json_t *type;
	size_t i;

	json_array_foreach (types, i, type) {
		cell_int(g, type, "type");
		cell_number(g, type, "theta", 3);
		cell_number(g, type, "prior", 3);
		cell_number(g, type, "rent", 6);
		slack_cell(g, type, "ir_slack");
		slack_cell(g, type, "ic_slack");
		cell_int(g, type, "ic_item");
	}
	grid_print(g, stdout, a->colours);
	grid_free(g);
}

static void print_period2(const struct api *a, const json_t *items)
{
	static const char *const titles[] = {"ITEM 1", "TYPE 2", "RENT", "IR SLACK", "IC SLACK", "TEMPTED BY"};
	struct grid *g = grid_new(ARRAY_LEN(titles), titles, "rrrrrr");
	const json_t *item, *type;
	size_t i, j;

	json_array_foreach (items, i, item)
		json_array_foreach (json_object_get(item, "types"), j, type) {
			cell_int(g, item, "item");
			cell_int(g, type, "type");
			cell_number(g, type, "rent", 6);
			slack_cell(g, type, "ir_slack");
			slack_cell(g, type, "ic_slack");
			cell_int(g, type, "ic_item");
		}
	grid_print(g, stdout, a->colours);
	grid_free(g);
}

static int show(struct api *a, struct err *e)
{
	const char *which;
	json_t *c;
	int rc = api_round(a, 0, &which, e);

	if (!rc)
		rc = api_get(a, &c, e, "/api/v1/rounds/%s/menu", which);
	if (rc)
		return rc;
	if (a->json) {
		api_print(c);
	} else {
		print_head(a, c);
		puts("\nThe menu:");
		print_menu(a, json_object_get(c, "menu"));
		puts("\nEach type with its own item, both periods together:");
		print_types(a, json_object_get(c, "types"));
		puts("\nIn period 2, after each item of period 1:");
		print_period2(a, json_object_get(c, "period2"));
	}
	json_decref(c);
	return 0;
}

static int verb_show(int argc, char **argv)
{
	static const struct opt options[] = {API_OPTIONS, OPT_END};
	static const struct opt_program p = {
	    "foedus contract show", "a round's menu, each type's rent, and by how much it holds (IR, IC)",
	    "[ROUND]", options, .examples = "  foedus contract show\n  foedus contract show 3 --json\n"};
	struct api_options o = {0};

	return api_run(&p, argc, argv, &o, show);
}

int noun_contract(int argc, char **argv)
{
	static const struct cli_command verbs[] = {
	    {"show", "a round's menu, each type's rent, and by how much it holds", verb_show}};
	static const struct cli_group group = {.name = "foedus contract",
	                                       .summary = "what edges are offered",
	                                       .what = "verb",
	                                       .commands = verbs,
	                                       .count = ARRAY_LEN(verbs),
	                                       .examples = "  foedus contract show\n"};

	return cli_dispatch(&group, argc, argv);
}
