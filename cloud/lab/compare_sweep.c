#include "cloud/lab/compare_sweep.h"

#include <math.h>

#include "cloud/policy/envs.h"
#include "cloud/policy/exact.h"
#include "common/base/mem.h"
#include "common/contract/choice.h"

const char *sweep_name(enum sweep_axis a)
{
	static const char *const names[] = {"types", "persistence", "delta"};

	return names[a];
}

int sweep_values(const struct study *s, enum sweep_axis a, double *v)
{
	static const double persistence[] = {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95};
	static const double delta[] = {0.1, 0.25, 0.4, 0.55, 0.7, 0.8, 0.9, 1};
	int n = a == SWEEP_TYPES         ? s->types_count
	        : a == SWEEP_PERSISTENCE ? (int)ARRAY_LEN(persistence)
	                                 : (int)ARRAY_LEN(delta);

	for (int i = 0; i < n; i++)
		v[i] = a == SWEEP_TYPES ? s->types[i] : a == SWEEP_PERSISTENCE ? persistence[i] : delta[i];
	return n;
}

/* The transition is stay*I + (1 - stay)*1*b; what lies off the diagonal gives b. */
static void set_persistence(struct terms *t, double stay)
{
	double base[CONTRACT_TYPES_MAX], sum = 0;

	for (int l = 0; l < t->types; l++) {
		base[l] = t->transition[l == 0 && t->types > 1 ? 1 : 0][l];
		sum += base[l];
	}
	for (int k = 0; k < t->types; k++)
		for (int l = 0; l < t->types; l++)
			t->transition[k][l] = (k == l ? stay : 0) + (1 - stay) * base[l] / sum;
}

static void get_instance(const struct study *s, enum sweep_axis a, double value, int i, struct instance *out)
{
	study_instance(s, a == SWEEP_TYPES ? (int)value : s->main_types, i, out);
	if (a == SWEEP_PERSISTENCE)
		set_persistence(&out->terms, value);
	if (a == SWEEP_DELTA)
		out->terms.delta = value;
	instance_tidy(out);
}

int sweep_profit(const struct study *s, enum sweep_axis a, double value, const struct policy *p, double *mean,
                 struct err *e)
{
	*mean = 0;
	for (int i = 0; i < s->instances; i++) {
		struct instance in;
		struct menu m;
		int rc;

		get_instance(s, a, value, i, &in);
		rc = policy_solve(p, &in, &m, e);
		if (rc)
			return err_wrap(e, "%s, %s %g, instance %d", p->ops->name, sweep_name(a), value, i);
		*mean += policy_profit(p, &in, &m) / s->instances;
	}
	return 0;
}

int sweep_witnesses(double *v)
{
	static const double witnesses[] = {8, 12, 16, 24, 32, 48, 64};

	for (size_t i = 0; i < ARRAY_LEN(witnesses); i++)
		v[i] = witnesses[i];
	return (int)ARRAY_LEN(witnesses);
}

int sweep_observed(const struct study *s, int witnesses, const struct policy *p, const double *second_best,
                   double *mean, struct err *e)
{
	*mean = 0;
	for (int i = 0; i < s->instances; i++) {
		struct instance truth, seen;
		struct menu m;
		struct rng r;
		int rc;

		study_instance(s, s->main_types, i, &truth);
		rng_seed(&r, (uint64_t)s->seed ^ rng_stream("compare/estimate"),
		         (uint64_t)i << 16 | (uint64_t)witnesses);
		envs_estimate(&r, &truth, witnesses, &seen);
		rc = policy_solve(p, &seen, &m, e);
		if (rc)
			return err_wrap(e, "%s, %d witnesses, instance %d", p->ops->name, witnesses, i);
		*mean += menu_realised_profit(&m, &truth) / second_best[i] / s->instances;
	}
	return 0;
}
