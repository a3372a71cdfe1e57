#include "cloud/policy/direct.h"

#include <math.h>

#include "common/contract/model.h"

static int item2(const struct direct *d, int k, int m)
{
	return d->types + k * d->types + m;
}

static float share(float a)
{
	return 0.5f * (fminf(1, fmaxf(-1, a)) + 1);
}

static void see_people(struct direct *d)
{
	const struct terms *t = &d->in.terms;

	for (int k = 0; k < d->types; k++) {
		d->prior[k] = (float)d->in.prior[k];
		d->ease[k] = (float)(1 / t->theta[k]);
		for (int l = 0; l < d->types; l++)
			d->later[k][l] = (float)(t->delta * t->transition[k][l]);
	}
}

static void see_items(struct direct *d, const float *action)
{
	const struct terms *t = &d->in.terms;

	for (int i = 0; i < d->items; i++) {
		float q = (float)t->q_max * share(action[i]);

		d->effort[i] = q;
		d->cost[i] = ((float)t->e1 + (float)t->e3 * q * q) * q / d->pay;
		d->value[i] = logf(1 + (float)d->in.beta * q) / d->reach;
		d->reward[i] = share(action[d->items + i]);
	}
}

static void see_choice(struct direct *d, int k, int own)
{
	d->best[k][own] = 0;
	d->choice[k][own] = DIRECT_DECLINE;
	for (int m = 0; m < d->types; m++) {
		float rent = direct_rent2(d, k, m, own);

		if (rent > d->best[k][own]) {
			d->best[k][own] = rent;
			d->choice[k][own] = m;
		}
	}
}

void direct_see(struct direct *d, int types, const float *state, const float *action)
{
	d->types = types;
	d->items = types + types * types;
	env_decode(types, state, &d->in);
	d->pay = (float)env_scale(&d->in);
	d->reach = (float)(env_scale(&d->in) / d->in.alpha);
	see_people(d);
	see_items(d, action);
	for (int k = 0; k < types; k++)
		for (int l = 0; l < types; l++)
			see_choice(d, k, l);
}

float direct_margin(const struct direct *d, int item)
{
	return d->value[item] - d->reward[item];
}

float direct_rent2(const struct direct *d, int k, int m, int own)
{
	int i = item2(d, k, m);

	return d->reward[i] - d->cost[i] * d->ease[own];
}

float direct_utility(const struct direct *d, int own, int k)
{
	float sum = d->reward[k] - d->cost[k] * d->ease[own];

	for (int l = 0; l < d->types; l++)
		sum += d->later[own][l] * d->best[k][l];
	return sum;
}

void direct_margin_back(int item, float g, struct direct_back *b)
{
	b->value[item] += g;
	b->reward[item] -= g;
}

static void rent_back(const struct direct *d, int item, int own, float g, struct direct_back *b)
{
	b->reward[item] += g;
	b->cost[item] -= g * d->ease[own];
}

void direct_rent2_back(const struct direct *d, int k, int m, int own, float g, struct direct_back *b)
{
	rent_back(d, item2(d, k, m), own, g, b);
}

void direct_utility_back(const struct direct *d, int own, int k, float g, struct direct_back *b)
{
	rent_back(d, k, own, g, b);
	for (int l = 0; l < d->types; l++)
		if (d->choice[k][l] != DIRECT_DECLINE)
			direct_rent2_back(d, k, d->choice[k][l], l, g * d->later[own][l], b);
}

void direct_back(const struct direct *d, const struct direct_back *b, float *da)
{
	const struct terms *t = &d->in.terms;
	float half = 0.5f * (float)t->q_max, e1 = (float)t->e1, e3 = (float)t->e3, beta = (float)d->in.beta;

	for (int i = 0; i < d->items; i++) {
		float q = d->effort[i], by_cost = (e1 + 3 * e3 * q * q) / d->pay;
		float by_value = beta / ((1 + beta * q) * d->reach);

		da[i] += half * (b->cost[i] * by_cost + b->value[i] * by_value);
		da[d->items + i] += 0.5f * b->reward[i];
	}
}
