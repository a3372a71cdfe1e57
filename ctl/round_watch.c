/* foedus round watch: follows a round by the cloud's events. Where they break off it begins behind the last
 * one that came, so that no phase is missed; where that cannot be, it asks for the state. A cloud that is
 * restarted meanwhile, or that has no stream to give, is no end. */
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/str.h"
#include "ctl/cells.h"
#include "ctl/events.h"
#include "ctl/round.h"
#include "ctl/show.h"
#include "ctl/stop.h"

#define AGAIN_MS    250
#define PATIENCE_MS 30000 /* that the cloud may be away */

struct watched {
	struct api *a;
	int64_t number; /* 0 = the next one */
	char phase[32];
	int64_t began_ms; /* of the phase, here */
	int64_t lost_ms;  /* since when there is no answer; 0 = there is one */
	char last[EVENT_ID_MAX];
	bool greeted;   /* by the stream that was asked for last */
	bool told_lost; /* that there is none */
	bool over;
	json_t *round; /* as it was told last; owned */
};

static double share(const json_t *round, char text[96])
{
	const json_t *t = json_object_get(round, "tasks");
	double done = field_number(t, "accepted") + field_number(t, "rejected") + field_number(t, "late");
	double all = done + field_number(t, "open");

	snprintf(text, 96, "%.0f of %.0f tasks", done, all);
	return all > 0 ? done / all : 0;
}

