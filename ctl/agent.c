/* foedus agent: its versions and who serves them. agent_export.c writes one into a folder. */
#include "ctl/agent.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "ctl/cells.h"
#include "ctl/nouns.h"

struct list_options {
	struct api_options api;
	int64_t limit;
};

static const struct opt options[] = {API_OPTIONS, OPT_END};

int agent_version(const struct api *a, const char **out, struct err *e)
{
	int64_t number;

	*out = a->count ? a->word[0] : "current";
	if (strcmp(*out, "current") == 0)
		return 0;
	if (str_to_int(*out, "VERSION", 1, INT64_MAX, &number, NULL))
		return err_set(e, E_INVALID, "'%.40s' is no version (accepted: a number from 1, or current)", *out);
	return 0;
}

/* "perception 0.8866, memory 0.8613" */
static void modules_cell(struct grid *g, const json_t *version)
{
	char text[400] = "";
	const json_t *m;
	size_t i, n = 0;

	json_array_foreach (json_object_get(version, "modules"), i, m)
		if (n + 64 < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.32s %.4f", i ? ", " : "",
			                      field_text(m, "kind"), field_number(m, "value"));
	grid_cell(g, "%s", text);
}

static int list(struct api *a, struct err *e)
{
	static const char *const titles[] = {"VERSION", "", "ROUND", "MADE", "EDGES", "MODULES"};
	json_t *items, *version;
	struct grid *g;
	size_t i;
	int rc = api_list(a, "/api/v1/agents", (size_t)((const struct list_options *)a->o)->limit, &items, e);

	if (rc)
		return rc;
	g = grid_new(ARRAY_LEN(titles), titles, "rlrlrl");
	json_array_foreach (items, i, version) {
		cell_int(g, version, "version");
		cell_bool(g, version, "current", "current", "");
		grid_tone(g, GRID_GOOD);
		cell_int(g, version, "round");
		cell_time(g, version, "made");
		cell_int(g, version, "edges");
		modules_cell(g, version);
	}
	if (a->json)
		api_print(items);
	else if (grid_rows(g))
		grid_print(g, stdout, a->colours);
	else
		fputs("No agent was made yet; the first round that ends makes one.\n", stderr);
	grid_free(g);
	json_decref(items);
	return 0;
}

static void print_version(const struct api *a, const json_t *v)
{
	static const char *const titles[] = {"MODULE", "METRIC", "VALUE", "BYTES", "SHA-256"};
	struct grid *g = fields_new();
	const json_t *m;
	size_t i;

	fields_add(g, "agent", "%s", field_text(v, "id"));
	fields_add(g, "version", "%lld%s", (long long)field_int(v, "version"),
	           field_bool(v, "current") ? ", the current one" : "");
	fields_add(g, "made", "%s by round %lld", field_text(v, "made"), (long long)field_int(v, "round"));
	fields_add(g, "serving", "%lld edges", (long long)field_int(v, "edges"));
	grid_print(g, stdout, a->colours);
	grid_free(g);
	putchar('\n');
	g = grid_new(ARRAY_LEN(titles), titles, "llrrl");
	json_array_foreach (json_object_get(v, "modules"), i, m) {
		cell_text(g, m, "kind");
		cell_text(g, m, "metric");
		cell_number(g, m, "value", 4);
		cell_int(g, m, "size");
		cell_text(g, m, "digest");
	}
	grid_print(g, stdout, a->colours);
	grid_free(g);
}

static int show(struct api *a, struct err *e)
{
	const char *which;
	json_t *v;
	int rc = agent_version(a, &which, e);

	if (!rc)
		rc = api_get(a, &v, e, "/api/v1/agents/%s", which);
	if (rc)
		return rc;
	if (a->json)
		api_print(v);
	else
		print_version(a, v);
	json_decref(v);
	return 0;
}

