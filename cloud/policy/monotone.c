#include "cloud/policy/monotone.h"

#include <math.h>

#include "cloud/policy/benchmarks.h"
#include "common/contract/choice.h"
#include "common/contract/feasible.h"
#include "common/contract/isotonic.h"
#include "common/contract/model.h"
#include "common/contract/rewards.h"

#define K_MAX        CONTRACT_TYPES_MAX
#define WEIGHT_LEAST 1e-12 /* a pair of types without mass still needs a place in the order */
#define SWEEPS_MAX   500
#define MIXTURES     32

struct grid {
	double v[K_MAX][K_MAX];
};

static void project_rows(struct grid *g, const struct grid *weight, int n)
{
	for (int k = 0; k < n; k++)
		isotonic_decreasing(g->v[k], weight->v[k], n);
}

static void project_columns(struct grid *g, const struct grid *weight, int n)
{
	double column[K_MAX], mass[K_MAX];

	for (int l = 0; l < n; l++) {
		for (int k = 0; k < n; k++) {
			column[k] = g->v[k][l];
			mass[k] = weight->v[k][l];
		}
		isotonic_decreasing(column, mass, n);
		for (int k = 0; k < n; k++)
			g->v[k][l] = column[k];
	}
}

/* One of Dykstra's half steps: projects g plus what this half has taken off before. Returns how far g moved.
 */
static double half_step(struct grid *g, struct grid *taken, const struct grid *weight, int n,
                        void (*project)(struct grid *, const struct grid *, int))
{
	struct grid before = *g, sum;
	double moved = 0;

	for (int k = 0; k < n; k++)
		for (int l = 0; l < n; l++)
			g->v[k][l] += taken->v[k][l];
	sum = *g;
	project(g, weight, n);
	for (int k = 0; k < n; k++) {
		for (int l = 0; l < n; l++) {
			taken->v[k][l] = sum.v[k][l] - g->v[k][l];
			moved = fmax(moved, fabs(g->v[k][l] - before.v[k][l]));
		}
	}
	return moved;
}

/* Dykstra's alternating projections: the grid that falls in both indices and lies nearest in weighted
 * squares. */
static void isotonic_grid(struct grid *g, const struct grid *weight, int n)
{
	struct grid taken_rows = {{{0}}}, taken_columns = {{{0}}};

	for (int sweep = 0; sweep < SWEEPS_MAX; sweep++) {
		double moved = half_step(g, &taken_rows, weight, n, project_rows);

		moved += half_step(g, &taken_columns, weight, n, project_columns);
		if (moved < 1e-10)
			return;
	}
}

/* What a unit of base cost in item l of sub-menu k costs the cloud: the worker's cost, and the rent it leaves
 * to the types above k, as far as they are likelier than k to be above l. */
static void virtual_costs(const struct instance *in, struct grid *cost, struct grid *weight)
{
	const struct terms *t = &in->terms;
	double above = 1;

	for (int k = 0; k < t->types; k++) {
		double likelier = 0;

		above -= in->prior[k];
		for (int l = 0; l < t->types; l++) {
			double mass = fmax(in->prior[k] * t->transition[k][l], WEIGHT_LEAST);
			double gap = l + 1 < t->types ? 1 / t->theta[l] - 1 / t->theta[l + 1] : 0;

			if (k + 1 < t->types)
				likelier += t->transition[k][l] - t->transition[k + 1][l];
			cost->v[k][l] = 1 / t->theta[l] + fmax(above, 0) * fmax(likelier, 0) * gap / mass;
			weight->v[k][l] = mass;
		}
	}
}

/* Efforts that are optimal among monotone ones in intertemporal mode. */
static void chain_efforts(const struct instance *in, struct menu *m)
{
	struct grid cost, weight;
	int n = in->terms.types;

	*m = (struct menu){.types = n};
	single_period_efforts(in, in->prior, m->q1);
	virtual_costs(in, &cost, &weight);
	isotonic_grid(&cost, &weight, n);
	for (int k = 0; k < n; k++) {
		for (int l = 0; l < n; l++) {
			double q = effort_best(in, cost.v[k][l]);

			if (k > 0)
				q = fmax(q, m->q2[k - 1][l]);
			m->q2[k][l] = l > 0 ? fmax(q, m->q2[k][l - 1]) : q;
		}
	}
}

static void mix(const struct menu *a, const struct menu *b, double share, struct menu *m)
{
	m->types = a->types;
	for (int k = 0; k < a->types; k++) {
		m->q1[k] = (1 - share) * a->q1[k] + share * b->q1[k];
		for (int l = 0; l < a->types; l++)
			m->q2[k][l] = (1 - share) * a->q2[k][l] + share * b->q2[k][l];
	}
}

static void keep_better(const struct instance *in, const struct menu *m, struct menu *best, double *profit)
{
	double earned = menu_realised_profit(m, in);

	if (!(earned > *profit) || !menu_is_feasible(m, in))
		return;
	*best = *m;
	*profit = earned;
}

int monotone_solve(const struct instance *in, struct menu *out, struct err *e)
{
	struct menu chain, apart, m;
	double profit = -INFINITY;
	int rc;

	chain_efforts(in, &chain);
	rc = policy_static.solve(NULL, in, &apart, e);
	if (rc)
		return rc;
	keep_better(in, &apart, out, &profit);
	for (int i = 0; i <= MIXTURES; i++) {
		mix(&chain, &apart, (double)i / MIXTURES, &m);
		rc = menu_least_rewards(&m, in, e);
		if (rc)
			return rc;
		keep_better(in, &m, out, &profit);
		if (in->participation == PARTICIPATION_INTERTEMPORAL)
			break;
	}
	if (!isfinite(profit))
		return err_set(e, E_INFEASIBLE, "no monotone menu passed the feasibility check");
	return 0;
}

static int solve_monotone(const struct policy *p, const struct instance *in, struct menu *out, struct err *e)
{
	(void)p;
	return monotone_solve(in, out, e);
}

const struct policy_ops policy_monotone = {
    .name = "monotone",
    .summary = "the best menu with monotone efforts, without a solver",
    .solve = solve_monotone,
};
