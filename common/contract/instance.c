#include "common/contract/instance.h"

#include <math.h>
#include <stdio.h>
#include <stdbool.h>
#include <string.h>

#include "common/contract/isotonic.h"

static int check_number(const char *field, double v, bool zero_too, double hi, struct err *e)
{
	if (isfinite(v) && (zero_too ? v >= 0 : v > 0) && v <= hi)
		return 0;
	return err_set(e, E_INVALID, "%s is %g; accepted are numbers %s 0 and at most %g", field, v,
	               zero_too ? "of at least" : "above", hi);
}

/* Probabilities: none negative, their sum near 1. `row` is from 0, or -1 when the field is one list. */
static int check_distribution(const char *field, int row, const double *p, int n, struct err *e)
{
	double sum = 0;
	char where[64];

	if (row < 0)
		snprintf(where, sizeof(where), "%s", field);
	else
		snprintf(where, sizeof(where), "%s, row %d", field, row + 1);
	for (int i = 0; i < n; i++) {
		if (!(p[i] >= 0 && p[i] <= 1 + CONTRACT_SUM_TOLERANCE))
			return err_set(e, E_INVALID, "%s: element %d is %g, not a probability", where, i + 1, p[i]);
		sum += p[i];
	}
	if (fabs(sum - 1) > CONTRACT_SUM_TOLERANCE)
		return err_set(e, E_INVALID, "%s sums to %.9g, not to 1 (within %g)", where, sum,
		               CONTRACT_SUM_TOLERANCE);
	return 0;
}

static int check_theta(const struct terms *t, struct err *e)
{
	if (t->types < 1 || t->types > CONTRACT_TYPES_MAX)
		return err_set(e, E_LIMIT, "types: there are %d; accepted are 1 to %d", t->types, CONTRACT_TYPES_MAX);
	for (int k = 0; k < t->types; k++) {
		if (!(isfinite(t->theta[k]) && t->theta[k] > 0 && t->theta[k] <= CONTRACT_NUMBER_MAX))
			return err_set(e, E_INVALID,
			               "types: element %d is %g; accepted are numbers above 0 and at most %g", k + 1,
			               t->theta[k], CONTRACT_NUMBER_MAX);
		if (k > 0 && !(t->theta[k] > t->theta[k - 1]))
			return err_set(e, E_INVALID, "types: element %d (%g) is not above element %d (%g)", k + 1,
			               t->theta[k], k, t->theta[k - 1]);
	}
	return 0;
}

static int check_transition(const struct terms *t, struct err *e)
{
	int row = 0;
	int rc = 0;
	double breach;

	for (int k = 0; rc == 0 && k < t->types; k++)
		rc = check_distribution("transition", k, t->transition[k], t->types, e);
	if (rc)
		return rc;
	breach = fosd_breach(t->transition, t->types, &row);
	if (breach > CONTRACT_SUM_TOLERANCE)
		return err_set(
		    e, E_INVALID,
		    "transition: row %d is not ordered after row %d: a cumulative probability rises by %.3g, "
		    "but a higher type must be likelier to stay high",
		    row + 1, row, breach);
	return 0;
}

int terms_check(const struct terms *t, struct err *e)
{
	int rc = check_theta(t, e);

	if (rc == 0)
		rc = check_transition(t, e);
	if (rc == 0)
		rc = check_number("delta", t->delta, false, 1, e);
	if (rc == 0)
		rc = check_number("e1", t->e1, false, CONTRACT_NUMBER_MAX, e);
	if (rc == 0)
		rc = check_number("e3", t->e3, true, CONTRACT_NUMBER_MAX, e);
	if (rc == 0)
		rc = check_number("q_max", t->q_max, false, CONTRACT_NUMBER_MAX, e);
	return rc;
}

int instance_check(const struct instance *in, struct err *e)
{
	int rc = terms_check(&in->terms, e);

	if (rc == 0)
		rc = check_distribution("prior", -1, in->prior, in->terms.types, e);
	if (rc == 0)
		rc = check_number("alpha", in->alpha, false, CONTRACT_NUMBER_MAX, e);
	if (rc == 0)
		rc = check_number("beta", in->beta, false, CONTRACT_NUMBER_MAX, e);
	if (rc == 0 && in->participation != PARTICIPATION_INTERTEMPORAL &&
	    in->participation != PARTICIPATION_PER_PERIOD)
		rc = err_set(e, E_INVALID, "participation is unknown; accepted are intertemporal and per-period");
	return rc;
}

static void tidy_distribution(double *p, int n)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += p[i];
	if (fabs(sum - 1) <= 1e-12)
		return;
	for (int i = 0; i < n; i++)
		p[i] /= sum;
}

void instance_tidy(struct instance *in)
{
	struct terms *t = &in->terms;
	double weight[CONTRACT_TYPES_MAX];
	int row;

	tidy_distribution(in->prior, t->types);
	for (int k = 0; k < t->types; k++) {
		tidy_distribution(t->transition[k], t->types);
		weight[k] = 1;
	}
	if (fosd_breach(t->transition, t->types, &row) > 1e-12)
		fosd_project(t->transition, t->types, weight);
}

double fosd_breach(const double p[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX], int types, int *row)
{
	double worst = 0;

	*row = 0;
	for (int k = 1; k < types; k++) {
		double rise = 0;

		for (int m = 0; m < types - 1; m++) {
			rise += p[k][m] - p[k - 1][m];
			if (rise > worst) {
				worst = rise;
				*row = k;
			}
		}
	}
	return worst;
}

void fosd_project(double p[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX], int types, const double *weight)
{
	double cumulative[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX] = {{0}}; /* [m][k] */

	for (int k = 0; k < types; k++) {
		double sum = 0;

		for (int m = 0; m < types; m++) {
			sum += p[k][m];
			cumulative[m][k] = m == types - 1 ? 1 : sum;
		}
	}
	for (int m = 0; m < types; m++)
		isotonic_decreasing(cumulative[m], weight, types);
	for (int k = 0; k < types; k++)
		for (int m = 0; m < types; m++)
			p[k][m] = fmax(0, cumulative[m][k] - (m > 0 ? cumulative[m - 1][k] : 0));
}

const char *participation_name(enum participation p)
{
	return p == PARTICIPATION_PER_PERIOD ? "per-period" : "intertemporal";
}

int participation_parse(const char *text, enum participation *out, struct err *e)
{
	if (strcmp(text, "intertemporal") == 0)
		*out = PARTICIPATION_INTERTEMPORAL;
	else if (strcmp(text, "per-period") == 0)
		*out = PARTICIPATION_PER_PERIOD;
	else
		return err_set(e, E_INVALID, "participation '%.32s' is not one of intertemporal, per-period", text);
	return 0;
}
