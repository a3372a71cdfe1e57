/* Somewhere to run work that would block: a worker pool in the daemons, nothing (NULL) in simulations and
 * tests, where the work is done in place. */
#ifndef BASE_EXECUTOR_H
#define BASE_EXECUTOR_H

#include <stddef.h>

struct executor {
	/* Runs work(job) elsewhere, then done(job) on the thread that called run; both exactly once. */
	void (*run)(struct executor *x, void (*work)(void *job), void (*done)(void *job), void *job);
};

/* With x == NULL both are called before this returns. */
static inline void executor_run(struct executor *x, void (*work)(void *job), void (*done)(void *job),
                                void *job)
{
	if (x) {
		x->run(x, work, done, job);
		return;
	}
	work(job);
	done(job);
}

#endif
