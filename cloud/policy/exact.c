#include "cloud/policy/exact.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "cloud/policy/benchmarks.h"
#include "cloud/policy/exact_ipopt.h"
#include "cloud/policy/exact_repair.h"
#include "cloud/policy/monotone.h"
#include "common/base/mem.h"
#include "common/contract/feasible.h"
#include "common/contract/model.h"

static atomic_ulong fallbacks;

unsigned long exact_fallbacks(void)
{
	return atomic_load(&fallbacks);
}

/* How much of the unit of money the menu may earn less than the solver's own point for the try to count. */
#define SHORTFALL_MAX 1e-6

/* One try. A menu made feasible that earns less than the solver's point promised is a failed one too. */
static int attempt_once(const struct program *p, int attempt, struct menu *out, struct err *e)
{
	double x[PROGRAM_VARIABLES_MAX] = {0};
	double promised, earned;
	int rc;

	program_start(p, x);
	rc = program_minimise(p, attempt, x, e);
	if (rc == 0)
		rc = program_menu(p, x, out, e);
	if (rc)
		return rc;
	promised = -program_objective(p, x) * p->money;
	earned = menu_profit(out, p->in);
	if (earned < promised - SHORTFALL_MAX * p->money)
		return err_set(e, E_SOLVER, "the menu made feasible earns %.9g, the solver's point %.9g", earned,
		               promised);
	return 0;
}

static int by_solver(const struct instance *in, struct menu *out, struct err *e)
{
	struct program *p = mem_alloc(sizeof(*p));
	int rc = E_SOLVER;

	program_build(p, in);
	for (int attempt = 0; rc && attempt < PROGRAM_ATTEMPTS; attempt++)
		rc = attempt_once(p, attempt, out, e);
	free(p);
	return rc;
}

/* The monotone menu costs microseconds. It stands in when the solver fails, and where it is the optimum it is
 * often better by the last digits. */
static int solve_hard(const struct instance *in, struct menu *out, struct err *e)
{
	struct menu monotone;
	struct err why = ERR_INIT;
	int no_monotone = monotone_solve(in, &monotone, e);
	int no_solver = by_solver(in, out, &why);

	if (no_solver && no_monotone)
		return err_set(e, E_SOLVER, "%.200s; and no monotone menu either", why.text);
	if (no_solver)
		atomic_fetch_add(&fallbacks, 1);
	if (no_solver || (!no_monotone && menu_profit(&monotone, in) > menu_profit(out, in)))
		*out = monotone;
	return 0;
}

static int solve_exact(const struct policy *p, const struct instance *in, struct menu *out, struct err *e)
{
	int top = in->terms.types - 1;
	int rc;

	/* With one type nothing is private; and when no effort is worth its cost even to the highest type, none
	 * is to anyone. Either way the efficient efforts at cost are the optimum. */
	if (top == 0 || !(effort_best(in, 1 / in->terms.theta[top]) > 0))
		return policy_first_best.solve(p, in, out, e);
	rc = solve_hard(in, out, e);
	return rc ? rc : menu_require_feasible(out, in, e);
}

const struct policy_ops policy_exact = {
    .name = "exact",
    .summary = "the second-best optimum over all constraints (Ipopt)",
    .solve = solve_exact,
};
