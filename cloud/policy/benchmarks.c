#include "cloud/policy/benchmarks.h"

#include "common/contract/model.h"
#include "common/contract/rewards.h"

static int solve_first_best(const struct policy *p, const struct instance *in, struct menu *out,
                            struct err *e)
{
	const struct terms *t = &in->terms;

	(void)p;
	(void)e;
	*out = (struct menu){.types = t->types};
	for (int l = 0; l < t->types; l++) {
		double q = effort_best(in, 1 / t->theta[l]);
		double r = effort_cost(t, q) / t->theta[l];

		out->q1[l] = q;
		out->r1[l] = r;
		for (int k = 0; k < t->types; k++) {
			out->q2[k][l] = q;
			out->r2[k][l] = r;
		}
	}
	return 0;
}

/* Types that share one effort: their mass, and what a unit of base cost costs the cloud on them. */
struct pool {
	double mass, cost;
	int types;
};

/* Whether the later pool would be asked for less than the earlier one, which no rewards could implement. */
static bool out_of_order(const struct pool *earlier, const struct pool *later)
{
	return later->cost * earlier->mass >= earlier->cost * later->mass;
}

void single_period_efforts(const struct instance *in, const double *p, double *effort)
{
	const struct terms *t = &in->terms;
	struct pool pools[CONTRACT_TYPES_MAX];
	double above = 0; /* mass of the types above k, which earn rent from k's effort */
	int count = 0, at = 0;

	for (int k = 0; k < t->types; k++)
		above += p[k];
	for (int k = 0; k < t->types; k++) {
		double gap = k + 1 < t->types ? 1 / t->theta[k] - 1 / t->theta[k + 1] : 0;

		above -= p[k];
		pools[count] = (struct pool){p[k], p[k] / t->theta[k] + (above > 0 ? above : 0) * gap, 1};
		while (count > 0 && out_of_order(&pools[count - 1], &pools[count])) {
			pools[count - 1].mass += pools[count].mass;
			pools[count - 1].cost += pools[count].cost;
			pools[count - 1].types += pools[count].types;
			count--;
		}
		count++;
	}
	for (int i = 0; i < count; i++) {
		double q = pools[i].mass > 0 ? effort_best(in, pools[i].cost / pools[i].mass) : 0;

		for (int c = 0; c < pools[i].types; c++)
			effort[at++] = q;
	}
}

/* Rents that are paid out afresh in each period: what per-period participation demands, whatever the
 * instance's. */
static int static_rewards(const struct instance *in, struct menu *m, struct err *e)
{
	struct instance apart = *in;

	apart.participation = PARTICIPATION_PER_PERIOD;
	return menu_least_rewards(m, &apart, e);
}

static int solve_static(const struct policy *p, const struct instance *in, struct menu *out, struct err *e)
{
	const struct terms *t = &in->terms;
	double second[CONTRACT_TYPES_MAX] = {0}, effort[CONTRACT_TYPES_MAX];

	(void)p;
	*out = (struct menu){.types = t->types};
	for (int k = 0; k < t->types; k++)
		for (int l = 0; l < t->types; l++)
			second[l] += in->prior[k] * t->transition[k][l];
	single_period_efforts(in, in->prior, out->q1);
	single_period_efforts(in, second, effort);
	for (int k = 0; k < t->types; k++)
		for (int l = 0; l < t->types; l++)
			out->q2[k][l] = effort[l];
	return static_rewards(in, out, e);
}

const struct policy_ops policy_first_best = {
    .name = "first-best",
    .summary = "complete information: efficient efforts, no rent",
    .complete_information = true,
    .solve = solve_first_best,
};

const struct policy_ops policy_static = {
    .name = "static",
    .summary = "the best single-period menu, afresh in each period",
    .solve = solve_static,
};
