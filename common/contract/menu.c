#include "common/contract/menu.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/contract/model.h"

static int check_item(const char *name, double q, double r, double q_max, struct err *e)
{
	if (!(q >= -CONTRACT_TOLERANCE && q <= q_max + CONTRACT_TOLERANCE))
		return err_set(e, E_INVALID, "%s: effort %g is not from 0 to %g", name, q, q_max);
	if (!isfinite(r))
		return err_set(e, E_INVALID, "%s: the reward is not a finite number", name);
	return 0;
}

int menu_check(const struct menu *m, const struct terms *t, struct err *e)
{
	char name[64];
	int rc = 0;

	if (m->types != t->types)
		return err_set(e, E_INVALID, "menu: it is for %d types, the instance has %d", m->types, t->types);
	for (int k = 0; rc == 0 && k < m->types; k++) {
		snprintf(name, sizeof(name), "period 1, item %d", k + 1);
		rc = check_item(name, m->q1[k], m->r1[k], t->q_max, e);
		for (int l = 0; rc == 0 && l < m->types; l++) {
			snprintf(name, sizeof(name), "period 2 after item %d, item %d", k + 1, l + 1);
			rc = check_item(name, m->q2[k][l], m->r2[k][l], t->q_max, e);
		}
	}
	return rc;
}

bool menu_equal(const struct menu *a, const struct menu *b)
{
	size_t row = (size_t)a->types * sizeof(double);

	if (a->types != b->types || memcmp(a->q1, b->q1, row) != 0 || memcmp(a->r1, b->r1, row) != 0)
		return false;
	for (int k = 0; k < a->types; k++)
		if (memcmp(a->q2[k], b->q2[k], row) != 0 || memcmp(a->r2[k], b->r2[k], row) != 0)
			return false;
	return true;
}

double menu_rent2(const struct menu *m, const struct terms *t, int k, int item, int own)
{
	return m->r2[k][item] - effort_cost(t, m->q2[k][item]) / t->theta[own];
}

static double best_rent2(const struct menu *m, const struct terms *t, int k, int own)
{
	double best = 0;

	for (int item = 0; item < t->types; item++)
		best = fmax(best, menu_rent2(m, t, k, item, own));
	return best;
}

double menu_continuation(const struct menu *m, const struct terms *t, int k, int own)
{
	double sum = 0;

	for (int l = 0; l < t->types; l++)
		sum += t->transition[own][l] * best_rent2(m, t, k, l);
	return sum;
}

double menu_utility(const struct menu *m, const struct terms *t, int own, int k)
{
	return m->r1[k] - effort_cost(t, m->q1[k]) / t->theta[own] + t->delta * menu_continuation(m, t, k, own);
}

double menu_profit(const struct menu *m, const struct instance *in)
{
	const struct terms *t = &in->terms;
	double total = 0;

	for (int k = 0; k < t->types; k++) {
		double second = 0;

		for (int l = 0; l < t->types; l++)
			second += t->transition[k][l] * (effort_value(in, m->q2[k][l]) - m->r2[k][l]);
		total += in->prior[k] * (effort_value(in, m->q1[k]) - m->r1[k] + t->delta * second);
	}
	return total;
}
