/* Optimisers over flat blocks: parameters w [n], gradients g [n] and state of the same length, which
 * starts at zero. The update rules are PyTorch's (torch.optim.SGD, torch.optim.Adam). */
#ifndef NN_OPTIM_H
#define NN_OPTIM_H

#include <stddef.h>

struct sgd {
	float rate;
	float momentum;     /* 0: none */
	float weight_decay; /* L2, added to the gradient */
};

/* d = g + weight_decay w; v = momentum v + d; w -= rate v. */
void sgd_step(const struct sgd *o, float *restrict w, const float *restrict g, float *restrict v, size_t n);

struct adam {
	float rate;
	float beta1, beta2;
	float epsilon;
	float weight_decay; /* L2, added to the gradient */
};

/* Kingma and Ba 2015, algorithm 1, at step t (the first is 1); m and v are the two moments. */
void adam_step(const struct adam *o, unsigned long t, float *restrict w, const float *restrict g,
               float *restrict m, float *restrict v, size_t n);

#endif
