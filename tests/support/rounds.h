/* Records full of odd but sound values, for tests of what keeps them. */
#ifndef TESTS_ROUNDS_H
#define TESTS_ROUNDS_H

#include "cloud/store/store.h"
#include "common/base/rng.h"

/* A round with a menu, modules and `seats` seats "edge-0", ..., every one signalled and with a task in each
 * stage; round_release() it. Task ids are id*10000 + 3*seat + stage. */
void rounds_make(struct rng *rng, uint64_t id, size_t seats, struct round *out);
struct digest rounds_digest(struct rng *rng);
/* In a transaction of its own: the round, its seats and tasks. */
int rounds_save(struct store *s, const struct round *r, struct err *e) MUST_CHECK;
/* Fails the running test where they differ; doubles are compared by their bits, NAN equals NAN. */
void rounds_same(const struct round *a, const struct round *b);

#endif
