/* The diffusion actor: a contract denoised out of Gaussian noise, given the state (Wang et al. 2023, D2SAC
 * of Du et al. 2024), with the gradient of the final action through every step.
 *
 * The denoiser predicts the noise in x_t, or the clean action: hidden layer 1 of [x_t, s, t], hidden layer 2,
 * linear out; Mish. Its first layer's part for the state is computed once per chain. The time is one of T
 * values, so what a time embedding gives to the first layer is a row of a T x H1 table, and that table is the
 * parameter; the first layer's bias is part of it.
 *
 * Parameters are one flat block: x.weight [H1][A], state.weight [H1][S], time [T][H1], hidden.weight
 * [H2][H1], hidden.bias [H2], out.weight [A][H2], out.bias [A]. A struct diffusion holds shapes and work
 * space, no parameters, and serves one thread at a time. Only diffusion_init() allocates. */
#ifndef POLICY_DIFFUSION_H
#define POLICY_DIFFUSION_H

#include <stdbool.h>
#include <stddef.h>

#include "cloud/policy/schedule.h"
#include "common/base/err.h"
#include "common/base/rng.h"

#define DIFFUSION_HIDDEN_MAX 2048
#define DIFFUSION_BATCH_MAX  8192

struct diffusion_shape {
	int state, action;
	int hidden[2];
	int steps;  /* T */
	bool clean; /* the network's output is the clean action itself, not the noise in x_t */
};

enum diffusion_tensor {
	DIFFUSION_X,
	DIFFUSION_STATE,
	DIFFUSION_TIME,
	DIFFUSION_HIDDEN,
	DIFFUSION_HIDDEN_BIAS,
	DIFFUSION_OUT,
	DIFFUSION_OUT_BIAS,
	DIFFUSION_TENSORS
};

struct diffusion {
	struct diffusion_shape shape;
	struct schedule schedule;
	size_t offset[DIFFUSION_TENSORS]; /* of each tensor in the parameter block */
	size_t params;                    /* numbers in a parameter block */
	int batch_max;
	float clamp;   /* the predicted clean action lies within +-clamp; 1 */
	bool inward;   /* a clamped coordinate still takes the gradient that leads back inside; true */
	float last_sd; /* noise of the last step; 0 but where the chain's entropy counts */
	float *noise;  /* [T + 1][batch][A]: the start, then what each step adds; set it, or diffusion_noise() */
	float *x;      /* [T + 1][batch][A]: the chain, from noise to action */
	float *u;      /* [T][batch][A]: predicted clean action before the clamp */
	float *base;   /* [batch][H1]: the state's part of layer 1 */
	float *z[2];   /* [T][batch][H]: before Mish */
	float *y[2];   /* after it */
	float *turned; /* the weights, transposed: many rows read them faster so */
	float *eps;    /* [T][batch][A]: predicted noise, and on the way back its gradient */
	float *dz[2];  /* [T][batch][H] */
	float *dx;     /* [batch][A] */
	float *rest;   /* [batch][A]: what the entropy term adds to it */
	float *block;  /* the one allocation */
};

/* E_INVALID or E_LIMIT names what is wrong. */
int diffusion_init(struct diffusion *d, const struct diffusion_shape *shape, int batch_max,
                   struct err *e) MUST_CHECK;
void diffusion_release(struct diffusion *d);

/* Rows and columns of one tensor (a bias is one row). */
void diffusion_tensor_shape(const struct diffusion_shape *s, enum diffusion_tensor t, int *rows,
                            int *columns);
const char *diffusion_tensor_name(enum diffusion_tensor t);

/* Uniform within 1 / sqrt(fan-in) as PyTorch's Linear, the time table normal. */
void diffusion_draw(const struct diffusion *d, float *params, struct rng *rng);

/* Draws d->noise for a batch. */
void diffusion_noise(struct diffusion *d, int batch, struct rng *rng);
/* Runs the chain from d->noise for states [batch][S]; the actions [batch][A], each within +-clamp unless
 * last_sd is set, valid until the next run. With `keep` the whole chain stays for diffusion_backward(). */
const float *diffusion_run(struct diffusion *d, const float *params, const float *states, int batch,
                           bool keep);

struct diffusion_back {
	const float *states; /* as the kept run */
	int batch;
	const float *da; /* [batch][A]: gradient of the loss by the final actions */
	/* Temperature times 1/batch: the loss contains minus this much of diffusion_entropy() summed over the
	 * batch. 0: no entropy term. */
	float entropy_weight;
	float *grads; /* a whole parameter block, overwritten */
};
void diffusion_backward(struct diffusion *d, const float *params, const struct diffusion_back *b);

/* each [batch] = a lower bound on the entropy of the policy in that state, one sample of it, from a kept run
 * with last_sd > 0: sum of log q(x_t | x_(t-1)) - log pi(x_(t-1) | x_t, s) over the steps, - log p(x_T)
 * (DIME, arXiv 2502.02316, with DDPM kernels). */
void diffusion_entropy(const struct diffusion *d, int batch, double *each);

#endif
