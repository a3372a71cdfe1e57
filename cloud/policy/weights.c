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

void weights_step(struct weights *x, double rate, double clip)
{
	const struct adam adam = {.rate = (float)rate, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-8f};
	double norm = sqrt(rows_square_sum(x->g, x->n));

	if (norm > clip)
		rows_scale(x->g, x->n, (float)(clip / norm));
	adam_step(&adam, ++x->t, x->w, x->g, x->m, x->v, x->n);
}

void weights_follow(struct weights *x, double tau)
{
	rows_mix(x->w, x->n, (float)tau, x->target);
}
