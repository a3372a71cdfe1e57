/* The cloud's problem as a convex program (contract-model: "exact optimum"), free of any solver.
 *
 * Variables, with base costs in units of C(q*) and money in units of V(q*), q* = the efficient effort of the
 * highest type:  z1[k] = C(q1_k), z2[k][l] = C(q2_kl), both in [0, z_max];  u[k][l], l >= 1 = rent of type l
 * in sub-menu k (that of the lowest type is 0 without loss: a constant in u_k moves between the periods for
 * free);  U[k] = the rent of both periods. V(C^-1(z)) is concave and every constraint is linear, so a local
 * optimum is the optimum. Within a sub-menu the constraints between neighbours imply all others (single
 * crossing); IC1 is kept for every pair, because the local ones alone do not imply it. */
#ifndef POLICY_EXACT_PROGRAM_H
#define POLICY_EXACT_PROGRAM_H

#include "common/contract/menu.h"

#define PROGRAM_K             CONTRACT_TYPES_MAX
#define PROGRAM_VARIABLES_MAX (2 * PROGRAM_K + 2 * PROGRAM_K * PROGRAM_K)
#define PROGRAM_ROWS_MAX      (2 * PROGRAM_K * PROGRAM_K + PROGRAM_K * PROGRAM_K + PROGRAM_K)
#define PROGRAM_ENTRIES_MAX   (6 * PROGRAM_K * PROGRAM_K + PROGRAM_K * (PROGRAM_K + 3) * PROGRAM_K)

struct program {
	const struct instance *in;
	double money, cost; /* units in credits: V(q*), C(q*) */
	double z_max;       /* C(q_max) in units of cost */
	int types;
	int efforts; /* K + K^2: the first variables, the only ones with curvature */
	int variables;
	int rows;    /* constraints, each >= 0 */
	int entries; /* of the constraints' matrix */
	int row[PROGRAM_ENTRIES_MAX];
	int column[PROGRAM_ENTRIES_MAX];
	double coefficient[PROGRAM_ENTRIES_MAX];
	double weight[PROGRAM_VARIABLES_MAX]; /* of an effort's surplus: its probability, discounted */
	double price[PROGRAM_VARIABLES_MAX];  /* of an effort, its type's cost in money units per unit of z */
};

/* For an instance in which some effort is worth its cost to the highest type (q* > 0). */
void program_build(struct program *p, const struct instance *in);

int program_z1(const struct program *p, int k);
int program_z2(const struct program *p, int k, int l);
int program_u(const struct program *p, int k, int l); /* l >= 1 */
int program_total(const struct program *p, int k);

/* A point well inside the constraints. */
void program_start(const struct program *p, double *x);
/* To be minimised: minus the profit in money units. */
double program_objective(const struct program *p, const double *x);
void program_gradient(const struct program *p, const double *x, double *gradient);
/* Second derivatives of the objective by the efforts; all others, and mixed ones, are zero. */
void program_curvature(const struct program *p, const double *x, double *diagonal);
void program_constraints(const struct program *p, const double *x, double *value);

#endif
