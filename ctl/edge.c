/* foedus edge: the registry. */
#include <stdio.h>

#include "common/base/mem.h"
#include "ctl/api.h"
#include "ctl/cells.h"
#include "ctl/nouns.h"

static const struct opt options[] = {API_OPTIONS, OPT_END};

static void state_cell(struct grid *g, const json_t *edge)
{
	bool connected = field_bool(edge, "connected"), revoked = field_bool(edge, "revoked");

	grid_cell(g, "%s", revoked ? "revoked" : connected ? "connected" : "away");
	grid_tone(g, revoked ? GRID_BAD : connected ? GRID_GOOD : GRID_WARN);
}

/* The types as the cloud thinks of them: "0.10 0.62 0.28". */
static void belief_cell(struct grid *g, const json_t *edge)
{
	const json_t *p;
	char text[160] = "";
	size_t i, n = 0;

	json_array_foreach (json_object_get(edge, "belief"), i, p)
		if (n + 8 < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.2f", i ? " " : "", json_number_value(p));
	grid_cell(g, "%s", *text ? text : "-");
}

static int list(struct api *a, struct err *e)
{
	static const char *const titles[] = {"EDGE", "STATE", "ALLOWED", "AGENT", "LAST SEEN", "BELIEF OF TYPES"};
	struct grid *g;
	json_t *items, *edge;
	size_t i;
	int rc = api_list(a, "/api/v1/edges", 0, &items, e);

	if (rc)
		return rc;
	g = grid_new(ARRAY_LEN(titles), titles, "lllrll");
	json_array_foreach (items, i, edge) {
		cell_text(g, edge, "edge");
		state_cell(g, edge);
		cell_bool(g, edge, "allowed", "yes", "no");
		cell_int(g, edge, "agent_version");
		cell_time(g, edge, "last_seen");
		belief_cell(g, edge);
	}
	if (a->json)
		api_print(items);
	else if (grid_rows(g))
		grid_print(g, stdout, a->colours);
	else
		fputs("No edge is known yet. `foedus edge allow NAME` puts one on the allow-list.\n", stderr);
	grid_free(g);
	json_decref(items);
	return 0;
}

static void row(struct grid *g, const char *name)
{
	grid_cell(g, "%s", name);
	grid_tone(g, GRID_FAINT);
}

static void print_edge(const struct api *a, const json_t *edge)
{
	struct grid *g = fields_new();

	row(g, "edge");
	cell_text(g, edge, "edge");
	row(g, "state");
	state_cell(g, edge);
	row(g, "allowed");
	cell_bool(g, edge, "allowed", "yes", "no");
	row(g, "agent");
	cell_int(g, edge, "agent_version");
	row(g, "paid");
	cell_number(g, edge, "paid", 6);
	row(g, "first seen");
	cell_time(g, edge, "first_seen");
	row(g, "last seen");
	cell_time(g, edge, "last_seen");
	row(g, "belief");
	belief_cell(g, edge);
	grid_print(g, stdout, a->colours);
	grid_free(g);
}

static int done(const struct api *a, json_t *edge)
{
	if (a->json)
		api_print(edge);
	else
		print_edge(a, edge);
	json_decref(edge);
	return 0;
}

static int show(struct api *a, struct err *e)
{
	const char *name;
	json_t *edge;
	int rc = api_name(a, 0, "an edge", &name, e);

	if (!rc)
		rc = api_get(a, &edge, e, "/api/v1/edges/%s", name);
	return rc ? rc : done(a, edge);
}

static int change(struct api *a, const char *verb, struct err *e)
{
	int rc = 0;

	for (int i = 0; i < a->count && !rc; i++) {
		const char *name;
		json_t *edge;

		rc = api_name(a, i, "an edge", &name, e);
		if (!rc)
			rc = api_post(a, &edge, e, "/api/v1/edges/%s/%s", name, verb);
		if (!rc)
			done(a, edge);
	}
	return rc;
}

static int allow(struct api *a, struct err *e)
{
	return change(a, "allow", e);
}

/* A name may be shut out before it ever came; a slip of the pen must not look like that. */
static int say_unknown(struct api *a, struct err *e)
{
	int rc = 0;

	for (int i = 0; i < a->count && !rc; i++) {
		json_t *edge = NULL;
		const char *name;

		rc = api_name(a, i, "an edge", &name, e);
		if (!rc)
			rc = api_get(a, &edge, e, "/api/v1/edges/%s", name);
		if (rc == E_NOT_FOUND) {
			fprintf(stderr, "No edge called %s was known; from now on none may join by that name.\n", name);
			rc = 0;
		}
		json_decref(edge);
	}
	return rc;
}

static int revoke(struct api *a, struct err *e)
{
	int rc = say_unknown(a, e);

	return rc ? rc : change(a, "revoke", e);
}

static int verb_list(int argc, char **argv)
{
	static const struct opt_program p = {"foedus edge list", "every edge that the cloud knows", "", options,
	                                     .examples = "  foedus edge list\n"};
	struct api_options o = {0};

	return api_run(&p, argc, argv, &o, list);
}

static int verb_show(int argc, char **argv)
{
	static const struct opt_program p = {"foedus edge show", "one edge and what it was paid", "EDGE", options,
	                                     .examples = "  foedus edge show edge-1\n"};
	struct api_options o = {0};

	return api_run(&p, argc, argv, &o, show);
}

static int verb_allow(int argc, char **argv)
{
	static const struct opt_program p = {"foedus edge allow", "puts edges on the allow-list", "EDGE...",
	                                     options, .examples = "  foedus edge allow edge-1 edge-2\n"};
	struct api_options o = {0};

	return api_run(&p, argc, argv, &o, allow);
}

static int verb_revoke(int argc, char **argv)
{
	static const struct opt_program p = {
	    "foedus edge revoke", "takes edges off the allow-list and ends their sessions", "EDGE...", options,
	    .examples = "  foedus edge revoke edge-3               `foedus edge allow edge-3` takes it back\n"};
	struct api_options o = {0};

	return api_run(&p, argc, argv, &o, revoke);
}

int noun_edge(int argc, char **argv)
{
	static const struct cli_command verbs[] = {
	    {"list", "every edge that the cloud knows", verb_list},
	    {"show", "one edge and what it was paid", verb_show},
	    {"allow", "puts edges on the allow-list", verb_allow},
	    {"revoke", "takes edges off the allow-list and ends their sessions", verb_revoke},
	};
	static const struct cli_group group = {.name = "foedus edge",
	                                       .summary = "the edges of the federation",
	                                       .what = "verb",
	                                       .commands = verbs,
	                                       .count = ARRAY_LEN(verbs),
	                                       .examples = "  foedus edge list\n  foedus edge allow edge-7\n"};

	return cli_dispatch(&group, argc, argv);
}
