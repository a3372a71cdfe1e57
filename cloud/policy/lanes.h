/* Data-parallel updates: a batch's rows are shared out among the workers of a crew, each with work space and
 * gradients of its own, which are then added up worker by worker. So the result depends on the seed and on
 * how many workers there are, not on which of them was quicker. */
#ifndef POLICY_LANES_H
#define POLICY_LANES_H

#include "cloud/policy/actor.h"
#include "cloud/policy/crew.h"
#include "cloud/policy/critic.h"

/* What one worker has of its own. The first one's is the learner's. */
struct lane {
	struct actor *actor;
	struct critic *critic;
	float *grads;   /* of the actor */
	struct rng rng; /* sown anew from the learner's for each update */
	/* Its rows' part of the batch's means. */
	double reward, loss, value, entropy;
	int rc;
	struct err err;
};

struct lanes {
	struct crew *crew;
	struct lane *all; /* [workers] */
	int workers, rows;
};

/* `rows`: of the largest batch. The actor and the critic are the first worker's, with `grads` [a->params] for
 * the actor's gradient. They must have room for lanes_rows() rows. */
int lanes_init(struct lanes *v, int workers, int rows, struct err *e) MUST_CHECK;
void lanes_release(struct lanes *v);
/* The most rows that a worker gets of a batch. */
int lanes_rows(int rows, int workers);

/* The critics of all the workers: weights and targets are c's. */
int lanes_critics(struct lanes *v, struct critic *c, struct err *e) MUST_CHECK;
/* The actors of all the workers, after the first one's was made or changed its shape. */
int lanes_actors(struct lanes *v, struct actor *a, float *grads, struct err *e) MUST_CHECK;

/* Adds up the gradients of the workers, in their order, into the first one's. */
void lanes_add_actor(struct lanes *v);
void lanes_add_critic(struct lanes *v, int which);

#endif
