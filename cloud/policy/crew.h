/* Worker threads that do one job together, again and again: started once, asleep in between. */
#ifndef POLICY_CREW_H
#define POLICY_CREW_H

#include "common/base/err.h"

#define CREW_MAX 64

struct crew;

/* `workers` counts the caller too, so 1 starts no thread. E_INVALID, or E_IO when a thread cannot start. */
int crew_new(int workers, struct crew **out, struct err *e) MUST_CHECK;
void crew_free(struct crew *c);

int crew_workers(const struct crew *c);

/* Calls job(arg, 0) here and job(arg, 1) ... on the others, all at once; back when all are done. One caller
 * at a time. */
void crew_run(struct crew *c, void (*job)(void *arg, int worker), void *arg);

/* The share of worker `i` of `n` items: from *first on, this many. Shares differ by one at most. */
int crew_share(int n, int workers, int i, int *first);

#endif
