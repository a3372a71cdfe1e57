#include "cloud/policy/naive.h"

#include <string.h>

#include "common/base/rng.h"
#include "common/contract/action.h"
#include "common/contract/model.h"
#include "common/contract/rewards.h"

static int solve_greedy(const struct policy *p, const struct instance *in, struct menu *out, struct err *e)
{
	const struct terms *t = &in->terms;

	(void)p;
	*out = (struct menu){.types = t->types};
	for (int l = 0; l < t->types; l++) {
		out->q1[l] = effort_best(in, 1 / t->theta[l]);
		for (int k = 0; k < t->types; k++)
			out->q2[k][l] = out->q1[l];
	}
	return menu_least_rewards(out, in, e);
}

/* A seed from an instance's numbers, not from its name. */
static uint64_t fingerprint(const struct instance *in)
{
	uint64_t h = (uint64_t)in->terms.types;
	const double v[] = {in->alpha,    in->beta,        in->terms.e1,       in->terms.e3,
	                    in->prior[0], in->terms.delta, in->terms.theta[0], in->terms.transition[0][0]};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		uint64_t bits;

		memcpy(&bits, &v[i], sizeof(bits));
		h = (h ^ bits) * 0x9e3779b97f4a7c15u;
		h ^= h >> 29;
	}
	return h;
}

static int solve_random(const struct policy *p, const struct instance *in, struct menu *out, struct err *e)
{
	double action[ACTION_STRUCTURED_MAX];
	struct rng r;

	(void)p;
	rng_seed(&r, fingerprint(in), rng_stream("policy/random"));
	for (int i = 0; i < action_structured_size(in->terms.types); i++)
		action[i] = rng_uniform(&r, -1, 1);
	return action_structured_menu(action, in, out, e);
}

const struct policy_ops policy_greedy = {
    .name = "greedy",
    .summary = "efficient efforts, whatever rents they leave",
    .solve = solve_greedy,
};

const struct policy_ops policy_random = {
    .name = "random",
    .summary = "a random feasible contract",
    .solve = solve_random,
};
