#include "common/contract/choice.h"

#include "common/contract/model.h"

/* worth[i] of taking item i, against 0 for declining. */
static int pick(const double *worth, int n, int own)
{
	double best = 0;

	for (int i = 0; i < n; i++)
		if (worth[i] > best)
			best = worth[i];
	if (worth[own] >= best - CONTRACT_TOLERANCE)
		return own;
	for (int i = 0; i < n; i++)
		if (worth[i] >= best - CONTRACT_TOLERANCE)
			return i;
	return CHOICE_DECLINE;
}

int choose_period1(const struct menu *m, const struct terms *t, int own)
{
	double worth[CONTRACT_TYPES_MAX];

	for (int k = 0; k < t->types; k++)
		worth[k] = menu_utility(m, t, own, k);
	return pick(worth, t->types, own);
}

int choose_period2(const struct menu *m, const struct terms *t, int k, int own)
{
	double worth[CONTRACT_TYPES_MAX];

	for (int item = 0; item < t->types; item++)
		worth[item] = menu_rent2(m, t, k, item, own);
	return pick(worth, t->types, own);
}

double menu_realised_profit(const struct menu *m, const struct instance *in)
{
	const struct terms *t = &in->terms;
	double total = 0;

	for (int own = 0; own < t->types; own++) {
		int k = choose_period1(m, t, own);
		double second = 0;

		if (k == CHOICE_DECLINE)
			continue;
		for (int l = 0; l < t->types; l++) {
			int item = choose_period2(m, t, k, l);

			if (item != CHOICE_DECLINE)
				second += t->transition[own][l] * (effort_value(in, m->q2[k][item]) - m->r2[k][item]);
		}
		total += in->prior[own] * (effort_value(in, m->q1[k]) - m->r1[k] + t->delta * second);
	}
	return total;
}
