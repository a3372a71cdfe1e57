#include "common/contract/action.h"

#include <math.h>

#include "common/contract/model.h"
#include "common/contract/rewards.h"

int action_structured_size(int types)
{
	return types + types * types;
}

int action_direct_size(int types)
{
	return 2 * action_structured_size(types);
}

static double share(double a)
{
	return fmin(1, fmax(0, (a + 1) / 2));
}

/* The least effort that keeps q2 monotone at (k, l). */
static double floor2(const struct menu *m, int k, int l)
{
	return fmax(k > 0 ? m->q2[k - 1][l] : 0, l > 0 ? m->q2[k][l - 1] : 0);
}

void action_efforts(const double *action, const struct terms *t, struct menu *m)
{
	double lo = 0;

	m->types = t->types;
	for (int k = 0; k < t->types; k++) {
		m->q1[k] = lo + (t->q_max - lo) * share(*action++);
		lo = m->q1[k];
	}
	for (int k = 0; k < t->types; k++) {
		for (int l = 0; l < t->types; l++) {
			lo = floor2(m, k, l);
			m->q2[k][l] = lo + (t->q_max - lo) * share(*action++);
		}
	}
}

/* From one effort's gradient to its coordinate's; returns what is left, its floor's. */
static double descend(double by, double q_max, double floor, float coordinate, float *da)
{
	*da += (float)(by * (q_max - floor) / 2);
	return by * (1 - ((double)coordinate + 1) / 2);
}

void action_efforts_back(const float *action, const struct terms *t, const struct menu *m, struct menu *by,
                         float *da)
{
	double below = 0;

	for (int k = t->types - 1; k >= 0; k--)
		below = descend(below + by->q1[k], t->q_max, k > 0 ? m->q1[k - 1] : 0, action[k], da + k);
	for (int k = t->types - 1; k >= 0; k--)
		for (int l = t->types - 1; l >= 0; l--) {
			int at = t->types + k * t->types + l;
			double rest = descend(by->q2[k][l], t->q_max, floor2(m, k, l), action[at], da + at);

			if (k > 0 && (l == 0 || m->q2[k - 1][l] >= m->q2[k][l - 1]))
				by->q2[k - 1][l] += rest;
			else if (l > 0)
				by->q2[k][l - 1] += rest;
		}
}

int action_structured_menu(const double *action, const struct instance *in, struct menu *m, struct err *e)
{
	action_efforts(action, &in->terms, m);
	return menu_least_rewards(m, in, e);
}

void action_direct_menu(const double *action, const struct instance *in, struct menu *m)
{
	const struct terms *t = &in->terms;
	double pay = effort_value(in, t->q_max);

	m->types = t->types;
	for (int k = 0; k < t->types; k++)
		m->q1[k] = t->q_max * share(*action++);
	for (int k = 0; k < t->types; k++)
		for (int l = 0; l < t->types; l++)
			m->q2[k][l] = t->q_max * share(*action++);
	for (int k = 0; k < t->types; k++)
		m->r1[k] = pay * share(*action++);
	for (int k = 0; k < t->types; k++)
		for (int l = 0; l < t->types; l++)
			m->r2[k][l] = pay * share(*action++);
}

/* The coordinate that leads from `lo` to q; where nothing is left to choose, the middle. */
static double coordinate(double q, double lo, double q_max)
{
	if (q_max - lo <= 0)
		return 0;
	return fmin(1, fmax(-1, 2 * (q - lo) / (q_max - lo) - 1));
}

void action_of_menu(const struct menu *m, const struct terms *t, double *action)
{
	struct menu reached = {.types = t->types};
	double lo = 0;

	for (int k = 0; k < t->types; k++) {
		*action++ = coordinate(m->q1[k], lo, t->q_max);
		lo = fmax(lo, m->q1[k]);
	}
	for (int k = 0; k < t->types; k++) {
		for (int l = 0; l < t->types; l++) {
			lo = floor2(&reached, k, l);
			*action++ = coordinate(m->q2[k][l], lo, t->q_max);
			reached.q2[k][l] = fmax(lo, m->q2[k][l]);
		}
	}
}
