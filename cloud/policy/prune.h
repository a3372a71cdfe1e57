/* Dynamic structured pruning of the diffusion actor (Su et al. arXiv 2402.05146; Wen et al. arXiv
 * 2408.01173).
 *
 * A hidden neuron's group is its incoming row, its bias and its outgoing column; its importance is the
 * product of the norms of what comes in and what goes out. While the schedule runs, a group-sparse pull, the
 * stronger the less important the neuron, and a threshold that rises with the schedule decide a mask per
 * layer. A masked neuron's outgoing column counts as 0 where the network runs, but its weights live on and
 * take the gradients they would have if it spoke; if its importance recovers, it returns. When the schedule
 * ends, prune_compact() removes the rows and columns of masked neurons for good. */
#ifndef POLICY_PRUNE_H
#define POLICY_PRUNE_H

#include "cloud/policy/diffusion.h"
#include "cloud/policy/weights.h"

struct prune_plan {
	double rate;              /* share of each hidden layer's neurons to remove; 0: no pruning */
	unsigned long start, end; /* updates between which the threshold rises */
	unsigned long every;      /* updates from one revision of the masks to the next */
	double pull;              /* strength of the group-sparse regulariser */
};

struct prune {
	struct prune_plan plan;
	int hidden[2];
	float *mask[2];        /* [hidden]: 1 = speaks, 0 = masked */
	float *importance[2];  /* [hidden], of the last revision */
	int *order;            /* work space */
	unsigned long returns; /* masked neurons that came back so far */
};

void prune_init(struct prune *p, const struct prune_plan *plan, const struct diffusion_shape *shape);
void prune_release(struct prune *p);

/* The share that the schedule asks for at this update: rate * (1 - (1 - progress)^3). */
double prune_share(const struct prune_plan *plan, unsigned long update);
/* Adds the regulariser's gradient to g. */
void prune_pull(const struct prune *p, const struct diffusion *d, const float *w, float *g);
/* Sets the masks anew so that this share of each layer is masked, the least important first. */
void prune_revise(struct prune *p, const struct diffusion *d, const float *w, double share);
int prune_masked(const struct prune *p, int layer); /* how many neurons of hidden layer 0 or 1 */
/* out = w with the masked neurons' outgoing columns set to 0; out may be w. */
void prune_apply(const struct prune *p, const struct diffusion *d, const float *w, float *out);

/* The shape that is left without the masked neurons. */
struct diffusion_shape prune_shape(const struct prune *p, const struct diffusion_shape *shape);
/* Copies one parameter block of `from` without the masked neurons into one of `to`, whose shape is
 * prune_shape(). */
void prune_gather(const struct prune *p, const struct diffusion *from, const float *block,
                  const struct diffusion *to, float *out);
/* The same for parameters, moments and target together: `x` is then the compact network's. */
void prune_compact(const struct prune *p, const struct diffusion *from, const struct diffusion *to,
                   struct weights *x);

#endif
