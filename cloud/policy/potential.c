#include "cloud/policy/potential.h"

#include "common/contract/model.h"

/* What a good policy keeps of the first-best profit, what it pays for loyalty and how much of it it gets:
 * round figures of the best constant bonus at K = 3. */
#define PROFIT_SHARE 0.92
#define BONUS_SHARE  0.11 /* of alpha */
#define STAYING      0.99

/* The effort of effort_best() to a thousandth of q_max, where the surplus is flat: a forecast needs no more.
 */
static double near_best(const struct instance *in, double price)
{
	double lo = 0, hi = in->terms.q_max;

	for (int i = 0; i < 10; i++) {
		double q = (lo + hi) / 2;

		if (effort_value_slope(in, q) > price * effort_cost_slope(&in->terms, q))
			lo = q;
		else
			hi = q;
	}
	return (lo + hi) / 2;
}

/* Profit per edge in one round, by its type in period 1. */
static void one_round(const struct instance *in, double *profit)
{
	const struct terms *t = &in->terms;
	double first_best[CONTRACT_TYPES_MAX];

	for (int k = 0; k < t->types; k++) {
		double q = near_best(in, 1 / t->theta[k]);

		first_best[k] = effort_value(in, q) - effort_cost(t, q) / t->theta[k];
	}
	for (int k = 0; k < t->types; k++) {
		profit[k] = first_best[k];
		for (int l = 0; l < t->types; l++)
			profit[k] += t->delta * t->transition[k][l] * first_best[l];
		profit[k] = (PROFIT_SHARE * profit[k] - BONUS_SHARE * in->alpha) / env_scale(in);
	}
}

void potential_init(struct potential *p, const struct instance *in)
{
	const struct terms *t = &in->terms;
	double now[CONTRACT_TYPES_MAX];

	*p = (struct potential){.types = t->types};
	one_round(in, now);
	for (int left = 1; left <= ENV_ROUNDS; left++) {
		const double *then = p->edge[left - 1];
		double fresh = 0;

		for (int k = 0; k < t->types; k++)
			fresh += ENV_FRESH_SHARE * in->prior[k] * then[k];
		p->base[left] = ENV_GAMMA * (p->base[left - 1] + fresh);
		for (int k = 0; k < t->types; k++) {
			double stays = 0;

			for (int l = 0; l < t->types; l++)
				stays += t->transition[k][l] * then[l];
			p->edge[left][k] = now[k] + ENV_GAMMA * STAYING * (stays - fresh);
		}
	}
}

double potential_at(const struct potential *p, const double *prior, const struct env_moment *at)
{
	double sum = p->base[at->left];

	for (int k = 0; k < p->types; k++)
		sum += at->active * prior[k] * p->edge[at->left][k];
	return sum;
}
