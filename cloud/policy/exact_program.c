#include "cloud/policy/exact_program.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "common/contract/model.h"

/* A type of no mass would leave its efforts undetermined; with this much it is served well and costs nothing
 * that shows in the profit. */
#define MASS_LEAST 1e-8

int program_z1(const struct program *p, int k)
{
	(void)p;
	return k;
}

int program_z2(const struct program *p, int k, int l)
{
	return p->types + k * p->types + l;
}

int program_u(const struct program *p, int k, int l)
{
	assert(l >= 1);
	return p->efforts + k * (p->types - 1) + l - 1;
}

int program_total(const struct program *p, int k)
{
	return p->efforts + p->types * (p->types - 1) + k;
}

static void enter(struct program *p, int column, double coefficient)
{
	assert(p->entries < PROGRAM_ENTRIES_MAX);
	p->row[p->entries] = p->rows;
	p->column[p->entries] = column;
	p->coefficient[p->entries] = coefficient;
	p->entries++;
}

static void enter_rent(struct program *p, int k, int l, double coefficient)
{
	if (l > 0)
		enter(p, program_u(p, k, l), coefficient);
}

/* Price per unit of z for a type, in money units. */
static double price_of(const struct program *p, int k)
{
	return p->cost / (p->money * p->in->terms.theta[k]);
}

static void build_sub_menu(struct program *p, int k)
{
	for (int l = 0; l + 1 < p->types; l++) {
		double gap = price_of(p, l) - price_of(p, l + 1);

		enter_rent(p, k, l + 1, 1);
		enter_rent(p, k, l, -1);
		enter(p, program_z2(p, k, l), -gap);
		p->rows++;
		enter_rent(p, k, l, 1);
		enter_rent(p, k, l + 1, -1);
		enter(p, program_z2(p, k, l + 1), gap);
		p->rows++;
	}
}

/* Type `own` gains nothing by taking item k. */
static void build_period1(struct program *p, int own, int k)
{
	const struct terms *t = &p->in->terms;

	enter(p, program_total(p, own), 1);
	enter(p, program_total(p, k), -1);
	enter(p, program_z1(p, k), price_of(p, own) - price_of(p, k));
	for (int l = 1; l < p->types; l++)
		enter_rent(p, k, l, -t->delta * (t->transition[own][l] - t->transition[k][l]));
	p->rows++;
}

static void build_participation(struct program *p, int own)
{
	const struct terms *t = &p->in->terms;

	enter(p, program_total(p, own), 1);
	for (int l = 1; l < p->types; l++)
		enter_rent(p, own, l, -t->delta * t->transition[own][l]);
	p->rows++;
}

static void build_objective(struct program *p)
{
	const struct terms *t = &p->in->terms;

	for (int k = 0; k < p->types; k++) {
		double mass = fmax(p->in->prior[k], MASS_LEAST);

		p->weight[program_z1(p, k)] = mass;
		p->price[program_z1(p, k)] = price_of(p, k);
		for (int l = 0; l < p->types; l++) {
			p->weight[program_z2(p, k, l)] = fmax(t->delta * mass * t->transition[k][l], MASS_LEAST);
			p->price[program_z2(p, k, l)] = price_of(p, l);
		}
	}
}

void program_build(struct program *p, const struct instance *in)
{
	int types = in->terms.types;
	double top = effort_best(in, 1 / in->terms.theta[types - 1]);

	assert(top > 0);
	memset(p, 0, sizeof(*p));
	p->in = in;
	p->money = effort_value(in, top);
	p->cost = effort_cost(&in->terms, top);
	p->z_max = effort_cost(&in->terms, in->terms.q_max) / p->cost;
	p->types = types;
	p->efforts = types + types * types;
	p->variables = 2 * p->efforts - types;
	build_objective(p);
	for (int k = 0; k < types; k++)
		build_sub_menu(p, k);
	for (int own = 0; own < types; own++) {
		for (int k = 0; k < types; k++)
			if (k != own)
				build_period1(p, own, k);
		if (in->participation == PARTICIPATION_PER_PERIOD)
			build_participation(p, own);
	}
}

void program_start(const struct program *p, double *x)
{
	/* Below the efficient effort of the highest type, and so below the limit too. */
	double total = 0;

	for (int k = 0; k < p->types; k++) {
		double rent = 0;

		x[program_z1(p, k)] = (k + 1.0) / (p->types + 1);
		for (int l = 0; l < p->types; l++) {
			double z = (k + l + 1.0) / (2 * p->types);

			if (l > 0) {
				rent += (z - 0.25 / p->types) * (price_of(p, l - 1) - price_of(p, l));
				x[program_u(p, k, l)] = rent;
			}
			x[program_z2(p, k, l)] = z;
		}
		if (k > 0)
			total += (k + 0.5) / (p->types + 1) * (price_of(p, k - 1) - price_of(p, k));
		x[program_total(p, k)] = total + rent + 0.01;
	}
}

static double effort_at(const struct program *p, double z)
{
	return effort_of_cost(&p->in->terms, z * p->cost);
}

double program_objective(const struct program *p, const double *x)
{
	double profit = 0;

	for (int i = 0; i < p->efforts; i++)
		profit += p->weight[i] * (effort_value(p->in, effort_at(p, x[i])) / p->money - p->price[i] * x[i]);
	for (int k = 0; k < p->types; k++)
		profit -= p->in->prior[k] * x[program_total(p, k)];
	return -profit;
}

void program_gradient(const struct program *p, const double *x, double *gradient)
{
	memset(gradient, 0, sizeof(*gradient) * (size_t)p->variables);
	for (int i = 0; i < p->efforts; i++) {
		double q = effort_at(p, x[i]);
		double slope = effort_value_slope(p->in, q) / effort_cost_slope(&p->in->terms, q);

		gradient[i] = -p->weight[i] * (slope * p->cost / p->money - p->price[i]);
	}
	for (int k = 0; k < p->types; k++)
		gradient[program_total(p, k)] = p->in->prior[k];
}

/* With q(z) the inverse of C: d2V/dz2 = (V''*C' - V'*C'')/C'^3. */
void program_curvature(const struct program *p, const double *x, double *diagonal)
{
	const struct instance *in = p->in;
	double unit = p->cost * p->cost / p->money;

	for (int i = 0; i < p->efforts; i++) {
		double q = effort_at(p, x[i]);
		double cost1 = effort_cost_slope(&in->terms, q);
		double cost2 = 6 * in->terms.e3 * q;
		double value1 = effort_value_slope(in, q);
		double value2 = -value1 * in->beta / (1 + in->beta * q);

		diagonal[i] = -p->weight[i] * unit * (value2 * cost1 - value1 * cost2) / (cost1 * cost1 * cost1);
	}
}

void program_constraints(const struct program *p, const double *x, double *value)
{
	memset(value, 0, sizeof(*value) * (size_t)p->rows);
	for (int i = 0; i < p->entries; i++)
		value[p->row[i]] += p->coefficient[i] * x[p->column[i]];
}
