#include "cloud/policy/exact_repair.h"

#include <math.h>
#include <stddef.h>

#include "common/contract/feasible.h"
#include "common/contract/model.h"
#include "common/contract/rewards.h"

static double clamp(double v, double lo, double hi)
{
	return fmin(hi, fmax(lo, v));
}

/* Sub-menu k at x: efforts made monotone (they are, but for noise), and each step of rent between neighbours
 * held to the interval that their two constraints leave. */
static void put_sub_menu(const struct program *p, const double *x, int k, struct menu *m)
{
	const struct terms *t = &p->in->terms;
	double rent = 0, asked = 0, z = 0;

	for (int l = 0; l < p->types; l++) {
		double below = z;

		z = fmax(below, clamp(x[program_z2(p, k, l)], 0, p->z_max) * p->cost);
		m->q2[k][l] = fmin(effort_of_cost(t, z), t->q_max);
		if (l > 0) {
			double gap = 1 / t->theta[l - 1] - 1 / t->theta[l];
			double now = x[program_u(p, k, l)] * p->money;

			rent += clamp(now - asked, below * gap, z * gap);
			asked = now;
		}
		m->r2[k][l] = rent + z / t->theta[l];
	}
}

static void put_efforts1(const struct program *p, const double *x, struct menu *m)
{
	const struct terms *t = &p->in->terms;

	m->types = p->types;
	for (int k = 0; k < p->types; k++)
		m->q1[k] = fmin(effort_of_cost(t, clamp(x[program_z1(p, k)], 0, p->z_max) * p->cost), t->q_max);
}

static void keep_better(const struct program *p, const struct menu *m, struct menu *best, double *profit)
{
	double earned = menu_profit(m, p->in);

	if (!(earned > *profit) || !menu_is_feasible(m, p->in))
		return;
	*best = *m;
	*profit = earned;
}

/* The solver's own second-period rents, which can be steeper than the least where that keeps lower types from
 * item k; and the least ones, which are cheaper where rounding is all that made the others. */
static void try_point(const struct program *p, const double *x, struct menu *best, double *profit)
{
	struct menu m = {0};

	put_efforts1(p, x, &m);
	for (int k = 0; k < p->types; k++)
		put_sub_menu(p, x, k, &m);
	if (menu_least_rewards1(&m, p->in, NULL) == 0)
		keep_better(p, &m, best, profit);
	if (menu_least_rewards(&m, p->in, NULL) == 0)
		keep_better(p, &m, best, profit);
}

int program_menu(const struct program *p, const double *x, struct menu *out, struct err *e)
{
	double inside[PROGRAM_VARIABLES_MAX], mixed[PROGRAM_VARIABLES_MAX];
	double profit = -INFINITY;

	/* Feasible points form a convex set, so a touch of an inner point undoes the noise that closes a cycle of
	 * binding constraints. The least touch that suffices costs least. */
	program_start(p, inside);
	for (double share = 0; share<2e-3; share = share> 0 ? 10 * share : 1e-10) {
		for (int i = 0; i < p->variables; i++)
			mixed[i] = (1 - share) * x[i] + share * inside[i];
		try_point(p, mixed, out, &profit);
		if (isfinite(profit) && share >= 1e-7)
			return 0;
	}
	if (isfinite(profit))
		return 0;
	return err_set(e, E_INFEASIBLE, "no feasible menu near the solver's point");
}
