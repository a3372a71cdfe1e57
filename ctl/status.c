/* foedus status: the cloud at a glance. */
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "ctl/api.h"
#include "ctl/cells.h"
#include "ctl/nouns.h"

static void show_round(struct grid *g, const json_t *status)
{
	const json_t *round = json_object_get(status, "round"), *tasks = json_object_get(round, "tasks");
	int64_t until = time_parse(field_text(round, "deadline"));
	char left[32];

	if (!json_is_object(round)) {
		fields_add(g, "round", "none under way, %lld so far%s", (long long)field_int(status, "last_round"),
		           field_bool(status, "finished") ? "; all that were asked for are over" : "");
		return;
	}
	fields_add(g, "round", "%lld, phase %s%s%s", (long long)field_int(round, "round"),
	           field_text(round, "phase"), until < 0 ? "" : ", deadline in ",
	           until < 0 ? "" : duration_text((double)(until - clock_wall_ms()) / 1e3, left));
	fields_add(g, "tasks", "%lld accepted, %lld open, %lld rejected, %lld late",
	           (long long)field_int(tasks, "accepted"), (long long)field_int(tasks, "open"),
	           (long long)field_int(tasks, "rejected"), (long long)field_int(tasks, "late"));
}

static void show(const struct api *a, const json_t *s)
{
	const json_t *edges = json_object_get(s, "edges");
	struct grid *g = fields_new();
	char up[32];

	fields_add(g, "cloud", "%s, %s, at %s", field_text(s, "name"), field_text(s, "program"), a->base);
	fields_add(g, "up", "%s, since %s", duration_text(field_number(s, "uptime_seconds"), up),
	           field_text(s, "started"));
	fields_add(g, "mode", "%s", field_text(s, "mode"));
	grid_tone(g, strcmp(field_text(s, "mode"), "open") == 0 ? GRID_GOOD : GRID_WARN);
	fields_add(g, "edges", "%lld connected of %lld known, %lld allowed; a round needs %lld%s",
	           (long long)field_int(edges, "connected"), (long long)field_int(edges, "known"),
	           (long long)field_int(edges, "allowed"), (long long)field_int(edges, "needed"),
	           field_bool(s, "open_enrolment") ? "; enrolment is open" : "");
	show_round(g, s);
	if (field_int(s, "agent_version"))
		fields_add(g, "agent", "version %lld%s", (long long)field_int(s, "agent_version"),
		           field_int(s, "train_from") ? "; the next round trains from what was rolled back to" : "");
	else
		fields_add(g, "agent", "none yet");
	fields_add(g, "policy", "%s%s%s", field_text(s, "policy"), *field_text(s, "policy_note") ? ": " : "",
	           field_text(s, "policy_note"));
	grid_print(g, stdout, a->colours);
	grid_free(g);
}

static int status(struct api *a, struct err *e)
{
	json_t *body;
	int rc = api_get(a, &body, e, "/api/v1/status");

	if (rc)
		return rc;
	if (a->json)
		api_print(body);
	else
		show(a, body);
	json_decref(body);
	return 0;
}

int noun_status(int argc, char **argv)
{
	static const struct opt options[] = {API_OPTIONS, OPT_END};
	static const struct opt_program p = {"foedus status", "the cloud at a glance", "", options,
	                                     .examples = "  foedus status\n"
	                                                 "  foedus status --cloud http://10.0.0.1:7701 --json\n"};
	struct api_options o = {0};

	return api_run(&p, argc, argv, &o, status);
}
