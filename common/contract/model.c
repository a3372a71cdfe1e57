#include "common/contract/model.h"

#include <math.h>

double effort_cost(const struct terms *t, double q)
{
	return q * (t->e1 + t->e3 * q * q);
}

double effort_cost_slope(const struct terms *t, double q)
{
	return t->e1 + 3 * t->e3 * q * q;
}

/* The one real root of e3*q^3 + e1*q = z in its hyperbolic form, which loses no digits for small z; Newton
 * then mends the last ones. */
double effort_of_cost(const struct terms *t, double z)
{
	double q, scale, argument;

	if (z <= 0)
		return 0;
	q = z / t->e1;
	if (t->e3 * q * q <= 1e-18 * t->e1)
		return q;
	scale = 2 * sqrt(t->e1 / (3 * t->e3));
	argument = 3 * z / (t->e1 * scale);
	q = scale * sinh(asinh(argument) / 3);
	for (int i = 0; i < 2; i++)
		q -= (effort_cost(t, q) - z) / effort_cost_slope(t, q);
	return q;
}

double effort_value(const struct instance *in, double q)
{
	return in->alpha * log1p(in->beta * q);
}

double effort_value_slope(const struct instance *in, double q)
{
	return in->alpha * in->beta / (1 + in->beta * q);
}

static double surplus_slope(const struct instance *in, double price, double q)
{
	return effort_value_slope(in, q) - price * effort_cost_slope(&in->terms, q);
}

/* Its derivative, below 0 wherever there is value to gain. */
static double surplus_bend(const struct instance *in, double price, double q)
{
	double b = in->beta / (1 + in->beta * q);

	return -in->alpha * b * b - price * 6 * in->terms.e3 * q;
}

double effort_best(const struct instance *in, double price)
{
	double lo = 0;
	double hi = in->terms.q_max;
	double q = hi / 4;

	if (!(surplus_slope(in, price, lo) > 0))
		return lo;
	if (surplus_slope(in, price, hi) >= 0)
		return hi;
	/* Newton's steps, or halves where those would leave the bracket; the slope falls strictly. */
	for (int i = 0; i < 100 && hi - lo > 1e-15 * hi; i++) {
		double slope = surplus_slope(in, price, q), next = q - slope / surplus_bend(in, price, q);

		if (fabs(next - q) <= 1e-15 * q)
			return next;
		if (slope > 0)
			lo = q;
		else
			hi = q;
		q = next > lo && next < hi ? next : lo + (hi - lo) / 2;
	}
	return q;
}
