/* foedus logs: the cloud's latest events, and those to come. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/grid.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "ctl/api.h"
#include "ctl/cells.h"
#include "ctl/events.h"
#include "ctl/nouns.h"

#define TYPES    "round,seat,task,payment,edge,agent,control"
#define KEPT_MAX 512 /* events that the cloud keeps */

struct logs_options {
	struct api_options api;
	int64_t lines;
	const char *types;
	bool follow;
};

struct stream {
	const struct api *a;
	const struct logs_options *o;
	char last[EVENT_ID_MAX]; /* where the past ends */
	bool missed;             /* the cloud no longer has what was asked for */
	bool live;               /* the past is over */
	json_t *past;            /* its latest events, no more than are asked for; owned */
};

/* What is nested is left to --json; the time stands before the rest. */
static void add_members(const json_t *data, struct buf *out)
{
	const char *key;
	json_t *v;

	json_object_foreach ((json_t *)data, key, v) {
		if (strcmp(key, "time") == 0)
			continue;
		if (json_is_string(v) && *json_string_value(v))
			buf_fmt(out, " %s=%s", key, json_string_value(v));
		else if (json_is_integer(v))
			buf_fmt(out, " %s=%lld", key, (long long)json_integer_value(v));
		else if (json_is_real(v))
			buf_fmt(out, " %s=%.6g", key, json_real_value(v));
		else if (json_is_true(v))
			buf_fmt(out, " %s=yes", key);
	}
}

/* Reasons are words of edges: they pass as a cell would show them. */
static void print_for_people(const char *type, const json_t *data, bool colours)
{
	struct buf raw = BUF_INIT, members = BUF_INIT, shown = BUF_INIT, time = BUF_INIT;

	add_members(data, &raw);
	grid_clean(type, &shown);
	grid_clean(buf_cstr(&raw), &members);
	grid_clean(field_text(data, "time"), &time);
	printf(colours ? "%-24s \033[36m%-8s\033[0m%s\n" : "%-24s %-8s%s\n", buf_cstr(&time), buf_cstr(&shown),
	       buf_cstr(&members));
	buf_release(&raw);
	buf_release(&members);
	buf_release(&shown);
	buf_release(&time);
}

static bool wanted(const struct stream *s, const char *type)
{
	char list[256], word[64];

	if (strcmp(type, "hello") == 0)
		return false;
	if (!s->o->types)
		return true;
	snprintf(list, sizeof(list), ",%s,", s->o->types);
	snprintf(word, sizeof(word), ",%s,", type);
	return strstr(list, word) != NULL;
}

static void print_event(const struct stream *s, const json_t *event)
{
	if (s->a->json) {
		json_dumpf(event, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
		putchar('\n');
	} else {
		print_for_people(field_text(event, "type"), json_object_get(event, "data"), s->a->colours);
	}
	fflush(stdout);
}

/* What is past waits, since only its end is asked for; takes the reference. */
static void take_event(struct stream *s, json_t *event)
{
	if (s->live)
		print_event(s, event);
	else
		json_array_append(s->past, event);
	while (json_array_size(s->past) > (size_t)s->o->lines)
		json_array_remove(s->past, 0);
	json_decref(event);
}

static void print_past(struct stream *s)
{
	const json_t *event;
	size_t i;

	s->live = true;
	json_array_foreach (s->past, i, event)
		print_event(s, event);
	json_array_clear(s->past);
}

static bool on_event(void *ctx, const struct event *ev)
{
	struct stream *s = ctx;
	json_t *data;

	if (strcmp(ev->type, "hello") == 0)
		s->missed = !strstr(ev->data, "true");
	if (s->missed)
		return false;
	data = wanted(s, ev->type) ? json_loads(ev->data, 0, NULL) : NULL;
	if (data)
		take_event(s, json_pack("{s:s,s:s,s:o}", "id", ev->id, "type", ev->type, "data", data));
	if (!s->live && strcmp(ev->id, s->last) == 0)
		print_past(s);
	return !ferror(stdout) && (s->o->follow || !s->live);
}

/* From `back` events before the latest one. */
static int listen(struct api *a, struct stream *s, int64_t back, struct err *e)
{
	int dash = (int)strcspn(s->last, "-");
	int64_t number = 0;
	char behind[EVENT_ID_MAX + 24];

	if (!s->last[dash] || str_to_int(s->last + dash + 1, "id", 0, INT64_MAX, &number, NULL))
		number = 0;
	snprintf(behind, sizeof(behind), "%.*s-%" PRId64, dash, s->last, number > back ? number - back : 0);
	s->missed = false;
	return events_listen(a, &(struct events_wish){.behind = behind, .take = on_event, .ctx = s}, e);
}

static int check_types(const char *types, struct err *e)
{
	for (const char *at = types, *comma; at; at = comma ? comma + 1 : NULL) {
		char word[64];

		comma = strchr(at, ',');
		snprintf(word, sizeof(word), ",%.*s,", (int)strcspn(at, ","), at);
		if (!strstr("," TYPES ",", word))
			return err_set(e, E_INVALID, "--types: '%.40s' (accepted: " TYPES ")", types);
	}
	return 0;
}

/* The cloud keeps a number of events that depends on their size: when it has not as many, fewer are asked
 * for. Of some types alone, the latest may be anywhere. */
static int show(struct api *a, struct err *e)
{
	struct stream s = {.a = a, .o = (const struct logs_options *)a->o};
	int64_t back = s.o->types && s.o->lines ? KEPT_MAX : s.o->lines;
	json_t *status;
	int rc = check_types(s.o->types, e);

	if (!rc)
		rc = api_get(a, &status, e, "/api/v1/status");

	if (rc)
		return rc;
	str_copy(s.last, sizeof(s.last), field_text(json_object_get(status, "events"), "last_id"));
	json_decref(status);
	s.past = json_array();
	rc = listen(a, &s, back, e);
	while (!rc && s.missed && back) {
		back /= 2;
		rc = listen(a, &s, back, e);
	}
	json_decref(s.past);
	return rc;
}

int noun_logs(int argc, char **argv)
{
	static const struct opt options[] = {
	    {"follow", 'f', OPT_FLAG, "", "go on with what happens", NULL, 0, 0, OPT_AT(logs_options, follow)},
	    {"lines", 'n', OPT_INT, "N", "of the latest events, as far as the cloud has them", "50", 0, 100000,
	     OPT_AT(logs_options, lines)},
	    {"types", 0, OPT_TEXT, "TYPE,TYPE", "only round, seat, task, payment, edge, agent or control", NULL,
	     0, 0, OPT_AT(logs_options, types)},
	    API_OPTIONS,
	    OPT_END};
	static const struct opt_program p = {
	    "foedus logs", "the cloud's latest events, and with --follow those to come", "", options,
	    .examples = "  foedus logs --follow\n"
	                "  foedus logs --types payment --json | jq .data.amount\n"};
	struct logs_options o = {.lines = 0};

	return api_run(&p, argc, argv, &o, show);
}
