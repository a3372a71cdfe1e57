/* A round's choices, tasks and receipts, in the order of its seats. */
#include <string.h>

#include "cloud/admin/api.h"
#include "common/http/server.h"

/* Appends what a seat has of the list that is asked for. */
typedef void seat_lister(const struct seat *s, json_t *items);

static void list(struct admin *a, struct http_request *r, seat_lister *add)
{
	struct round round;
	struct page page;
	json_t *items;
	int64_t seat;

	/* The cursor is a seat's number; a page ends with the seat that fills it. */
	if (!page_get_number(r, &page, &seat, 0) || !rounds_load(a, r, &round))
		return;
	items = json_array();
	for (; (size_t)seat < round.seat_count && json_array_size(items) < page.limit; seat++)
		add(&round.seat[seat], items);
	http_reply_json(r, 200, page_json_number(items, (size_t)seat < round.seat_count, (uint64_t)seat));
	round_release(&round);
}

static void add_choice(const struct seat *s, json_t *items)
{
	json_array_append_new(items, view_choice(s));
}

static void add_tasks(const struct seat *s, json_t *items)
{
	for (int stage = 0; stage < STAGES; stage++)
		if (s->task[stage].state != TASK_NONE)
			json_array_append_new(items, view_task(&s->task[stage]));
}

static void add_receipts(const struct seat *s, json_t *items)
{
	for (int stage = 0; stage < STAGES; stage++) {
		const struct task *t = &s->task[stage];

		if (t->state == TASK_ACCEPTED || t->state == TASK_REJECTED || t->state == TASK_LATE)
			json_array_append_new(items, view_receipt(t));
	}
}

void get_round_choices(void *ctx, struct http_request *r)
{
	list(ctx, r, add_choice);
}

void get_round_tasks(void *ctx, struct http_request *r)
{
	list(ctx, r, add_tasks);
}

void get_round_receipts(void *ctx, struct http_request *r)
{
	list(ctx, r, add_receipts);
}
