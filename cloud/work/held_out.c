#include "cloud/work/held_out.h"

#include <math.h>
#include <stdlib.h>

#include "cloud/policy/exact.h"
#include "cloud/policy/instances.h"
#include "common/base/mem.h"
#include "common/contract/feasible.h"

#define SEED 0x68656c64

void held_out_init(struct held_out *h, const struct instance *market, int count)
{
	struct rng r;

	*h = (struct held_out){.count = count,
	                       .in = mem_array((size_t)count, sizeof(*h->in)),
	                       .best = mem_array((size_t)count, sizeof(*h->best))};
	rng_seed(&r, SEED, rng_stream("work/held-out"));
	for (int i = 0; i < count; i++)
		instance_draw(&r, market->terms.types, market->participation, &h->in[i]);
}

void held_out_release(struct held_out *h)
{
	free(h->in);
	free(h->best);
	*h = (struct held_out){0};
}

bool held_out_solve(struct held_out *h, const atomic_bool *stop)
{
	const struct policy exact = {.ops = &policy_exact};

	/* one in any case: bouts that are always cut short get there too */
	for (bool first = true; h->solved < h->count && (first || !atomic_load(stop)); first = false) {
		struct instance *in = &h->in[h->solved];
		struct menu m;

		/* a problem that nobody can solve compares nothing */
		if (policy_solve(&exact, in, &m, NULL))
			*in = h->in[--h->count];
		else
			h->best[h->solved++] = policy_profit(&exact, in, &m);
	}
	return h->solved == h->count;
}

double held_out_ratio(const struct held_out *h, const struct policy *p)
{
	double sum = 0;

	for (int i = 0; i < h->count; i++) {
		struct menu m;

		if (policy_solve(p, &h->in[i], &m, NULL) || menu_check(&m, &h->in[i].terms, NULL) ||
		    !menu_is_feasible(&m, &h->in[i]))
			return -INFINITY;
		sum += policy_profit(p, &h->in[i], &m) / h->best[i];
	}
	return h->count ? sum / h->count : -INFINITY;
}
