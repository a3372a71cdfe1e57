/* The Gaussian actor of SAC: actions are tanh of a normal whose mean and spread a perceptron gives
 * (Haarnoja et al. 2018). PPO uses the same with its own loss. */
#ifndef POLICY_GAUSSIAN_H
#define POLICY_GAUSSIAN_H

#include <stdbool.h>

#include "common/nn/mlp.h"

#define GAUSSIAN_LOG_SD_MIN (-5.0f)
#define GAUSSIAN_LOG_SD_MAX 1.0f

struct gaussian {
	int state, action;
	struct mlp net;   /* state -> hidden -> hidden -> mean [A], log sd [A]; Mish */
	float *z;         /* [batch][A]: the normal draws of the last run */
	float *a;         /* [batch][A]: its actions */
	float *dout;      /* [batch][2A] */
	const float *out; /* [batch][2A]: of the last run */
};

int gaussian_init(struct gaussian *g, int state, int action, int hidden, int batch_max,
                  struct err *e) MUST_CHECK;
void gaussian_release(struct gaussian *g);
/* As mlp_draw(), with a last layer that starts near mean 0 and sd 0.4. */
void gaussian_draw(const struct gaussian *g, float *params, struct rng *rng);

/* Actions [n][A], valid until the next run; without a generator the modes. */
const float *gaussian_run(struct gaussian *g, const float *params, const float *states, int n,
                          struct rng *rng);
/* logp [n] of the last run's actions. */
void gaussian_log_density(const struct gaussian *g, int n, float *logp);
/* The gradient of sum(da * a) + weight * sum(log density), through the draws, after a run with a generator.
 */
void gaussian_backward(struct gaussian *g, const float *params, const float *states, int n, const float *da,
                       float weight, float *grads);

#endif
