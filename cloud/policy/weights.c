#include "cloud/policy/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/nn/optim.h"
#include "common/nn/rows.h"

void weights_init(struct weights *x, size_t n, bool with_target)
{
	*x = (struct weights){.n = n,
	                      .w = mem_floats(n),
	                      .g = mem_floats(n),
	                      .m = mem_floats(n),
	                      .v = mem_floats(n),
	                      .target = with_target ? mem_floats(n) : NULL};
}

void weights_release(struct weights *x)
{
	free(x->w);
	free(x->g);
	free(x->m);
	free(x->v);
	free(x->target);
	*x = (struct weights){0};
}

void weights_aim(struct weights *x)
{
	memcpy(x->target, x->w, x->n * sizeof(*x->w));
}

#define TINY 1e-12f /* a weight that changes nothing */

/* What pruning pulls on falls for ever; once denormal it would make every product with it a hundred times
 * slower, and long before that it changes nothing. */
static void drop_tiny(float *v, size_t n, float least)
{
	for (size_t i = 0; i < n; i++)
		v[i] = fabsf(v[i]) < least ? 0 : v[i];
}

void weights_step(struct weights *x, double rate, double clip)
{
	const struct adam adam = {.rate = (float)rate, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-8f};
	double norm = sqrt(rows_square_sum(x->g, x->n));

	if (norm > clip)
		rows_scale(x->g, x->n, (float)(clip / norm));
	adam_step(&adam, ++x->t, x->w, x->g, x->m, x->v, x->n);
	drop_tiny(x->w, x->n, TINY);
	drop_tiny(x->m, x->n, 1e-20f);
	drop_tiny(x->v, x->n, 1e-24f);
}

void weights_follow(struct weights *x, double tau)
{
	rows_mix(x->w, x->n, (float)tau, x->target);
	drop_tiny(x->target, x->n, TINY);
}
