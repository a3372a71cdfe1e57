/* A learned policy as a struct policy: the actor of a checkpoint, ready to write contracts. */
#ifndef POLICY_LEARNED_H
#define POLICY_LEARNED_H

#include "cloud/policy/actor.h"
#include "cloud/policy/env.h"
#include "cloud/policy/policy.h"

#define LEARNED_SAMPLES_MAX 1024
#define LEARNED_WEIGHTS     16

/* With one sample an instance gets the middle contract (a chain of no noise); with more, that one and random
 * ones, of which the one with the best modelled profit is kept; with endogenous dynamics always the middle
 * one, since the round's profit does not tell which is best. Single structured contracts are polished then
 * (polish.h). Equal calls give equal contracts. Solving takes
 * turns: one state serves all threads. */
int learned_open(const char *path, int samples, struct policy *out, struct err *e) MUST_CHECK;
/* The same from an actor in memory, which is copied. */
int learned_from(const char *name, const struct env_spec *env, const struct actor_shape *shape,
                 const float *params, int samples, struct policy *out, struct err *e) MUST_CHECK;

bool learned_is(const struct policy *p);

/* For policies that learned_*() made. */
const struct env_spec *learned_env(const struct policy *p);
size_t learned_parameters(const struct policy *p);
/* Which parameters these are: the start of their SHA-256 in hex, LEARNED_WEIGHTS digits. */
const char *learned_weights(const struct policy *p);
/* How many updates they have learned from; learned_from() starts at 0. */
uint64_t learned_updates(const struct policy *p);
void learned_set_updates(struct policy *p, uint64_t updates);
/* From now on its contracts are the actor's own, not polished. */
void learned_as_drawn(struct policy *p);
/* The contract for a federation at this moment of an episode (its start in policy_solve()). */
int learned_solve_at(const struct policy *p, const struct instance *in, const struct env_moment *at,
                     struct menu *out, struct err *e) MUST_CHECK;

#endif
