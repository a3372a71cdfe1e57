/* Many contract-design environments in step: what learners train in.
 *
 * Every instance, and every estimate of one, is drawn from a generator seeded by (seed, environment,
 * episode, round), and a position is restored from these numbers, the capacity and the prior alone. What was
 * done before decides only who stays (env_spec.endogenous) and how often a problem comes again
 * (env_spec.again). Nothing after envs_new() allocates. */
#ifndef POLICY_ENVS_H
#define POLICY_ENVS_H

#include <stdint.h>

#include "cloud/policy/env.h"
#include "common/base/rng.h"

#define ENVS_MAX 4096

/* Where one environment stands, without what the seed makes again. */
struct env_position {
	uint64_t episode;
	int round;
	double active;                    /* share of the capacity */
	double prior[CONTRACT_TYPES_MAX]; /* of the types among the active */
};

struct envs;

#define ENVS_WITNESSES_MIN 8  /* edges whose revealed types an estimate rests on */
#define ENVS_WITNESSES_MAX 64 /* the same, at most */

/* What a cloud knows that saw this many edges reveal their types, last round and now: *seen is the truth with
 * prior and transition estimated. */
void envs_estimate(struct rng *r, const struct instance *truth, int witnesses, struct instance *seen);

/* `count` environments of checked specification, each at the start of its first episode. E_INVALID, E_LIMIT.
 */
int envs_new(const struct env_spec *spec, int count, uint64_t seed, struct envs **out,
             struct err *e) MUST_CHECK;
void envs_free(struct envs *v);

int envs_count(const struct envs *v);
const struct env_spec *envs_spec(const struct envs *v);
/* The true problem of environment i now, and the one that the policy is shown. */
const struct instance *envs_truth(const struct envs *v, int i);
const struct instance *envs_seen(const struct envs *v, int i);

/* states [count][env_state_size]: what the policy is shown now. */
void envs_states(const struct envs *v, float *states);
/* Rows first to first + count - 1 of that. */
void envs_states_some(const struct envs *v, int first, int count, float *states);

struct envs_outcome {
	float
	    *reward; /* [count]: realised expected profit by the truth, times the active share, over env_scale */
	float
	    *shaping; /* [count]: what learners add to the reward: shaping (potential.h), or env_spec.relative */
	float *next;  /* [count][state size]: the state that followed, before any new episode began */
	float
	    *worth; /* [count]: what a unit of value in `next` is worth: ENV_GAMMA, or 0 where nothing follows */
};

/* Acts in each: actions [count][action size]. A finished episode gives way to the next one at once. An
 * endogenous episode is over after ENV_ROUNDS.
 * E_INFEASIBLE if no rewards implement an action (cannot happen with tidy instances). */
int envs_step(struct envs *v, const float *actions, const struct envs_outcome *out, struct err *e) MUST_CHECK;
/* The same for `count` environments from the first-th on; the arrays are still those of all of them. Threads
 * may act in different ones at once. */
int envs_step_some(struct envs *v, int first, int count, const float *actions, const struct envs_outcome *out,
                   struct err *e) MUST_CHECK;

struct env_position envs_position(const struct envs *v, int i);
/* E_INVALID for numbers that no environment can have. */
int envs_restore(struct envs *v, int i, const struct env_position *at, struct err *e) MUST_CHECK;

#endif
