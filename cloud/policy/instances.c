#include "cloud/policy/instances.h"

#include <assert.h>
#include <stdbool.h>

static void sort(double *v, int n)
{
	for (int i = 1; i < n; i++) {
		double x = v[i];
		int at = i;

		for (; at > 0 && v[at - 1] > x; at--)
			v[at] = v[at - 1];
		v[at] = x;
	}
}

static bool spread(const double *v, int n, double gap)
{
	for (int i = 1; i < n; i++)
		if (v[i] - v[i - 1] < gap)
			return false;
	return true;
}

static void draw_theta(struct rng *r, struct terms *t)
{
	do {
		for (int k = 0; k < t->types; k++)
			t->theta[k] = rng_uniform(r, 0.5, 2.5);
		sort(t->theta, t->types);
	} while (!spread(t->theta, t->types, 0.5 / t->types));
}

static void draw_transition(struct rng *r, struct terms *t)
{
	double base[CONTRACT_TYPES_MAX];
	double stay = rng_uniform(r, 0.2, 0.9);

	rng_dirichlet(r, 4, (size_t)t->types, base);
	for (int k = 0; k < t->types; k++)
		for (int l = 0; l < t->types; l++)
			t->transition[k][l] = (k == l ? stay : 0) + (1 - stay) * base[l];
}

void instance_draw(struct rng *r, int types, enum participation participation, struct instance *out)
{
	struct terms *t = &out->terms;

	assert(types >= 1 && types <= CONTRACT_TYPES_MAX);
	*out = (struct instance){.terms.types = types, .participation = participation};
	draw_theta(r, t);
	rng_dirichlet(r, 4, (size_t)types, out->prior);
	draw_transition(r, t);
	out->alpha = rng_uniform(r, 4, 12);
	out->beta = rng_uniform(r, 0.3, 1.5);
	t->e1 = rng_uniform(r, 0.2, 0.8);
	t->e3 = rng_uniform(r, 0.002, 0.02);
	t->delta = rng_uniform(r, 0.7, 1);
	t->q_max = 10;
	instance_tidy(out);
}
