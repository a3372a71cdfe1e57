/* The replay buffer: the last so many steps of an environment, drawn from at random. */
#ifndef POLICY_REPLAY_H
#define POLICY_REPLAY_H

#include <stddef.h>

#include "common/base/err.h"
#include "common/base/rng.h"

#define REPLAY_FLOATS_MAX ((size_t)1 << 28) /* numbers in a buffer */

/* One row per step: state [S], action [A], reward, worth (see envs.h), next state [S]. */
struct replay {
	int state, action, width;
	size_t capacity, used, at; /* rows; `at` is written next */
	float *rows;
};

struct replay_batch {
	float *state, *action, *reward, *worth, *next; /* [n][...] each, the caller's */
};

int replay_init(struct replay *r, int state, int action, size_t capacity, struct err *e) MUST_CHECK;
void replay_release(struct replay *r);
/* Takes in n steps, in their order; the oldest give way. */
void replay_add(struct replay *r, const struct replay_batch *from, int n);
/* n steps drawn uniformly, with repetition; the buffer is not empty. */
void replay_draw(const struct replay *r, struct rng *rng, int n, const struct replay_batch *to);

/* Room for n steps, zeroed. */
void replay_batch_init(struct replay_batch *b, int state, int action, size_t n);
void replay_batch_release(struct replay_batch *b);

#endif
