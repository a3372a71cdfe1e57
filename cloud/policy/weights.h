/* One network's parameters with all that training keeps beside them: gradients, Adam's moments and, for those
 * that have one, a target that follows slowly. All are blocks of one length. */
#ifndef POLICY_WEIGHTS_H
#define POLICY_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>

struct weights {
	size_t n;
	float *w, *g, *m, *v;
	float *target;   /* NULL if there is none */
	unsigned long t; /* Adam's steps so far */
};

void weights_init(struct weights *x, size_t n, bool with_target);
void weights_release(struct weights *x);
/* The target becomes the parameters. */
void weights_aim(struct weights *x);
/* One step of Adam (beta 0.9, 0.999) along the gradients, which are scaled down to norm `clip` first.
 * What has become too small to count is 0 afterwards. */
void weights_step(struct weights *x, double rate, double clip);
/* target += tau (w - target). */
void weights_follow(struct weights *x, double tau);

#endif
