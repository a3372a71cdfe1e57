#include <string.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/contract/limits.h"
#include "ctl/demo.h"
#include "ctl/show.h"
#include "ctl/stop.h"

#define NAMED_MAX 5 /* edges whose choices fit into one line */

/* Follows the newest round by asking the cloud again and again, and tells each step once it is over. */
struct watch {
	struct demo *d;
	size_t round;    /* rounds that are over; the one that is followed has the next number */
	size_t step;     /* next step of it to tell */
	int64_t step_ms; /* when the step before was told */
	int64_t news_ms; /* when the cloud's answer last changed */
	char label[32];  /* "round 1" */
};

/* The phases of a round as the cloud names them, in their order. */
static const char *const phases[] = {"signal1",    "policy",    "choice1", "train1",     "aggregate1",
                                     "signal2",    "choice2",   "train2",  "aggregate2", "derive",
                                     "aggregate3", "integrate", "deploy",  "done",       "failed"};

static size_t phase_rank(const char *phase)
{
	size_t i = 0;

	while (i < ARRAY_LEN(phases) && strcmp(phases[i], phase) != 0)
		i++;
	return i;
}

static bool over(const json_t *round)
{
	const char *phase = demo_text(round, "phase");

	return strcmp(phase, "done") == 0 || strcmp(phase, "failed") == 0;
}

/* Tasks of one stage (1, 2: periods; 3: deriving) by how far they are. */
struct tasks {
	size_t all, answered, accepted;
	double samples, paid;
};

static struct tasks tasks_of(const json_t *round, int stage)
{
	struct tasks t = {0};
	const json_t *seat, *task;
	size_t i, k;

	json_array_foreach (json_object_get(round, "seats"), i, seat)
		json_array_foreach (json_object_get(seat, "tasks"), k, task) {
			const char *state = demo_text(task, "state");

			if ((int)demo_number(task, "period") != stage || strcmp(state, "none") == 0)
				continue;
			t.all++;
			t.answered += strcmp(state, "assigned") != 0;
			t.accepted += strcmp(state, "accepted") == 0;
			t.samples += demo_number(task, "samples");
			t.paid += demo_number(task, "paid");
		}
	return t;
}

static void tell_menu(const json_t *round, int stage, char *out, size_t cap)
{
	(void)stage;
	snprintf(out, cap, "a menu of %zu items by policy %s%s, expected profit %.3f an edge",
	         json_array_size(json_object_get(json_object_get(round, "menu"), "q1")),
	         demo_text(round, "policy"),
	         json_is_true(json_object_get(round, "policy_fallback")) ? " (for another that failed)" : "",
	         demo_number(round, "expected_profit"));
}

/* "item 1: 3 edges, item 2: 5 edges": too many to be named in a line */
static void count_choices(const json_t *seats, const char *period, char *out, size_t cap)
{
	size_t count[CONTRACT_TYPES_MAX + 1] = {0}, i, n = 0;
	const json_t *seat;

	json_array_foreach (seats, i, seat) {
		const json_t *item = json_object_get(seat, period);
		json_int_t k = json_is_integer(item) ? json_integer_value(item) : -1;

		count[k >= 0 && k < CONTRACT_TYPES_MAX ? k : CONTRACT_TYPES_MAX]++;
	}
	for (i = 0; i < CONTRACT_TYPES_MAX && n < cap; i++)
		if (count[i])
			n += (size_t)snprintf(out + n, cap - n, "%sitem %zu: %zu edge%s", n ? ", " : "", i + 1, count[i],
			                      count[i] == 1 ? "" : "s");
	if (count[CONTRACT_TYPES_MAX] && n < cap)
		snprintf(out + n, cap - n, "%snone: %zu edge%s", n ? ", " : "", count[CONTRACT_TYPES_MAX],
		         count[CONTRACT_TYPES_MAX] == 1 ? "" : "s");
}

static void tell_choices(const json_t *round, int stage, char *out, size_t cap)
{
	const json_t *seat, *item;
	size_t i, n = 0;

	out[0] = '\0';
	if (json_array_size(json_object_get(round, "seats")) > NAMED_MAX) {
		count_choices(json_object_get(round, "seats"), stage == 1 ? "period1" : "period2", out, cap);
		return;
	}
	json_array_foreach (json_object_get(round, "seats"), i, seat) {
		item = json_object_get(seat, stage == 1 ? "period1" : "period2");
		if (json_is_integer(item) && json_integer_value(item) >= 0)
			n += (size_t)snprintf(out + n, cap - n, "%s%s: item %d", n ? ", " : "", demo_text(seat, "edge"),
			                      (int)json_integer_value(item) + 1);
		else
			n += (size_t)snprintf(out + n, cap - n, "%s%s: none", n ? ", " : "", demo_text(seat, "edge"));
		if (n + 64 >= cap)
			break;
	}
}

static void tell_tasks(const json_t *round, int stage, char *out, size_t cap)
{
	struct tasks t = tasks_of(round, stage);

	if (stage == 3)
		snprintf(out, cap, "%zu of %zu updates accepted", t.accepted, t.all);
	else
		snprintf(out, cap, "%zu of %zu updates accepted, %.0f samples, paid %.3f", t.accepted, t.all,
		         t.samples, t.paid);
}