/* One line for each phase that has ended, and a bar for the one under way. */
static void progress(struct watched *w, json_t *round)
{
	const char *phase = field_text(round, "phase");
	char group[40], text[96];
	double part = share(round, text);

	json_incref(round);
	json_decref(w->round);
	w->round = round;
	w->over = *field_text(round, "ended") != '\0';
	if (strcmp(phase, w->phase) == 0) {
		if (!w->a->json)
			show_bar("", phase, part, text);
		return;
	}
	snprintf(group, sizeof(group), "round %lld", (long long)field_int(round, "round"));
	if (w->a->json) {
		json_dumpf(round, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
		putchar('\n');
		fflush(stdout);
	} else if (*w->phase) {
		show_step(group, w->phase, (double)(clock_mono_ms() - w->began_ms) / 1e3, "%s", text);
	}
	str_copy(w->phase, sizeof(w->phase), phase);
	w->began_ms = clock_mono_ms();
}

static void heard(struct watched *w)
{
	if (w->told_lost)
		fprintf(stderr, "The cloud tells its events again.\n");
	w->told_lost = false;
	w->lost_ms = 0;
}

static bool on_event(void *ctx, const struct event *ev)
{
	struct watched *w = ctx;
	json_t *round;

	if (strcmp(ev->type, "hello") == 0) {
		if (*w->last && !strstr(ev->data, "true")) {
			*w->last = '\0'; /* what was missed is not kept: the state tells */
			return false;
		}
		w->greeted = true;
		heard(w);
	}
	str_copy(w->last, sizeof(w->last), ev->id);
	round = strcmp(ev->type, "round") == 0 ? json_loads(ev->data, 0, NULL) : NULL;
	if (round)
		api_clean(w->a, round);
	if (round && !w->number && !*field_text(round, "ended"))
		w->number = field_int(round, "round");
	if (round && w->number && field_int(round, "round") == w->number)
		progress(w, round);
	json_decref(round);
	return !w->over && !ferror(stdout);
}

static bool go_on(void)
{
	return !stop_asked();
}

/* The round as it is, when it is not the one under way. */
static int look_back(struct watched *w, struct err *e)
{
	json_t *round;
	int rc = api_get(w->a, &round, e, "/api/v1/rounds/%lld", (long long)w->number);

	if (!rc)
		progress(w, round);
	if (!rc)
		json_decref(round);
	return rc;
}

/* The state, and the id behind which the events that change it come. */
static int look(struct watched *w, struct err *e)
{
	json_t *live, *status;
	int rc = api_get(w->a, &status, e, "/api/v1/status");

	if (rc)
		return rc;
	live = json_object_get(status, "round");
	str_copy(w->last, sizeof(w->last), field_text(json_object_get(status, "events"), "last_id"));
	if (!w->number && json_is_object(live))
		w->number = field_int(live, "round");
	if (!w->number && field_bool(status, "finished"))
		rc = err_set(e, E_STATE, "no round is under way and none follows: all that were asked for are over");
	else if (!w->number && !w->began_ms)
		fprintf(stderr, "No round is under way (mode %s); waiting for the next.\n",
		        field_text(status, "mode"));
	if (!rc && w->number && field_int(live, "round") == w->number)
		progress(w, live);
	else if (!rc && w->number)
		rc = look_back(w, e);
	if (!w->began_ms)
		w->began_ms = clock_mono_ms();
	json_decref(status);
	return rc;
}

/* 0 while the cloud may come back; else what is wrong. */
static int be_patient(struct watched *w, int rc, const struct err *why)
{
	bool away = rc == E_UNAVAILABLE || rc == E_TIMEOUT;

	if (!away || !w->began_ms) /* without a beginning it never was there */
		return rc;
	if (!w->lost_ms)
		w->lost_ms = clock_mono_ms();
	if (!w->told_lost) {
		show_clear();
		fprintf(stderr, "The events broke off: %s. Asking for the state until they come again.\n", why->text);
		w->told_lost = true;
	}
	return clock_mono_ms() - w->lost_ms > PATIENCE_MS ? rc : 0;
}

/* The state, where it is not known or no stream is to be had, then what happens. */
static int follow(struct watched *w, struct err *e)
{
	const struct events_wish wish = {
	    .types = "round", .behind = w->last, .go_on = go_on, .take = on_event, .ctx = w};
	struct err why = ERR_INIT;
	int rc = *w->last && w->greeted ? 0 : look(w, &why);

	w->greeted = false;
	if (!rc)
		w->lost_ms = 0;
	if (!rc && !w->over)
		rc = events_listen(w->a, &wish, &why);
	if (rc && be_patient(w, rc, &why)) {
		*e = why;
		return rc;
	}
	if (rc)
		stop_sleep(AGAIN_MS);
	return 0;
}

/* A cloud that ends with the round cannot tell of the seats any more. */
static int finish(struct watched *w, struct err *e)
{
	const char *failure = field_text(w->round, "failure");
	json_t *whole;

	show_clear();
	if (!w->a->json) {
		putchar('\n');
		if (api_get(w->a, &whole, NULL, "/api/v1/rounds/%lld", (long long)w->number))
			whole = json_incref(w->round);
		round_print(w->a, whole);
		json_decref(whole);
	}
	if (strcmp(field_text(w->round, "phase"), "failed") == 0)
		return err_set(e, E_STATE, "round %lld failed: %s", (long long)w->number,
		               *failure ? failure : "see the cloud's log");
	return 0;
}

int round_follow(struct api *a, int64_t number, struct err *e)
{
	struct watched w = {.a = a, .number = number};
	int rc = 0;

	stop_install();
	while (!rc && !w.over && !stop_asked() && !ferror(stdout))
		rc = follow(&w, e);
	show_clear();
	if (!rc && w.over)
		rc = finish(&w, e);
	else if (!rc)
		rc = err_set(e, E_STATE, "interrupted%s", w.number ? "; the round goes on" : "");
	json_decref(w.round);
	return rc;
}

/* Which: that of the operand, else the one under way, else the next one. */
static int watch(struct api *a, struct err *e)
{
	const char *which;
	int64_t number = 0;
	int rc = api_round(a, 0, &which, e);

	if (!rc && strcmp(which, "latest") != 0)
		rc = str_to_int(which, "ROUND", 1, INT64_MAX, &number, e);
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
