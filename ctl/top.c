/* foedus top: the federation on one live screen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "ctl/api.h"
#include "ctl/cells.h"
#include "ctl/nouns.h"
#include "ctl/screen.h"

struct top_options {
	struct api_options api;
	double interval_s;
	int64_t count;
};

struct picture {
	json_t *status, *round, *edges, *ledger;
};

static void drop(struct picture *p)
{
	json_decref(p->status);
	json_decref(p->round);
	json_decref(p->edges);
	json_decref(p->ledger);
	*p = (struct picture){.status = NULL};
}

static int look(struct api *a, struct picture *p, struct err *e)
{
	int rc = api_get(a, &p->status, e, "/api/v1/status");

	if (!rc && field_int(p->status, "last_round"))
		rc = api_get(a, &p->round, e, "/api/v1/rounds/latest");
	if (!rc)
		rc = api_list(a, "/api/v1/edges", 1000, &p->edges, e);
	if (!rc)
		rc = api_get(a, &p->ledger, e, "/api/v1/ledger?limit=1");
	return rc;
}

static void draw_head(FILE *out, const struct api *a, const struct picture *p)
{
	const json_t *s = p->status, *edges = json_object_get(s, "edges");
	char now[CLOCK_TEXT], up[32];

	clock_text(clock_wall_ms(), now);
	fprintf(out, "%s at %s   up %s   mode %s   policy %s   %.8s UTC\n", field_text(s, "name"), a->base,
	        duration_text(field_number(s, "uptime_seconds"), up), field_text(s, "mode"),
	        field_text(s, "policy"), now + 11);
	fprintf(out, "edges %lld of %lld connected   agent version %lld   paid %.6f credits in %lld entries\n\n",
	        (long long)field_int(edges, "connected"), (long long)field_int(edges, "known"),
	        (long long)field_int(s, "agent_version"), field_number(p->ledger, "paid_total"),
	        (long long)field_int(p->ledger, "entries"));
}

static void draw_round(FILE *out, const json_t *round)
{
	static const char *const phases[] = {"signal1",    "policy",    "choice1", "train1",     "aggregate1",
	                                     "signal2",    "choice2",   "train2",  "aggregate2", "derive",
	                                     "aggregate3", "integrate", "deploy"};
	const char *phase = field_text(round, "phase");
	int64_t until = time_parse(field_text(round, "deadline"));
	char left[32];
	bool before = true;

	if (!round) {
		fputs("no round yet\n\n", out);
		return;
	}
	fprintf(out, "round %lld   %s%s%s   expected profit %.3f an edge\n", (long long)field_int(round, "round"),
	        phase, until < 0 ? "" : "   deadline in ",
	        until < 0 ? "" : duration_text((double)(until - clock_wall_ms()) / 1e3, left),
	        field_number(round, "expected_profit"));
	for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
		bool here = strcmp(phases[i], phase) == 0;

		before = before && !here && strcmp(phase, "failed") != 0;
		fprintf(out, "%s%c%s", i ? " " : "", here ? '>' : before ? '+' : '.', phases[i]);
	}
	fputs("\n\n", out);
}

/* The task of an edge that is under way, or its last one. */
static const json_t *task_of(const json_t *round, const char *edge)
{
	const json_t *seat, *tasks;
	size_t i;

	json_array_foreach (json_object_get(round, "seats"), i, seat) {
		if (strcmp(field_text(seat, "edge"), edge) != 0)
			continue;
		tasks = json_object_get(seat, "tasks");
		return json_array_size(tasks) ? json_array_get(tasks, json_array_size(tasks) - 1) : NULL;
	}
	return NULL;
}

static void draw_edges(FILE *out, const struct api *a, const struct picture *p)
{
	static const char *const titles[] = {"EDGE",    "STATE",  "AGENT", "PERIOD", "TASK",
	                                     "SAMPLES", "REWARD", "PAID",  "METRIC"};
	struct grid *g = grid_new(ARRAY_LEN(titles), titles, "llrrlrrrr");
	const json_t *edge;
	size_t i;

	json_array_foreach (p->edges, i, edge) {
		const json_t *task = task_of(p->round, field_text(edge, "edge"));
		bool up = field_bool(edge, "connected");

		cell_text(g, edge, "edge");
		grid_cell(g, "%s", field_bool(edge, "revoked") ? "revoked" : up ? "connected" : "away");
		grid_tone(g, up ? GRID_GOOD : GRID_WARN);
		cell_int(g, edge, "agent_version");
		cell_int(g, task, "period");
		cell_text(g, task, "state");
		cell_int(g, task, "samples");
		cell_number(g, task, "reward", 6);
		cell_number(g, task, "paid", 6);
		cell_number(g, task, "metric", 4);
	}
	grid_print(g, out, a->colours);
	grid_free(g);
}

static void draw(const struct api *a, const struct picture *p)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	if (!out)
		return;
	draw_head(out, a, p);
	draw_round(out, p->round);
	draw_edges(out, a, p);
	if (screen_is_terminal())
		fputs("\nq ends it", out);
	fclose(out);
	screen_draw(text);
	free(text);
}

static void print(const struct picture *p)
{
	json_t *all =
	    json_pack("{s:O,s:o,s:O,s:O}", "status", p->status, "round",
	              p->round ? json_incref(p->round) : json_null(), "edges", p->edges, "ledger", p->ledger);

	json_dumpf(all, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
	putchar('\n');
	fflush(stdout);
	json_decref(all);
}

static int top(struct api *a, struct err *e)
{
	const struct top_options *o = (const struct top_options *)a->o;
	struct picture p = {.status = NULL};
	int64_t frames = 0;
	int rc = look(a, &p, e);

	if (!rc && !a->json)
		screen_open();
	while (!rc) {
		if (a->json)
			print(&p);
		else
			draw(a, &p);
		drop(&p);
		if (++frames == o->count || ferror(stdout) || !screen_wait((int)(o->interval_s * 1000)))
			break;
		rc = look(a, &p, e);
	}
	drop(&p);
	screen_close();
	return rc;
}

int noun_top(int argc, char **argv)
{
	static const struct opt options[] = {
	    {"interval-s", 'i', OPT_DOUBLE, "S", "seconds between two looks", "1", 0.1, 3600,
	     OPT_AT(top_options, interval_s)},
	    {"count", 'n', OPT_INT, "N", "looks; 0 = without end", "0", 0, 1e9, OPT_AT(top_options, count)},
	    API_OPTIONS,
	    OPT_END};
	static const struct opt_program p = {
	    "foedus top", "the federation on one live screen; q or Ctrl-C ends it", "", options,
	    .examples = "  foedus top\n"
	                "  foedus top --count 1 --json             one look, for programs\n"};
	struct top_options o = {.count = 0};

	return api_run(&p, argc, argv, &o, top);
}
