/* Training a contract policy: an algorithm, its environments, and all that it has learned so far.
 *
 *   EDMSAC   a diffusion actor, twin critics, dynamic structured pruning of the actor (arXiv 2504.14326)
 *   DMSAC    the same without pruning
 *   SAC      a Gaussian actor with a learned temperature (Haarnoja et al. 2018)
 *   PPO      clipped policy gradients (Schulman et al. 2017)
 *
 * One learner serves one thread at a time. Equal specifications give equal bits on one machine. */
#ifndef POLICY_LEARNER_H
#define POLICY_LEARNER_H

#include <stdint.h>

#include "cloud/policy/actor.h"
#include "cloud/policy/env.h"

#define LEARNER_HIDDEN_MAX 1024 /* neurons of a hidden layer */

struct learner_spec {
	const char *algorithm; /* "edmsac", "dmsac", "sac" or "ppo" */
	struct env_spec env;
	uint64_t seed;
	int64_t updates; /* that schedules are made for */
	int hidden;      /* neurons in each of two hidden layers, actor and critics */
	int steps;       /* of denoising */
	int batch, envs;
	int threads;                    /* that share an update; what is learned depends on how many */
	int64_t replay;                 /* steps that the buffer holds */
	double actor_rate, critic_rate; /* of Adam, falling to a hundredth along a cosine */
	int critic_hidden;              /* neurons in each of the critics' two hidden layers; 0: as the actor */
	double explore, explore_end;    /* sd of the noise added to actions, at the start and at the end */
	double temperature;             /* of the entropy term at the start; 0: none */
	double entropy, entropy_end;    /* that it aims at, a coordinate; the box's uniform one has log 2 */
	bool clean;                     /* the denoiser predicts clean actions, not noise */
	bool sight;                     /* the critics see what actions mean (sight.h, slack.h) */
	bool model;                    /* direct: the critics learn what the cloud's model leaves out (logit.h) */
	double prune_rate;             /* EDMSAC: share of hidden neurons to remove, */
	double prune_start, prune_end; /* between these shares of the planned updates */
};

/* The algorithm's own; the caller changes what it wants. E_NOT_FOUND lists the algorithms. */
int learner_defaults(const char *algorithm, struct learner_spec *out, struct err *e) MUST_CHECK;
/* Changes defaults to what learns best in problems of the kind that s->env says. */
void learner_suit(struct learner_spec *s);

/* Environment steps that one update takes, once warm. */
int64_t learner_steps_each(const struct learner_spec *s);

/* Whether the algorithm's actor is a Gaussian; false for names that are none. */
bool learner_is_gaussian(const char *algorithm);

struct learner_report {
	int64_t update;     /* done so far */
	int64_t env_steps;  /* taken so far */
	double reward;      /* mean of the last environment steps */
	double critic_loss; /* of the last update */
	double value;       /* mean value of the actor's own actions, by the critics */
	double entropy;     /* mean estimate; 0 where there is no entropy term */
	double temperature;
	int hidden[2]; /* neurons of the actor that speak */
};

struct learner;

/* E_INVALID or E_LIMIT names the field. With `threads` above 1 it starts the others. */
int learner_new(const struct learner_spec *spec, struct learner **out, struct err *e) MUST_CHECK;
void learner_free(struct learner *l);

/* One step of every environment and one update of every network. E_STATE when numbers stop being finite. */
int learner_update(struct learner *l, struct learner_report *out, struct err *e) MUST_CHECK;

#define LEARNER_FIELD_MAX 4096 /* steps of the field that a learner keeps */

/* A step that was taken in earnest, not in one of its environments: state [S], action [A], what it earned
 * over env_scale(), the state that came next. From then on some rows of every batch are drawn from the last
 * LEARNER_FIELD_MAX of these. They are not in checkpoints. E_INVALID for algorithms without a replay buffer,
 * for environments other than structured and exogenous, and for numbers that are not finite. */
int learner_remember(struct learner *l, const float *state, const float *action, float reward,
                     const float *next, struct err *e) MUST_CHECK;
/* From now on it draws by other chances. */
void learner_reseed(struct learner *l, uint64_t seed);
/* How many of them it keeps. */
size_t learner_remembered(const struct learner *l);

const struct learner_spec *learner_spec(const struct learner *l);
int64_t learner_updates(const struct learner *l);
/* The actor as it would be used now (pruned if it is being pruned): its shape and parameters, valid until the
 * next update. */
const struct actor_shape *learner_actor_shape(const struct learner *l);
const float *learner_actor_params(const struct learner *l);

#endif
