/* Tells whoever watches what happened; called when it is stored. */
#include "cloud/core/cloud_internal.h"

void cloud_tell(struct cloud *c, struct cloud_event x)
{
	if (c->env.event)
		c->env.event(c->env.ctx, &x);
}

void cloud_tell_edge(struct cloud *c, const char *edge)
{
	const struct edge_record *r = cloud_edge(c, edge);

	if (r)
		cloud_tell(
		    c, (struct cloud_event){.kind = CLOUD_EDGE, .edge = r, .connected = cloud_is_connected(c, edge)});
}

static void log_task(const struct task *t)
{
	bool lost = t->state == TASK_REJECTED || t->state == TASK_LATE;
	struct log_about about = {.round = t->order.round, .edge = t->edge, .task = t->order.task};

	log_line(lost ? LOG_WARN : LOG_DEBUG, about, "%s%s%s", task_state_name(t->state), *t->reason ? ": " : "",
	         t->reason);
}

void cloud_tell_action(struct cloud *c, const struct action *a)
{
	const struct seat *seat = a->seat < c->round.seat_count ? &c->round.seat[a->seat] : NULL;
	struct cloud_event x = {.round = &c->round, .seat = seat};

	switch (a->kind) {
	case ACT_SAVE_ROUND:
		cloud_count_phase(c);
		x.kind = CLOUD_ROUND;
		break;
	case ACT_SAVE_SEAT:
		x.kind = CLOUD_SEAT;
		break;
	case ACT_SAVE_TASK:
	case ACT_PAY:
		x.kind = a->kind == ACT_PAY ? CLOUD_PAYMENT : CLOUD_TASK;
		x.task = &seat->task[a->stage];
		if (a->kind == ACT_SAVE_TASK)
			log_task(x.task);
		break;
	default:
		return;
	}
	cloud_tell(c, x);
}
