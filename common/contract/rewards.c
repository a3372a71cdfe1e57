#include "common/contract/rewards.h"

#include <math.h>
#include <stdio.h>

#include "common/contract/model.h"

/* Constraints value[to] >= value[from] + gain[to][from], and value[] >= what it starts with. */
struct graph {
	int nodes;
	double gain[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX];
	double value[CONTRACT_TYPES_MAX];
	int before[CONTRACT_TYPES_MAX]; /* the node that raised this one, or -1 */
};

/* One pass over all edges; the node raised last, or -1. Gains within rounding do not count, else a cycle of
 * gain zero would go round for ever. */
static int relax(struct graph *g)
{
	int raised = -1;

	for (int to = 0; to < g->nodes; to++) {
		for (int from = 0; from < g->nodes; from++) {
			double candidate = g->value[from] + g->gain[to][from];

			if (from == to || !(candidate > g->value[to] + 1e-13 * (1 + fabs(candidate))))
				continue;
			g->value[to] = candidate;
			g->before[to] = from;
			raised = to;
		}
	}
	return raised;
}

/* Follows `before` until it closes, and names the types on the way: "1 -> 3 -> 1". */
static int report_cycle(const struct graph *g, int at, const char *stage, struct err *e)
{
	char names[CONTRACT_TYPES_MAX * 8 + 8] = "";
	double gain = 0;
	size_t used;
	int node;

	for (int i = 0; i < g->nodes && g->before[at] >= 0; i++)
		at = g->before[at];
	used = (size_t)snprintf(names, sizeof(names), "%d", at + 1);
	node = at;
	for (int i = 0; i < g->nodes && g->before[node] >= 0; i++) {
		gain += g->gain[node][g->before[node]];
		node = g->before[node];
		used += (size_t)snprintf(names + used, sizeof(names) - used, " -> %d", node + 1);
		if (node == at)
			break;
	}
	return err_set(e, E_INFEASIBLE,
	               "%s: no rewards implement these efforts: types %s demand %.3g more in every turn", stage,
	               names, gain);
}

static int longest_paths(struct graph *g, const char *stage, struct err *e)
{
	int raised = 0;

	for (int k = 0; k < g->nodes; k++)
		g->before[k] = -1;
	/* A longest path has at most nodes - 1 edges; what still rises after that lies on or behind a cycle. */
	for (int pass = 0; pass <= g->nodes && raised >= 0; pass++)
		raised = relax(g);
	if (raised >= 0)
		return report_cycle(g, raised, stage, e);
	return 0;
}

static int sub_menu(struct menu *m, const struct terms *t, int k, struct err *e)
{
	struct graph g = {.nodes = t->types};
	char stage[64];
	int rc;

	for (int to = 0; to < t->types; to++)
		for (int from = 0; from < t->types; from++)
			g.gain[to][from] = effort_cost(t, m->q2[k][from]) * (1 / t->theta[from] - 1 / t->theta[to]);
	snprintf(stage, sizeof(stage), "period 2 after item %d", k + 1);
	rc = longest_paths(&g, stage, e);
	for (int l = 0; rc == 0 && l < t->types; l++)
		m->r2[k][l] = g.value[l] + effort_cost(t, m->q2[k][l]) / t->theta[l];
	return rc;
}

int menu_least_rewards2(struct menu *m, const struct terms *t, struct err *e)
{
	int rc = 0;

	m->types = t->types;
	for (int k = 0; rc == 0 && k < t->types; k++)
		rc = sub_menu(m, t, k, e);
	return rc;
}

int menu_least_rewards1(struct menu *m, const struct instance *in, struct err *e)
{
	const struct terms *t = &in->terms;
	double promise[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX]; /* [own][k] = delta * W_own(k) */
	struct graph g = {.nodes = t->types};
	int rc;

	for (int own = 0; own < t->types; own++)
		for (int k = 0; k < t->types; k++)
			promise[own][k] = t->delta * menu_continuation(m, t, k, own);
	for (int to = 0; to < t->types; to++) {
		g.value[to] = in->participation == PARTICIPATION_PER_PERIOD ? promise[to][to] : 0;
		for (int from = 0; from < t->types; from++)
			g.gain[to][from] = effort_cost(t, m->q1[from]) * (1 / t->theta[from] - 1 / t->theta[to]) +
			                   promise[to][from] - promise[from][from];
	}
	rc = longest_paths(&g, "period 1", e);
	for (int k = 0; rc == 0 && k < t->types; k++)
		m->r1[k] = g.value[k] + effort_cost(t, m->q1[k]) / t->theta[k] - promise[k][k];
	return rc;
}

int menu_least_rewards(struct menu *m, const struct instance *in, struct err *e)
{
	int rc = menu_least_rewards2(m, &in->terms, e);

	return rc ? rc : menu_least_rewards1(m, in, e);
}
