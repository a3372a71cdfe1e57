#include "cloud/store/records.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"

#define X(value, name) [value] = name,
static const char *const phase_names[] = {PHASE_LIST(X)};
static const char *const task_state_names[] = {TASK_STATE_LIST(X)};
static const char *const deploy_state_names[] = {DEPLOY_STATE_LIST(X)};
#undef X

static const char *name_of(const char *const *names, size_t count, int value)
{
	return value >= 0 && (size_t)value < count ? names[value] : "unknown";
}

static int parse(const char *const *names, size_t count, const char *what, const char *text, struct err *e)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], text) == 0)
			return (int)i;
	return err_set(e, E_CORRUPT, "'%.40s' is not a %s ('%s' to '%s')", text, what, names[0],
	               names[count - 1]);
}

const char *phase_name(enum phase p)
{
	return name_of(phase_names, ARRAY_LEN(phase_names), (int)p);
}

const char *task_state_name(enum task_state s)
{
	return name_of(task_state_names, ARRAY_LEN(task_state_names), (int)s);
}

const char *deploy_state_name(enum deploy_state s)
{
	return name_of(deploy_state_names, ARRAY_LEN(deploy_state_names), (int)s);
}

int phase_parse(const char *name, enum phase *out, struct err *e)
{
	int found = parse(phase_names, ARRAY_LEN(phase_names), "phase", name, e);

	if (found < 0)
		return found;
	*out = (enum phase)found;
	return 0;
}

int task_state_parse(const char *name, enum task_state *out, struct err *e)
{
	int found = parse(task_state_names, ARRAY_LEN(task_state_names), "task's state", name, e);

	if (found < 0)
		return found;
	*out = (enum task_state)found;
	return 0;
}

int deploy_state_parse(const char *name, enum deploy_state *out, struct err *e)
{
	int found = parse(deploy_state_names, ARRAY_LEN(deploy_state_names), "deployment's state", name, e);

	if (found < 0)
		return found;
	*out = (enum deploy_state)found;
	return 0;
}

void round_release(struct round *r)
{
	free(r->seat);
	r->seat = NULL;
	r->seat_count = 0;
}

struct seat *round_seat(const struct round *r, const char *edge)
{
	for (size_t i = 0; i < r->seat_count; i++)
		if (strcmp(r->seat[i].edge, edge) == 0)
			return &r->seat[i];
	return NULL;
}

struct seat *round_add_seat(struct round *r, const char *edge)
{
	size_t n = r->seat_count;
	struct seat *seat;

	if (n >= SEATS_MAX || !str_is_name(edge, WIRE_NAME_MAX))
		return NULL;
	if ((n & (n - 1)) == 0) /* full at every power of two, so adding all of them copies each about once */
		r->seat = mem_realloc(r->seat, n ? 2 * n : 1, sizeof(*r->seat));
	seat = &r->seat[n];
	*seat = (struct seat){.item = {ITEM_NONE, ITEM_NONE}};
	for (int stage = 0; stage < STAGES; stage++)
		seat->task[stage].metric = NAN;
	str_copy(seat->edge, sizeof(seat->edge), edge);
	r->seat_count++;
	return seat;
}

void agent_record_release(struct agent_record *a)
{
	free(a->manifest);
	a->manifest = NULL;
	a->manifest_len = 0;
}

void round_count(const struct round *r, struct round_counts *out)
{
	*out = (struct round_counts){.seats = r->seat_count};
	for (size_t i = 0; i < r->seat_count; i++) {
		for (int stage = 0; stage < STAGES; stage++) {
			const struct task *t = &r->seat[i].task[stage];

			out->tasks += t->state != TASK_NONE;
			out->accepted += t->state == TASK_ACCEPTED;
			out->rejected += t->state == TASK_REJECTED;
			out->late += t->state == TASK_LATE;
			out->paid_micro += t->paid_micro;
		}
	}
}