static void tell_agent(const json_t *round, int stage, char *out, size_t cap)
{
	const json_t *module;
	size_t i;
	int n = snprintf(out, cap, "agent version %.0f", demo_number(round, "agent_version"));

	(void)stage;
	json_array_foreach (json_object_get(round, "modules"), i, module)
		if (n > 0 && (size_t)n < cap)
			n += snprintf(out + n, cap - (size_t)n, ", %s %.4f", demo_text(module, "kind"),
			              demo_number(module, "value"));
}

static void tell_deploy(const json_t *round, int stage, char *out, size_t cap)
{
	const json_t *seat;
	size_t i, n = 0;

	(void)stage;
	json_array_foreach (json_object_get(round, "seats"), i, seat)
		n += strcmp(demo_text(seat, "deploy"), "installed") == 0;
	snprintf(out, cap, "installed on %zu of %zu edges", n, json_array_size(json_object_get(round, "seats")));
}

/* What is told once the round is past a phase. */
static const struct {
	const char *past, *name;
	int stage;
	void (*tell)(const json_t *round, int stage, char *out, size_t cap);
} steps[] = {
    {"policy", "offer", 0, tell_menu},        {"choice1", "choices 1", 1, tell_choices},
    {"aggregate1", "train 1", 1, tell_tasks}, {"choice2", "choices 2", 2, tell_choices},
    {"aggregate2", "train 2", 2, tell_tasks}, {"aggregate3", "derive", 3, tell_tasks},
    {"integrate", "agent", 0, tell_agent},    {"deploy", "deploy", 0, tell_deploy},
};

static void tell_steps(struct watch *w, const json_t *round)
{
	size_t rank = phase_rank(demo_text(round, "phase"));
	char text[512];

	if (strcmp(demo_text(round, "phase"), "failed") == 0)
		return;
	for (; w->step < ARRAY_LEN(steps) && rank > phase_rank(steps[w->step].past); w->step++) {
		int64_t now = clock_mono_ms();

		steps[w->step].tell(round, steps[w->step].stage, text, sizeof(text));
		show_step(w->label, steps[w->step].name, (double)(now - w->step_ms) / 1e3, "%s", text);
		w->step_ms = now;
	}
}

static void show_phase(const struct watch *w, const json_t *round)
{
	const char *phase = demo_text(round, "phase");
	size_t rank = phase_rank(phase);
	double share = (double)rank / (double)phase_rank("done");
	int stage = strcmp(phase, "train1") == 0 ? 1 : strcmp(phase, "train2") == 0 ? 2 : 0;
	char text[64];

	snprintf(text, sizeof(text), "%s", phase);
	if (stage) {
		struct tasks t = tasks_of(round, stage);

		share += t.all ? (double)t.answered / (double)t.all / (double)phase_rank("done") : 0;
		snprintf(text, sizeof(text), "training, %zu of %zu updates are back", t.answered, t.all);
	}
	show_bar(w->label, "", share, text);
}

/* Tells the round; 1 when it is over and the next one is to be followed. */
static int follow(struct watch *w, struct err *e)
{
	const json_t *round = demo_round(w->d, w->round + 1);

	snprintf(w->label, sizeof(w->label), "round %zu", w->round + 1);
	if (!round) {
		show_bar(w->label, "", 0, "waiting for the cloud to begin");
		return 0;
	}
	tell_steps(w, round);
	if (!over(round)) {
		show_phase(w, round);
		return 0;
	}
	if (strcmp(demo_text(round, "phase"), "failed") == 0)
		return err_set(e, E_STATE, "round %zu failed: %s", w->round + 1, demo_text(round, "failure"));
	w->step = 0;
	return 1;
}

static int look(struct watch *w, struct err *e)
{
	json_t *before = json_incref(w->d->rounds);
	int rc = demo_get_rounds(w->d, e);

	if (!rc && !json_equal(before, w->d->rounds))
		w->news_ms = clock_mono_ms();
	json_decref(before);
	if (!rc && clock_mono_ms() - w->news_ms > DEMO_STALL_MS)
		rc = err_set(e, E_TIMEOUT, "nothing has changed for %d s in round %zu, phase %s",
		             DEMO_STALL_MS / 1000, w->round + 1, demo_text(demo_round(w->d, w->round + 1), "phase"));
	return rc;
}

int demo_watch(struct demo *d, struct err *e)
{
	struct watch w = {.d = d, .step_ms = clock_mono_ms(), .news_ms = clock_mono_ms()};
	int rc = 0;

	while (w.round < (size_t)d->o.rounds) {
		rc = demo_alive(d, e);
		if (!rc)
			rc = look(&w, e);
		if (!rc)
			rc = follow(&w, e);
		if (rc < 0)
			break;
		w.round += rc == 1;
		if (rc == 0)
			stop_sleep(DEMO_POLL_MS);
	}
	show_clear();
	return rc < 0 ? rc : 0;
}
