/* What the off-policy algorithms need of an actor, be it a denoising chain or a Gaussian. */
#ifndef POLICY_ACTOR_H
#define POLICY_ACTOR_H

#include "cloud/policy/diffusion.h"
#include "cloud/policy/gaussian.h"

struct actor_shape {
	bool gaussian; /* else a diffusion actor */
	int state, action;
	int hidden[2]; /* a Gaussian's two are equal */
	int steps;     /* of denoising */
	bool clean;    /* see diffusion.h */
};

struct actor {
	struct actor_shape shape;
	size_t params; /* numbers in a parameter block */
	struct diffusion diffusion;
	struct gaussian gaussian;
};

#define ACTOR_TENSORS_MAX 8

/* One tensor of the parameter block; a bias is one row. */
struct actor_tensor {
	char name[32];
	int rows, columns;
	size_t offset;
};

int actor_init(struct actor *a, const struct actor_shape *shape, int batch_max, struct err *e) MUST_CHECK;
void actor_release(struct actor *a);
void actor_draw(const struct actor *a, float *params, struct rng *rng);
/* Fills `out` and returns how many there are. */
int actor_tensors(const struct actor *a, struct actor_tensor *out);

/* Actions [n][A] for states [n][S], valid until the next run. Without a generator the middle one: a chain of
 * no noise, a Gaussian's mode. With `keep` actor_backward() may follow. */
const float *actor_run(struct actor *a, const float *params, const float *states, int n, struct rng *rng,
                       bool keep);
/* cost [n]: minus the entropy of the policy in each state, one sample of it (a Gaussian's log density), or of
 * its upper bound (a chain's), from a kept run with a generator. */
void actor_entropy_cost(struct actor *a, int n, float *cost);
/* Gradient of sum(da * action) + weight * sum(entropy cost), after a kept run. */
void actor_backward(struct actor *a, const float *params, const float *states, int n, const float *da,
                    float weight, float *grads);

#endif
