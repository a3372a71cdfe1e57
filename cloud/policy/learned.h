/* A learned policy as a struct policy: the actor of a checkpoint, ready to write contracts. */
#ifndef POLICY_LEARNED_H
#define POLICY_LEARNED_H

#include "cloud/policy/actor.h"
#include "cloud/policy/env.h"
#include "cloud/policy/policy.h"

#define LEARNED_SAMPLES_MAX 1024

/* With one sample an instance gets the middle contract (a chain of no noise); with more, that one and random
 * ones, of which the one with the best modelled profit is kept. Equal calls give equal contracts. Solving
 * takes turns: one state serves all threads. */
int learned_open(const char *path, int samples, struct policy *out, struct err *e) MUST_CHECK;
/* The same from an actor in memory, which is copied. */
int learned_from(const char *name, const struct env_spec *env, const struct actor_shape *shape,
                 const float *params, int samples, struct policy *out, struct err *e) MUST_CHECK;

/* For policies that learned_*() made. */
const struct env_spec *learned_env(const struct policy *p);
size_t learned_parameters(const struct policy *p);
/* The contract for a federation at this moment of an episode (its start in policy_solve()). */
int learned_solve_at(const struct policy *p, const struct instance *in, const struct env_moment *at,
                     struct menu *out, struct err *e) MUST_CHECK;

#endif
