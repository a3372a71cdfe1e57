/* Jobs side by side, each in a process of its own.
 *
 * A job's numbers depend on the job alone, so they are the same however many run at once. An interrupt
 * (SIGINT, SIGTERM) ends the jobs at hand; what is finished stays. */
#ifndef LAB_COMPARE_POOL_H
#define LAB_COMPARE_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"

struct pool {
	size_t jobs;
	int workers;
	bool quiet; /* no progress on standard error */
	void *user; /* passed to the calls below */
	/* In the job's own process; what it changes in memory is lost. */
	int (*work)(void *user, size_t job, struct err *e);
	const char *(*name)(void *user, size_t job);
	double (*cost)(void *user, size_t job); /* relative to others: for the time left */
};

#define POOL_WORKERS_MAX 256

/* 0 when all jobs succeeded. A failed one does not keep the others from running; the error is the first's and
 * counts the rest. E_UNAVAILABLE after an interrupt. */
int pool_run(const struct pool *p, struct err *e) MUST_CHECK;
/* From within work(): this much of the job is done. */
void pool_tick(double share);

#endif
