/* foedus ledger: what was paid, and whether the chain of it holds. */
#include <stdio.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "ctl/api.h"
#include "ctl/cells.h"
#include "ctl/nouns.h"

struct ledger_options {
	struct api_options api;
	int64_t limit, from;
	const char *out;
};

#define AT(member) OPT_AT(ledger_options, member)

static void print_entries(const struct api *a, const json_t *items)
{
	static const char *const titles[] = {"ENTRY", "TIME", "ROUND",  "PERIOD",
	                                     "TASK",  "EDGE", "AMOUNT", "HASH"};
	struct grid *g = grid_new(ARRAY_LEN(titles), titles, "rlrrrlrl");
	const json_t *entry;
	size_t i;

	json_array_foreach (items, i, entry) {
		cell_int(g, entry, "entry");
		cell_time(g, entry, "time");
		cell_int(g, entry, "round");
		cell_int(g, entry, "period");
		cell_int(g, entry, "task");
		cell_text(g, entry, "edge");
		cell_number(g, entry, "amount", 6);
		grid_cell(g, "%.12s", field_text(entry, "hash"));
	}
	grid_print(g, stdout, a->colours);
	grid_free(g);
}

/* The newest entries unless the first one is named. */
static int list(struct api *a, struct err *e)
{
	const struct ledger_options *o = (const struct ledger_options *)a->o;
	json_t *head, *items;
	int64_t from = o->from, entries;
	char first[32];
	int rc = api_get(a, &head, e, "/api/v1/ledger?limit=1");

	if (rc)
		return rc;
	entries = field_int(head, "entries");
	if (!from)
		from = o->limit && entries > o->limit ? entries - o->limit + 1 : 1;
	snprintf(first, sizeof(first), "%lld", (long long)from);
	rc = api_list_from(a, "/api/v1/ledger", first, (size_t)o->limit, &items, e);
	if (!rc && a->json) {
		api_print(items);
	} else if (!rc) {
		if (json_array_size(items))
			print_entries(a, items);
		printf("%s%lld entr%s, %.6f credits paid, head %.12s\n", json_array_size(items) ? "\n" : "",
		       (long long)entries, entries == 1 ? "y" : "ies", field_number(head, "paid_total"),
		       field_text(head, "head"));
	}
	if (!rc)
		json_decref(items);
	json_decref(head);
	return rc;
}

static int verify(struct api *a, struct err *e)
{
	json_t *v;
	bool holds;
	int rc = api_get(a, &v, e, "/api/v1/ledger/verify");

	if (rc)
		return rc;
	holds = field_bool(v, "verified");
	if (a->json)
		api_print(v);
	else if (holds)
		printf("the chain holds: %lld entries, %.6f credits paid, head %s, in %lld ms\n",
		       (long long)field_int(v, "entries"), field_number(v, "paid_total"), field_text(v, "head"),
		       (long long)field_int(v, "duration_ms"));
	if (!holds)
		rc = err_set(e, E_CORRUPT, "the chain does not hold: %s", field_text(v, "problem"));
	json_decref(v);
	return rc;
}

static int export(struct api *a, struct err *e)
{
	const char *out = ((const struct ledger_options *)a->o)->out;
	struct buf text = BUF_INIT;
	int rc = http_client_get_bytes(a->http, "/api/v1/ledger/export", &text, e);

	if (!rc && out)
		rc = file_write(out, text.data, text.len, 0644, e);
	else if (!rc && text.len)
		fwrite(text.data, 1, text.len, stdout);
	buf_release(&text);
	return rc;
}

static int verb_list(int argc, char **argv)
{
	static const struct opt options[] = {
	    {"limit", 'n', OPT_INT, "N", "how many, of the newest; 0 = all", "20", 0, 1e9, AT(limit)},
	    {"from", 0, OPT_INT, "ENTRY", "the first one to show; 0 = by --limit", "0", 0, 1e15, AT(from)},
	    API_OPTIONS,
	    OPT_END};
	static const struct opt_program p = {"foedus ledger list", "payments, the oldest of those shown first",
	                                     "", options, .examples = "  foedus ledger list --limit 50\n"};
	struct ledger_options o = {.limit = 0};

	return api_run(&p, argc, argv, &o, list);
}

static int verb_verify(int argc, char **argv)
{
	static const struct opt options[] = {API_OPTIONS, OPT_END};
	static const struct opt_program p = {
	    "foedus ledger verify", "has the cloud walk the whole chain; exit code 1 when it does not hold", "",
	    options, .examples = "  foedus ledger verify && echo sound\n"};
	struct ledger_options o = {.limit = 0};

	return api_run(&p, argc, argv, &o, verify);
}

static int verb_export(int argc, char **argv)
{
	static const struct opt options[] = {
	    {"out", 'o', OPT_TEXT, "FILE", "where it goes; else standard output", NULL, 0, 0, AT(out)},
	    API_WHERE,
	    OPT_END};
	static const struct opt_program p = {
	    "foedus ledger export", "every entry with its hash as one JSON object a line, to check it elsewhere",
	    "", options, .examples = "  foedus ledger export --out ledger.jsonl\n"};
	struct ledger_options o = {.limit = 0};

	return api_run(&p, argc, argv, &o, export);
}

int noun_ledger(int argc, char **argv)
{
	static const struct cli_command verbs[] = {
	    {"list", "payments, the oldest of those shown first", verb_list},
	    {"verify", "has the cloud walk the whole chain", verb_verify},
	    {"export", "every entry as JSON lines, to check it elsewhere", verb_export},
	};
	static const struct cli_group group = {.name = "foedus ledger",
	                                       .summary = "what was paid, and whether the chain of it holds",
	                                       .what = "verb",
	                                       .commands = verbs,
	                                       .count = ARRAY_LEN(verbs),
	                                       .examples = "  foedus ledger verify\n"};

	return cli_dispatch(&group, argc, argv);
}
