#include "cloud/policy/crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/base/mem.h"

struct hand {
	struct crew *crew;
	int worker;
	pthread_t thread;
};

struct crew {
	int workers, started;
	pthread_mutex_t lock;
	pthread_cond_t begin, end;
	uint64_t turn; /* counts the jobs; a change of it wakes the hands */
	int busy;      /* hands that are not done with this one */
	bool over;
	void (*job)(void *arg, int worker);
	void *arg;
	struct hand hands[CREW_MAX];
};

/* Sleeps until the next job; false when there is none. */
static bool await(struct crew *c, uint64_t *turn)
{
	bool over;

	pthread_mutex_lock(&c->lock);
	while (c->turn == *turn && !c->over)
		pthread_cond_wait(&c->begin, &c->lock);
	*turn = c->turn;
	over = c->over;
	pthread_mutex_unlock(&c->lock);
	return !over;
}

static void *work(void *arg)
{
	struct hand *h = arg;
	struct crew *c = h->crew;
	uint64_t turn = 0;

	while (await(c, &turn)) {
		c->job(c->arg, h->worker);
		pthread_mutex_lock(&c->lock);
		if (--c->busy == 0)
			pthread_cond_signal(&c->end);
		pthread_mutex_unlock(&c->lock);
	}
	return NULL;
}

/* Signals are for the thread that asked for the work. */
static int start(struct crew *c, int worker)
{
	sigset_t all, before;
	int rc;

	c->hands[worker] = (struct hand){.crew = c, .worker = worker};
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&c->hands[worker].thread, NULL, work, &c->hands[worker]);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

int crew_new(int workers, struct crew **out, struct err *e)
{
	struct crew *c;

	if (workers < 1 || workers > CREW_MAX)
		return err_set(e, E_INVALID, "%d threads (accepted: 1 to %d)", workers, CREW_MAX);
	c = mem_zalloc(sizeof(*c));
	c->workers = workers;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->begin, NULL);
	pthread_cond_init(&c->end, NULL);
	for (c->started = 1; c->started < workers; c->started++)
		if (start(c, c->started)) {
			crew_free(c);
			return err_set(e, E_IO, "cannot start %d threads", workers);
		}
	*out = c;
	return 0;
}

void crew_free(struct crew *c)
{
	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->over = true;
	pthread_cond_broadcast(&c->begin);
	pthread_mutex_unlock(&c->lock);
	for (int i = 1; i < c->started; i++)
		pthread_join(c->hands[i].thread, NULL);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->begin);
	pthread_cond_destroy(&c->end);
	free(c);
}

int crew_workers(const struct crew *c)
{
	return c->workers;
}

void crew_run(struct crew *c, void (*job)(void *arg, int worker), void *arg)
{
	if (c->workers == 1) {
		job(arg, 0);
		return;
	}
	pthread_mutex_lock(&c->lock);
	c->job = job;
	c->arg = arg;
	c->busy = c->workers - 1;
	c->turn++;
	pthread_cond_broadcast(&c->begin);
	pthread_mutex_unlock(&c->lock);
	job(arg, 0);
	pthread_mutex_lock(&c->lock);
	while (c->busy > 0)
		pthread_cond_wait(&c->end, &c->lock);
	pthread_mutex_unlock(&c->lock);
}

int crew_share(int n, int workers, int i, int *first)
{
	*first = (int)((int64_t)n * i / workers);
	return (int)((int64_t)n * (i + 1) / workers) - *first;
}
