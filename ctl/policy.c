/* foedus policy: what writes the menus, and how to learn another one. */
#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "ctl/api.h"
#include "ctl/cells.h"
#include "ctl/nouns.h"

#define ROUNDS_SHOWN 200

static const struct opt options[] = {API_OPTIONS, OPT_END};

static int print_list(const struct api *a, json_t *items)
{
	static const char *const titles[] = {"POLICY", "", "WHAT IT IS"};
	struct grid *g = grid_new(ARRAY_LEN(titles), titles, "lll");
	const json_t *p;
	size_t i;

	json_array_foreach (items, i, p) {
		bool used = field_bool(p, "used");

		cell_text(g, p, "policy");
		grid_cell(g, "%s%s", used ? "used" : "",
		          field_bool(p, "configured") ? (used ? ", configured" : "configured") : "");
		grid_tone(g, GRID_GOOD);
		cell_text(g, p, "summary");
	}
	if (a->json)
		api_print(items);
	else
		grid_print(g, stdout, a->colours);
	grid_free(g);
	json_decref(items);
	return 0;
}

static int list(struct api *a, struct err *e)
{
	json_t *items;
	int rc = api_list(a, "/api/v1/policies", 0, &items, e);

	return rc ? rc : print_list(a, items);
}

/* The named one, or the one in use; borrowed. */
static const json_t *find(const json_t *items, const char *name)
{
	const json_t *p;
	size_t i;

	json_array_foreach (items, i, p)
		if (name ? strcmp(field_text(p, "policy"), name) == 0 : field_bool(p, "used"))
			return p;
	return NULL;
}

/* Those rounds whose menu it wrote. */
static json_t *rounds_of(const json_t *rounds, const char *name)
{
	json_t *own = json_array(), *round;
	size_t i;

	json_array_foreach (rounds, i, round)
		if (strcmp(field_text(round, "policy"), name) == 0)
			json_array_append(own, round);
	return own;
}

static void print_rounds(const struct api *a, const json_t *rounds)
{
	static const char *const titles[] = {"ROUND", "PROFIT", "UPDATES", "WEIGHTS", ""};
	struct grid *g = grid_new(ARRAY_LEN(titles), titles, "rrrll");
	const json_t *round;
	size_t i;

	json_array_foreach (rounds, i, round) {
		cell_int(g, round, "round");
		cell_number(g, round, "expected_profit", 6);
		cell_int(g, round, "policy_updates");
		cell_text(g, round, "policy_weights");
		cell_bool(g, round, "policy_fallback", "stood in", "");
	}
	if (grid_rows(g))
		grid_print(g, stdout, a->colours);
	grid_free(g);
}

static void print_policy(const struct api *a, const json_t *p, const json_t *rounds)
{
	struct grid *g = fields_new();

	fields_add(g, "policy", "%s", field_text(p, "policy"));
	fields_add(g, "what", "%s", field_text(p, "summary"));
	fields_add(g, "used", "%s%s", field_bool(p, "used") ? "yes, from the next round on" : "no",
	           field_bool(p, "configured") ? "; the configuration names it" : "");
	fields_add(g, "wrote", "%zu of the last %d rounds' menus", json_array_size(rounds), ROUNDS_SHOWN);
	grid_print(g, stdout, a->colours);
	grid_free(g);
	if (json_array_size(rounds))
		putchar('\n');
	print_rounds(a, rounds);
}

static int show(struct api *a, struct err *e)
{
	json_t *items = NULL, *rounds = NULL, *own;
	const json_t *p;
	int rc = api_list(a, "/api/v1/policies", 0, &items, e);

	if (!rc)
		rc = api_list(a, "/api/v1/rounds", ROUNDS_SHOWN, &rounds, e);
	p = find(items, a->count ? a->word[0] : NULL);
	if (!rc && !p)
		rc = err_set(e, E_NOT_FOUND, "there is no policy '%.40s' (`foedus policy list` shows them)",
		             a->count ? a->word[0] : "in use");
	if (!rc) {
		own = rounds_of(rounds, field_text(p, "policy"));
		if (a->json) {
			json_t *all = json_pack("{s:O,s:O}", "policy", p, "rounds", own);

			api_print(all);
			json_decref(all);
		} else {
			print_policy(a, p, own);
		}
		json_decref(own);
	}
	json_decref(items);
	json_decref(rounds);
	return rc;
}

static int use(struct api *a, struct err *e)
{
	const char *name;
	json_t *body, *items;
	int rc = api_name(a, 0, "a policy", &name, e);

	if (!rc)
		rc = api_post(a, &body, e, "/api/v1/policies/%s/use", name);
	if (rc)
		return rc;
	items = json_incref(json_object_get(body, "items"));
	json_decref(body);
	return print_list(a, items);
}

static int verb_list(int argc, char **argv)
{
	static const struct opt_program p = {"foedus policy list", "what can write the menus, and what does", "",
	                                     options, .examples = "  foedus policy list\n"};
	struct api_options o = {0};

	return api_run(&p, argc, argv, &o, list);
}

static int verb_show(int argc, char **argv)
{
	static const struct opt_program p = {"foedus policy show",
	                                     "one policy (the one in use) and the rounds it wrote for",
	                                     "[POLICY]", options, .examples = "  foedus policy show edmsac\n"};
	struct api_options o = {0};

	return api_run(&p, argc, argv, &o, show);
}

static int verb_use(int argc, char **argv)
{
	static const struct opt_program p = {"foedus policy use", "writes the menus from the next round on",
	                                     "POLICY", options, .examples = "  foedus policy use exact\n"};
	struct api_options o = {0};

	return api_run(&p, argc, argv, &o, use);
}

int noun_policy(int argc, char **argv)
{
	static const struct cli_command verbs[] = {
	    {"list", "what can write the menus, and what does", verb_list},
	    {"show", "one policy and the rounds it wrote for", verb_show},
	    {"use", "writes the menus from the next round on", verb_use},
	    {"train", "learns a policy for --policy-dir, on this machine", policy_train},
	};
	static const struct cli_group group = {.name = "foedus policy",
	                                       .summary = "what writes the menus",
	                                       .what = "verb",
	                                       .commands = verbs,
	                                       .count = ARRAY_LEN(verbs),
	                                       .examples = "  foedus policy use exact\n"
	                                                   "  foedus policy train --types 3 --dir policy\n"};

	return cli_dispatch(&group, argc, argv);
}
