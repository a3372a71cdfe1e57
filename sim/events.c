/* Virtual time: a binary heap of events, ordered by time and then by the order in which they were made. */
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "sim/net_internal.h"

static bool earlier(const struct sim_event *a, const struct sim_event *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->number < b->number;
}

static void swap(struct sim_event *a, struct sim_event *b)
{
	struct sim_event t = *a;

	*a = *b;
	*b = t;
}

static void push(struct sim_net *n, struct sim_event e)
{
	size_t i = n->event_count++;

	if (n->event_count > n->event_cap) {
		n->event_cap = n->event_cap ? 2 * n->event_cap : 256;
		n->event = mem_realloc(n->event, n->event_cap, sizeof(*n->event));
	}
	n->event[i] = e;
	for (; i > 0 && earlier(&n->event[i], &n->event[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&n->event[i], &n->event[(i - 1) / 2]);
}

static struct sim_event pop(struct sim_net *n)
{
	struct sim_event top = n->event[0];
	size_t i = 0;

	n->event[0] = n->event[--n->event_count];
	for (;;) {
		size_t least = i, l = 2 * i + 1, r = l + 1;

		if (l < n->event_count && earlier(&n->event[l], &n->event[least]))
			least = l;
		if (r < n->event_count && earlier(&n->event[r], &n->event[least]))
			least = r;
		if (least == i)
			return top;
		swap(&n->event[i], &n->event[least]);
		i = least;
	}
}

void sim_after(struct sim_net *n, int64_t delay_ms, int owner, sim_event_fn *fn, void *ctx, uint64_t arg)
{
	push(n, (struct sim_event){.at_ms = n->now_ms + delay_ms,
	                           .number = ++n->events_made,
	                           .owner = owner,
	                           .epoch = n->epoch[owner],
	                           .fn = fn,
	                           .ctx = ctx,
	                           .arg = arg});
}

void sim_forget(struct sim_net *n, int owner)
{
	n->epoch[owner]++;
}

void sim_doom(struct sim_net *n, int owner, unsigned sends)
{
	if (n->doomed)
		return;
	n->doomed = true;
	n->doomed_owner = owner;
	n->doomed_sends = sends;
}

bool sim_is_doomed(const struct sim_net *n, int owner)
{
	return n->doomed && n->doomed_owner == owner;
}

bool sim_is_mute(const struct sim_net *n, int owner)
{
	return sim_is_doomed(n, owner) && n->doomed_sends == 0;
}

void sim_on_death(struct sim_net *n, void (*died)(void *ctx, int owner), void *ctx)
{
	n->died = died;
	n->died_ctx = ctx;
}

static void bury(struct sim_net *n)
{
	if (!n->doomed)
		return;
	n->doomed = false;
	n->died(n->died_ctx, n->doomed_owner);
}

bool sim_step(struct sim_net *n, int64_t until_ms)
{
	struct sim_event e;

	if (n->event_count == 0 || n->event[0].at_ms > until_ms)
		return false;
	e = pop(n);
	n->now_ms = e.at_ms;
	if (e.epoch == n->epoch[e.owner])
		e.fn(e.ctx, e.arg);
	bury(n);
	return true;
}

/* --- the executor ------------------------------------------------------------------------------ */

struct sim_job {
	struct sim_job *next;
	struct sim_executor *executor;
	void (*work)(void *job);
	void (*done)(void *job);
	void *job;
	uint64_t id;
};

struct sim_executor {
	struct executor base;
	struct sim_net *net;
	int owner;
	struct sim_job *first;
	uint64_t made;
};

static void end_job(struct sim_executor *x, uint64_t id)
{
	for (struct sim_job **at = &x->first; *at; at = &(*at)->next) {
		struct sim_job *j = *at;

		if (j->id != id)
			continue;
		*at = j->next;
		j->work(j->job);
		j->done(j->job);
		free(j);
		return;
	}
}

static void on_job(void *ctx, uint64_t id)
{
	end_job(ctx, id);
}

static void run(struct executor *base, void (*work)(void *), void (*done)(void *), void *job)
{
	struct sim_executor *x = (struct sim_executor *)base;
	struct sim_job *j = mem_zalloc(sizeof(*j));

	j->executor = x;
	j->work = work;
	j->done = done;
	j->job = job;
	j->id = ++x->made;
	j->next = x->first;
	x->first = j;
	sim_after(x->net, 1 + (int64_t)rng_below(&x->net->rng, 30), x->owner, on_job, x, j->id);
}

struct executor *sim_executor_new(struct sim_net *n, int owner)
{
	struct sim_executor *x = mem_zalloc(sizeof(*x));

	x->base.run = run;
	x->net = n;
	x->owner = owner;
	return &x->base;
}

void sim_executor_flush(struct executor *base)
{
	struct sim_executor *x = (struct sim_executor *)base;

	while (x->first)
		end_job(x, x->first->id);
}

void sim_executor_free(struct executor *x)
{
	free(x);
}
