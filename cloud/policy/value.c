#include "cloud/policy/value.h"

#include <math.h>
#include <string.h>

#define ERROR_LEAST 0.02 /* remaining error below which a gain says nothing */
#define NOISE       0.5  /* sd of a round's gain, as a share of the expected one */
#define PULL        8    /* rounds that the market's values are worth at the ends of the span */
#define GRID        16   /* cells on either side of the middle */
#define REFINEMENTS 3

void value_init(struct value_model *v, const struct instance *market)
{
	*v = (struct value_model){.alpha = market->alpha, .beta = market->beta};
}

int value_check(const struct value_model *v, struct err *e)
{
	if (!(v->alpha > 0 && v->alpha <= CONTRACT_NUMBER_MAX && v->beta > 0 && v->beta <= CONTRACT_NUMBER_MAX &&
	      v->price >= 0 && v->price <= 1e12))
		return err_set(e, E_INVALID, "value model: alpha %g, beta %g, price %g", v->alpha, v->beta, v->price);
	if (v->count < 0 || v->count > VALUE_ROUNDS)
		return err_set(e, E_INVALID, "value model: %d rounds (accepted: 0 to %d)", v->count, VALUE_ROUNDS);
	for (int i = 0; i < v->count; i++)
		if (!(v->effort[i] > 0 && v->effort[i] <= CONTRACT_NUMBER_MAX && fabs(v->gain[i]) <= 1))
			return err_set(e, E_INVALID, "value model: round %d has effort %g, gain %g", i + 1, v->effort[i],
			               v->gain[i]);
	return 0;
}

double value_gain(double before, double after)
{
	double error = fmax(ERROR_LEAST, 1 - before);

	return fmax(-1, fmin(1, (after - before) / error));
}

static double median(const double *from, int n)
{
	double v[VALUE_ROUNDS];

	memcpy(v, from, (size_t)n * sizeof(*v));
	for (int i = 1; i < n; i++)
		for (int k = i; k > 0 && v[k] < v[k - 1]; k--) {
			double x = v[k];

			v[k] = v[k - 1];
			v[k - 1] = x;
		}
	return n % 2 ? v[n / 2] : 0.5 * (v[n / 2 - 1] + v[n / 2]);
}

void value_learn(struct value_model *v, double effort, double gain)
{
	if (v->count == VALUE_ROUNDS) {
		v->count--;
		memmove(v->effort, v->effort + 1, sizeof(*v->effort) * VALUE_ROUNDS - sizeof(*v->effort));
		memmove(v->gain, v->gain + 1, sizeof(*v->gain) * VALUE_ROUNDS - sizeof(*v->gain));
	}
	v->effort[v->count] = effort;
	v->gain[v->count++] = gain;
	/* modules that did not gain at first have no price yet */
	if (v->price <= 0 && v->count >= VALUE_REFERENCE && median(v->gain, v->count) > 0)
		v->price = v->alpha * log1p(v->beta * median(v->effort, v->count)) / median(v->gain, v->count);
}

static double huber(double x)
{
	return fabs(x) <= 1 ? 0.5 * x * x : fabs(x) - 0.5;
}

/* Logarithms of alpha and beta over the market's. */
struct point {
	double a, b;
};

/* `worth`: log(1 + beta*effort) of each round, for the beta of `at`. */
static double loss(const struct value_model *v, struct point at, const double *worth)
{
	double alpha = v->alpha * exp(at.a), span = log(VALUE_SPAN);
	double sum = 0.5 * PULL * (at.a * at.a + at.b * at.b) / (span * span);

	for (int i = 0; i < v->count; i++) {
		double expected = v->alpha * log1p(v->beta * v->effort[i]);

		sum += huber((v->price * v->gain[i] - alpha * worth[i]) / (NOISE * expected));
	}
	return sum;
}

static double within(double x)
{
	return fmax(-log(VALUE_SPAN), fmin(log(VALUE_SPAN), x));
}

/* The best point of a grid around `mid`. */
static struct point search(const struct value_model *v, struct point mid, double cell)
{
	struct point best = mid;
	double least = INFINITY;

	for (int k = -GRID; k <= GRID; k++) {
		double worth[VALUE_ROUNDS], b = within(mid.b + k * cell);

		for (int i = 0; i < v->count; i++)
			worth[i] = log1p(v->beta * exp(b) * v->effort[i]);
		for (int i = -GRID; i <= GRID; i++) {
			struct point at = {within(mid.a + i * cell), b};
			double x = loss(v, at, worth);

			if (x < least) {
				least = x;
				best = at;
			}
		}
	}
	return best;
}

void value_fit(const struct value_model *v, double *alpha, double *beta)
{
	double cell = log(VALUE_SPAN) / GRID;
	struct point best = {0, 0};

	for (int pass = 0; v->price > 0 && pass < REFINEMENTS; pass++, cell /= GRID)
		best = search(v, best, cell);
	*alpha = v->alpha * exp(best.a);
	*beta = v->beta * exp(best.b);
}
