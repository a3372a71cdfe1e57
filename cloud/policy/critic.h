/* Twin critics: two perceptrons that value an action in a state, each with a slowly following target. Taking
 * the lower of the two keeps an actor from living off their errors (Fujimoto et al. 2018). */
#ifndef POLICY_CRITIC_H
#define POLICY_CRITIC_H

#include "cloud/policy/weights.h"
#include "common/nn/mlp.h"

struct critic {
	int state, action, batch_max;
	int sight_types;   /* K if they are shown what sight.h or slack.h tells of an action; else 0 */
	bool direct;       /* slack.h */
	int more;          /* how many numbers that is */
	struct mlp net[2]; /* one for each, so that both keep their activations */
	struct weights q[2];
	float *in;      /* [batch][state + action + more] */
	float *dy[2];   /* [batch] */
	float *part[2]; /* [batch][action + more] */
	bool beside;    /* weights, moments and targets are another's */
};

struct critic_shape {
	int state, action, hidden;
	int sight_types; /* see above */
	bool direct;
};

/* Two hidden layers of `hidden` neurons, Mish. */
int critic_init(struct critic *c, const struct critic_shape *shape, int batch_max, struct err *e) MUST_CHECK;
/* Work space and gradients of its own for the weights and targets of `owner`, which must outlive it. */
int critic_init_beside(struct critic *c, const struct critic *owner, struct err *e) MUST_CHECK;
void critic_release(struct critic *c);
void critic_draw(struct critic *c, struct rng *rng);

/* value [n] = the lower of both targets' values. */
void critic_target(struct critic *c, const float *states, const float *actions, int n, float *value);
/* Sets both gradients to those of the square error against `goal` [n], summed over these n rows and divided
 * by `of`, the rows of the whole batch that they are part of; returns that error, averaged over the two. */
double critic_gradients(struct critic *c, const float *states, const float *actions, const float *goal, int n,
                        int of);
/* One step of Adam of one critic. */
void critic_step(struct critic *c, int which, double rate);
/* da [n][action] = gradient, by the actions, of minus the lower value summed over the rows and divided by
 * `of`; returns that value's sum divided by `of`. */
double critic_slope(struct critic *c, const float *states, const float *actions, int n, int of, float *da);

#endif
