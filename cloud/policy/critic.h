/* Twin critics: two perceptrons that value an action in a state, each with a slowly following target. Taking
 * the lower of the two keeps an actor from living off their errors (Fujimoto et al. 2018). */
#ifndef POLICY_CRITIC_H
#define POLICY_CRITIC_H

#include "cloud/policy/weights.h"
#include "common/nn/mlp.h"

struct critic {
	int state, action, batch_max;
	struct mlp net[2]; /* one for each, so that both keep their activations */
	struct weights q[2];
	float *in;    /* [batch][state + action] */
	float *dy[2]; /* [batch] */
	float *part;  /* [batch][action] */
};

/* Two hidden layers of `hidden` neurons, Mish. */
int critic_init(struct critic *c, int state, int action, int hidden, int batch_max, struct err *e) MUST_CHECK;
void critic_release(struct critic *c);
void critic_draw(struct critic *c, struct rng *rng);

/* value [n] = the lower of both targets' values. */
void critic_target(struct critic *c, const float *states, const float *actions, int n, float *value);
/* One step of both towards the values `goal` [n]; returns the mean square error, averaged over the two. */
double critic_learn(struct critic *c, const float *states, const float *actions, const float *goal, int n,
                    double rate);
/* da [n][action] = gradient, by the actions, of minus the mean over the batch of the lower value; returns
 * that mean value. */
double critic_slope(struct critic *c, const float *states, const float *actions, int n, float *da);

#endif