static int send_again(struct api *a, const char *which, bool train, struct err *e)
{
	json_t *ask = json_pack("{s:b}", "train", (int)train), *v = NULL;
	char path[80];
	int rc;

	snprintf(path, sizeof(path), "/api/v1/agents/%s/deploy", which);
	rc = http_client_post(a->http, path, ask, &v, e);
	json_decref(ask);
	if (rc)
		return rc;
	if (a->json)
		api_print(v);
	else
		printf("the modules of version %s go out as version %lld%s\n", which,
		       (long long)field_int(v, "version"), train ? ", and the next round trains from them" : "");
	json_decref(v);
	return 0;
}

static int deploy(struct api *a, struct err *e)
{
	const char *which;
	int rc = agent_version(a, &which, e);

	if (!rc && strcmp(which, "current") == 0)
		rc = err_set(e, E_INVALID, "a number is wanted: `foedus agent list` shows the versions");
	return rc ? rc : send_again(a, which, false, e);
}

/* Without a version: the one before the current one. */
static int rollback(struct api *a, struct err *e)
{
	const char *which;
	char before[32];
	json_t *items;
	int rc = agent_version(a, &which, e);

	if (rc || strcmp(which, "current") != 0)
		return rc ? rc : send_again(a, which, true, e);
	rc = api_list(a, "/api/v1/agents", 2, &items, e);
	if (rc)
		return rc;
	if (json_array_size(items) < 2)
		rc = err_set(e, E_STATE, "there is no version before the current one");
	else
		snprintf(before, sizeof(before), "%lld", (long long)field_int(json_array_get(items, 1), "version"));
	json_decref(items);
	return rc ? rc : send_again(a, before, true, e);
}

static int verb_list(int argc, char **argv)
{
	static const struct opt table[] = {{"limit", 'n', OPT_INT, "N", "how many, the newest first; 0 = all",
	                                    "20", 0, 1e9, OPT_AT(list_options, limit)},
	                                   API_OPTIONS,
	                                   OPT_END};
	static const struct opt_program p = {"foedus agent list", "versions, the newest first", "", table,
	                                     .examples = "  foedus agent list\n"};
	struct list_options o = {.limit = 0};

	return api_run(&p, argc, argv, &o, list);
}

static int verb_show(int argc, char **argv)
{
	static const struct opt_program p = {"foedus agent show", "one version with its modules", "[VERSION]",
	                                     options,
	                                     .examples = "  foedus agent show\n  foedus agent show 3 --json\n"};
	struct api_options o = {0};

	return api_run(&p, argc, argv, &o, show);
}

static int verb_deploy(int argc, char **argv)
{
	static const struct opt_program p = {
	    "foedus agent deploy", "sends a version's modules to all edges, as a new version; training goes on",
	    "VERSION", options, .examples = "  foedus agent deploy 3\n"};
	struct api_options o = {0};

	return api_run(&p, argc, argv, &o, deploy);
}

static int verb_rollback(int argc, char **argv)
{
	static const struct opt_program p = {
	    "foedus agent rollback",
	    "goes back to a version, also in training; without one, to that before the current one", "[VERSION]",
	    options, .examples = "  foedus agent rollback\n"};
	struct api_options o = {0};

	return api_run(&p, argc, argv, &o, rollback);
}

int noun_agent(int argc, char **argv)
{
	static const struct cli_command verbs[] = {
	    {"list", "versions, the newest first", verb_list},
	    {"show", "one version with its modules", verb_show},
	    {"deploy", "sends a version's modules to all edges, as a new version", verb_deploy},
	    {"rollback", "goes back to a version, also in training", verb_rollback},
	    {"export", "writes a version into a folder: its signed manifest and its modules", agent_export},
	};
	static const struct cli_group group = {.name = "foedus agent",
	                                       .summary = "the agent's versions and who serves them",
	                                       .what = "verb",
	                                       .commands = verbs,
	                                       .count = ARRAY_LEN(verbs),
	                                       .examples = "  foedus agent show\n  foedus agent rollback\n"};

	return cli_dispatch(&group, argc, argv);
}
