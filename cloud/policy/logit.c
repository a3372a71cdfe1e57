#include "cloud/policy/logit.h"

#include <math.h>

#include "cloud/policy/direct.h"

/* Choice probabilities and what they bring the cloud. */
struct logit {
	float tau;
	float w1[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX]; /* [own][k] */
	float worth1[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX];
	float mean1[CONTRACT_TYPES_MAX];
	float w2[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX]; /* [k][own][m] */
	float mean2[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX];
};

/* Utilities to probabilities; declining, worth 0, takes what is left. */
static void choose(float *w, int n, float tau)
{
	float top = 0, sum;

	for (int i = 0; i < n; i++)
		top = fmaxf(top, w[i]);
	sum = expf(-top / tau);
	for (int i = 0; i < n; i++) {
		w[i] = expf((w[i] - top) / tau);
		sum += w[i];
	}
	for (int i = 0; i < n; i++)
		w[i] /= sum;
}

static void model2(const struct direct *d, int k, int own, struct logit *x)
{
	float *w = x->w2[k][own];

	for (int m = 0; m < d->types; m++)
		w[m] = direct_rent2(d, k, m, own);
	choose(w, d->types, x->tau);
	x->mean2[k][own] = 0;
	for (int m = 0; m < d->types; m++)
		x->mean2[k][own] += w[m] * direct_margin(d, d->types + k * d->types + m);
}

static void model1(const struct direct *d, int own, struct logit *x)
{
	for (int k = 0; k < d->types; k++) {
		x->w1[own][k] = direct_utility(d, own, k);
		x->worth1[own][k] = direct_margin(d, k);
		for (int l = 0; l < d->types; l++)
			x->worth1[own][k] += d->later[own][l] * x->mean2[k][l];
	}
	choose(x->w1[own], d->types, x->tau);
	x->mean1[own] = 0;
	for (int k = 0; k < d->types; k++)
		x->mean1[own] += x->w1[own][k] * x->worth1[own][k];
}

static float model(const struct direct *d, struct logit *x)
{
	float sum = 0;

	for (int k = 0; k < d->types; k++)
		for (int l = 0; l < d->types; l++)
			model2(d, k, l, x);
	for (int own = 0; own < d->types; own++) {
		model1(d, own, x);
		sum += d->prior[own] * x->mean1[own];
	}
	return sum;
}

float logit_profit(int types, float tau, const float *state, const float *action)
{
	struct logit x = {.tau = tau};
	struct direct d;

	direct_see(&d, types, state, action);
	return model(&d, &x);
}

static void back1(const struct direct *d, const struct logit *x, int own, float g,
                  float by_mean2[][CONTRACT_TYPES_MAX], struct direct_back *b)
{
	for (int k = 0; k < d->types; k++) {
		float taken = g * x->w1[own][k];

		direct_margin_back(k, taken, b);
		direct_utility_back(d, own, k, taken * (x->worth1[own][k] - x->mean1[own]) / x->tau, b);
		for (int l = 0; l < d->types; l++)
			by_mean2[k][l] += taken * d->later[own][l];
	}
}

static void back2(const struct direct *d, const struct logit *x, int k, int own, float g,
                  struct direct_back *b)
{
	for (int m = 0; m < d->types; m++) {
		int item = d->types + k * d->types + m;
		float taken = g * x->w2[k][own][m];

		direct_margin_back(item, taken, b);
		direct_rent2_back(d, k, m, own, taken * (direct_margin(d, item) - x->mean2[k][own]) / x->tau, b);
	}
}

void logit_slope(int types, float tau, const float *state, const float *action, float weight, float *da)
{
	float by_mean2[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX] = {{0}};
	struct logit x = {.tau = tau};
	struct direct_back b = {0};
	struct direct d;

	direct_see(&d, types, state, action);
	(void)model(&d, &x);
	for (int own = 0; own < types; own++)
		back1(&d, &x, own, weight * d.prior[own], by_mean2, &b);
	for (int k = 0; k < types; k++)
		for (int l = 0; l < types; l++)
			back2(&d, &x, k, l, by_mean2[k][l], &b);
	direct_back(&d, &b, da);
}
