/* foedus round watch: asks a few times a second, so that a cloud that is restarted meanwhile is no end. */
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/str.h"
#include "ctl/cells.h"
#include "ctl/round.h"
#include "ctl/show.h"
#include "ctl/stop.h"

#define POLL_MS     250
#define PATIENCE_MS 30000 /* that the cloud may be away */

struct watched {
	char phase[32];
	int64_t began_ms; /* of the phase, here */
	int64_t lost_ms;  /* since when there is no answer; 0 = there is one */
};

static bool is_over(const json_t *round)
{
	return *field_text(round, "ended") != '\0';
}

static double share(const json_t *round, char text[96])
{
	const json_t *t = json_object_get(round, "tasks");
	double done = field_number(t, "accepted") + field_number(t, "rejected") + field_number(t, "late");
	double all = done + field_number(t, "open");

	snprintf(text, 96, "%.0f of %.0f tasks", done, all);
	return all > 0 ? done / all : 0;
}

/* One line for each phase that has ended, and a bar for the one under way. */
static void progress(struct watched *w, const json_t *round, bool json)
{
	const char *phase = field_text(round, "phase");
	char group[40], text[96];
	double part = share(round, text);

	if (strcmp(phase, w->phase) == 0) {
		if (!json)
			show_bar("", phase, part, text);
		return;
	}
	snprintf(group, sizeof(group), "round %lld", (long long)field_int(round, "round"));
	if (json) {
		json_dumpf(round, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
		putchar('\n');
		fflush(stdout);
	} else if (*w->phase) {
		show_step(group, w->phase, (double)(clock_mono_ms() - w->began_ms) / 1e3, "%s", text);
	}
	str_copy(w->phase, sizeof(w->phase), phase);
	w->began_ms = clock_mono_ms();
}

/* 0 also while the cloud is away for a moment; *round is NULL then. */
static int ask(struct api *a, struct watched *w, int64_t number, json_t **round, struct err *e)
{
	int rc = api_get(a, round, e, "/api/v1/rounds/%lld", (long long)number);

	if (rc != E_UNAVAILABLE && rc != E_TIMEOUT) {
		w->lost_ms = 0;
		return rc;
	}
	*round = NULL;
	if (!w->lost_ms)
		w->lost_ms = clock_mono_ms();
	return clock_mono_ms() - w->lost_ms > PATIENCE_MS ? rc : 0;
}

static int finish(const struct api *a, const json_t *round, struct err *e)
{
	show_clear();
	if (!a->json) {
		putchar('\n');
		round_print(a, round);
	}
	if (strcmp(field_text(round, "phase"), "failed") == 0)
		return err_set(e, E_STATE, "round %lld failed: %s", (long long)field_int(round, "round"),
		               *field_text(round, "failure") ? field_text(round, "failure") : "see the cloud's log");
	return 0;
}

int round_follow(struct api *a, int64_t number, struct err *e)
{
	struct watched w = {.began_ms = clock_mono_ms()};

	stop_install();
	while (!stop_asked()) {
		json_t *round = NULL;
		int rc = ask(a, &w, number, &round, e);
		bool over = round && is_over(round);

		if (rc)
			return rc;
		if (round)
			progress(&w, round, a->json);
		if (over)
			rc = finish(a, round, e);
		json_decref(round);
		if (over)
			return rc;
		stop_sleep(POLL_MS);
	}
	show_clear();
	return err_set(e, E_STATE, "interrupted; the round goes on");
}

/* Which: that of the operand, else the one under way, else the next one. */
static int watch(struct api *a, struct err *e)
{
	const char *which;
	int64_t number = 0;
	int rc = api_round(a, 0, &which, e);

	if (!rc && strcmp(which, "latest") != 0)
		rc = str_to_int(which, "ROUND", 1, INT64_MAX, &number, e);
	stop_install();
	for (bool first = true; !rc && !number; first = false) {
		json_t *status;

		rc = api_get(a, &status, e, "/api/v1/status");
		if (rc)
			break;
		number = field_int(json_object_get(status, "round"), "round");
		if (!number && field_bool(status, "finished"))
			rc = err_set(e, E_STATE,
			             "no round is under way and none follows: all that were asked for are over");
		if (!number && !rc && first)
			fprintf(stderr, "No round is under way (mode %s); waiting for the next.\n",
			        field_text(status, "mode"));
		json_decref(status);
		if (!number && !rc)
			stop_sleep(POLL_MS);
		if (stop_asked())
			rc = err_set(e, E_STATE, "interrupted");
	}
	return rc ? rc : round_follow(a, number, e);
}

int round_watch(int argc, char **argv)
{
	static const struct opt options[] = {API_OPTIONS, OPT_END};
	static const struct opt_program p = {
	    "foedus round watch", "follows a round to its end: the one named, the one under way, or the next",
	    "[ROUND]", options,
	    .examples = "  foedus round watch\n  foedus round watch 7 --json          one line for each phase\n"};
	struct api_options o = {0};

	return api_run(&p, argc, argv, &o, watch);
}
