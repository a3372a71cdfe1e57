#include "cloud/policy/prices.h"

#include <math.h>

int prices_size(int types)
{
	return types * types + types + 2;
}

/* log v from [exp(lo), exp(hi)] to [-1, 1], cut off at +-3. */
static float scaled(double v, double lo, double hi)
{
	double x = (2 * log(fmax(v, 1e-30)) - lo - hi) / (hi - lo);

	return (float)fmin(3, fmax(-3, x));
}

/* The mass of the types above k over that of k, times a share of what k's cost is worth to the next type. */
static double rent(double above, double mass, double share)
{
	return share > 0 ? above * share / fmax(mass, 1e-9) : 0;
}

void prices_of(const struct instance *in, float *out)
{
	const struct terms *t = &in->terms;
	double gap[CONTRACT_TYPES_MAX] = {0}, above[CONTRACT_TYPES_MAX] = {0};

	for (int k = t->types - 2; k >= 0; k--) {
		gap[k] = 1 / t->theta[k] - 1 / t->theta[k + 1];
		above[k] = above[k + 1] + in->prior[k + 1];
	}
	for (int k = 0; k < t->types; k++)
		*out++ = scaled(1 / t->theta[k] + rent(above[k], in->prior[k], gap[k]), -1, 2);
	for (int k = 0; k < t->types; k++) {
		double fall = 0; /* by how much a lower second type is likelier after k than after k + 1 */

		for (int l = 0; l < t->types; l++) {
			fall += k + 1 < t->types ? t->transition[k][l] - t->transition[k + 1][l] : 0;
			*out++ = scaled(
			    1 / t->theta[l] + rent(above[k] * fall, in->prior[k] * t->transition[k][l], gap[l]), -1, 2);
		}
	}
	*out++ = scaled(in->alpha * in->beta / t->e1, 1, 4.5);
	*out++ = scaled(t->e3 * t->q_max * t->q_max / t->e1, -1.5, 2.5);
}
