#include "cloud/policy/exact_ipopt.h"

#include <IpStdCInterface.h>
#include <pthread.h>
#include <stdint.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static Bool on_objective(Index n, Number *x, Bool fresh, Number *out, UserDataPtr user)
{
	(void)n;
	(void)fresh;
	*out = program_objective(user, x);
	return TRUE;
}

static Bool on_gradient(Index n, Number *x, Bool fresh, Number *out, UserDataPtr user)
{
	(void)n;
	(void)fresh;
	program_gradient(user, x, out);
	return TRUE;
}

static Bool on_constraints(Index n, Number *x, Bool fresh, Index m, Number *out, UserDataPtr user)
{
	(void)n;
	(void)fresh;
	(void)m;
	program_constraints(user, x, out);
	return TRUE;
}

/* Asked once for the places (values is NULL), then for the values. */
static Bool on_jacobian(Index n, Number *x, Bool fresh, Index m, Index count, Index *row, Index *column,
                        Number *values, UserDataPtr user)
{
	const struct program *p = user;

	(void)n;
	(void)x;
	(void)fresh;
	(void)m;
	for (Index i = 0; i < count; i++) {
		if (values) {
			values[i] = p->coefficient[i];
			continue;
		}
		row[i] = p->row[i];
		column[i] = p->column[i];
	}
	return TRUE;
}

/* The constraints are linear: only the objective curves, and only along the diagonal of the efforts. */
static Bool on_hessian(Index n, Number *x, Bool fresh, Number factor, Index m, Number *lambda,
                       Bool fresh_lambda, Index count, Index *row, Index *column, Number *values,
                       UserDataPtr user)
{
	(void)n;
	(void)fresh;
	(void)m;
	(void)lambda;
	(void)fresh_lambda;
	if (values)
		program_curvature(user, x, values);
	for (Index i = 0; i < count; i++) {
		if (values) {
			values[i] *= factor;
			continue;
		}
		row[i] = i;
		column[i] = i;
	}
	return TRUE;
}

static IpoptProblem create(const struct program *p)
{
	double lo[PROGRAM_VARIABLES_MAX], hi[PROGRAM_VARIABLES_MAX];
	double row_lo[PROGRAM_ROWS_MAX], row_hi[PROGRAM_ROWS_MAX];

	for (int i = 0; i < p->variables; i++) {
		lo[i] = 0;
		hi[i] = i < p->efforts ? p->z_max : 2e19;
	}
	for (int i = 0; i < p->rows; i++) {
		row_lo[i] = 0;
		row_hi[i] = 2e19;
	}
	return CreateIpoptProblem(p->variables, lo, hi, p->rows, row_lo, row_hi, p->entries, p->efforts, 0,
	                          on_objective, on_constraints, on_gradient, on_jacobian, on_hessian);
}

/* Attempt 0 is the fastest that solved every instance tried; the later ones trade time for patience. */
static Bool set_options(IpoptProblem problem, int attempt)
{
	/* No output, and no option file picked up from the folder the daemon happens to run in. */
	Bool ok = AddIpoptIntOption(problem, "print_level", 0) && AddIpoptStrOption(problem, "sb", "yes") &&
	          AddIpoptStrOption(problem, "option_file_name", "") &&
	          AddIpoptStrOption(problem, "linear_solver", "mumps") &&
	          AddIpoptIntOption(problem, "mumps_pivot_order", 0) &&
	          AddIpoptStrOption(problem, "jac_d_constant", "yes") &&
	          AddIpoptNumOption(problem, "tol", 1e-8) && AddIpoptNumOption(problem, "mu_init", 0.01) &&
	          AddIpoptIntOption(problem, "max_iter", attempt < 2 ? 300 : 3000);

	if (attempt > 0)
		ok = ok && AddIpoptStrOption(problem, "mu_strategy", "adaptive");
	if (attempt < 2)
		ok = ok && AddIpoptNumOption(problem, "bound_relax_factor", 0);
	return ok;
}

int program_minimise(const struct program *p, int attempt, double *x, struct err *e)
{
	enum ApplicationReturnStatus status = Internal_Error;
	IpoptProblem problem;

	pthread_mutex_lock(&one_at_a_time);
	problem = create(p);
	if (problem && set_options(problem, attempt))
		status = IpoptSolve(problem, x, NULL, NULL, NULL, NULL, NULL, (UserDataPtr)(uintptr_t)p);
	if (problem)
		FreeIpoptProblem(problem);
	pthread_mutex_unlock(&one_at_a_time);
	if (status == Solve_Succeeded || status == Solved_To_Acceptable_Level)
		return 0;
	return err_set(e, E_SOLVER, "Ipopt ended with status %d on an instance of %d types", (int)status,
	               p->types);
}
