#include "common/contract/feasible.h"

#include <math.h>
#include <stdio.h>

#include "common/contract/model.h"

__attribute__((format(printf, 3, 4))) static void note(struct violation *worst, double amount,
                                                       const char *fmt, ...)
{
	va_list ap;

	if (!(amount > worst->amount))
		return;
	worst->amount = amount;
	va_start(ap, fmt);
	vsnprintf(worst->text, sizeof(worst->text), fmt, ap);
	va_end(ap);
}

static void check_period2(const struct menu *m, const struct terms *t, struct violation *worst)
{
	for (int k = 0; k < t->types; k++) {
		for (int own = 0; own < t->types; own++) {
			double truthful = menu_rent2(m, t, k, own, own);

			note(worst, -truthful, "IR2: after item %d, type %d loses %.3g by its item", k + 1, own + 1,
			     -truthful);
			for (int item = 0; item < t->types; item++) {
				double gain = menu_rent2(m, t, k, item, own) - truthful;

				note(worst, gain, "IC2: after item %d, type %d prefers item %d by %.3g", k + 1, own + 1,
				     item + 1, gain);
			}
		}
	}
}

static void check_period1(const struct menu *m, const struct instance *in, struct violation *worst)
{
	const struct terms *t = &in->terms;

	for (int own = 0; own < t->types; own++) {
		double truthful = menu_utility(m, t, own, own);
		double alone = m->r1[own] - effort_cost(t, m->q1[own]) / t->theta[own];

		note(worst, -truthful, "IR1: type %d loses %.3g by its contract", own + 1, -truthful);
		if (in->participation == PARTICIPATION_PER_PERIOD)
			note(worst, -alone, "IR1, per-period: type %d loses %.3g in period 1", own + 1, -alone);
		for (int k = 0; k < t->types; k++) {
			double gain = menu_utility(m, t, own, k) - truthful;

			note(worst, gain, "IC1: type %d prefers item %d by %.3g", own + 1, k + 1, gain);
		}
	}
}

struct violation menu_violation(const struct menu *m, const struct instance *in)
{
	struct violation worst = {0};
	struct err e = ERR_INIT;

	if (menu_check(m, &in->terms, &e)) {
		note(&worst, INFINITY, "range: %.150s", e.text);
		return worst;
	}
	check_period2(m, &in->terms, &worst);
	check_period1(m, in, &worst);
	return worst;
}

bool menu_is_feasible(const struct menu *m, const struct instance *in)
{
	return menu_violation(m, in).amount <= CONTRACT_TOLERANCE;
}

int menu_require_feasible(const struct menu *m, const struct instance *in, struct err *e)
{
	struct violation v = menu_violation(m, in);

	if (v.amount <= CONTRACT_TOLERANCE)
		return 0;
	return err_set(e, E_INFEASIBLE, "the menu is not feasible: %s", v.text);
}
