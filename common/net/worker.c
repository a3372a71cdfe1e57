#include "common/net/worker.h"

#include <stdbool.h>
#include <stdlib.h>
#include <uv.h>

#include "common/base/mem.h"

struct item {
	struct item *next;
	void (*work)(void *job);
	void (*done)(void *job);
	void *job;
};

struct queue {
	struct item *first, **last;
};

struct worker {
	struct executor base;
	uv_async_t finished_some;
	uv_thread_t thread;
	uv_mutex_t lock; /* of all below */
	uv_cond_t more;
	struct queue waiting, finished;
	bool stopping;
};

static void put(struct queue *q, struct item *i)
{
	i->next = NULL;
	*q->last = i;
	q->last = &i->next;
}

static struct item *take(struct queue *q)
{
	struct item *i = q->first;

	if (i) {
		q->first = i->next;
		if (!q->first)
			q->last = &q->first;
	}
	return i;
}

/* The next job; NULL when no more are to be done. */
static struct item *next_job(struct worker *w)
{
	struct item *i = NULL;

	uv_mutex_lock(&w->lock);
	while (!w->stopping && !(i = take(&w->waiting)))
		uv_cond_wait(&w->more, &w->lock);
	uv_mutex_unlock(&w->lock);
	return i;
}

static void thread_main(void *arg)
{
	struct worker *w = arg;
	struct item *i;

	while ((i = next_job(w))) {
		i->work(i->job);
		uv_mutex_lock(&w->lock);
		put(&w->finished, i);
		uv_mutex_unlock(&w->lock);
		uv_async_send(&w->finished_some);
	}
}

static void tell_ends(struct worker *w, struct queue *q)
{
	for (;;) {
		struct item *i;

		uv_mutex_lock(&w->lock);
		i = take(q);
		uv_mutex_unlock(&w->lock);
		if (!i)
			return;
		i->done(i->job);
		free(i);
	}
}

static void on_finished(uv_async_t *a)
{
	struct worker *w = a->data;

	tell_ends(w, &w->finished);
}

static void run(struct executor *x, void (*work)(void *), void (*done)(void *), void *job)
{
	struct worker *w = (struct worker *)x;
	struct item *i = mem_zalloc(sizeof(*i));

	i->work = work;
	i->done = done;
	i->job = job;
	uv_mutex_lock(&w->lock);
	put(&w->waiting, i);
	uv_cond_signal(&w->more);
	uv_mutex_unlock(&w->lock);
}

static void on_closed(uv_handle_t *h)
{
	struct worker *w = h->data;

	uv_cond_destroy(&w->more);
	uv_mutex_destroy(&w->lock);
	free(w);
}

struct executor *net_worker_new(struct uv_loop_s *loop)
{
	struct worker *w = mem_zalloc(sizeof(*w));

	w->base.run = run;
	w->waiting.last = &w->waiting.first;
	w->finished.last = &w->finished.first;
	w->finished_some.data = w;
	if (uv_mutex_init(&w->lock) || uv_cond_init(&w->more) ||
	    uv_async_init(loop, &w->finished_some, on_finished)) {
		free(w);
		return NULL;
	}
	if (uv_thread_create(&w->thread, thread_main, w)) {
		uv_close((uv_handle_t *)&w->finished_some, on_closed);
		return NULL;
	}
	return &w->base;
}

void net_worker_stop(struct executor *x)
{
	struct worker *w = (struct worker *)x;

	if (!w)
		return;
	uv_mutex_lock(&w->lock);
	w->stopping = true;
	uv_cond_signal(&w->more);
	uv_mutex_unlock(&w->lock);
	uv_thread_join(&w->thread);
	tell_ends(w, &w->finished);
	tell_ends(w, &w->waiting);
	uv_close((uv_handle_t *)&w->finished_some, on_closed);
}
