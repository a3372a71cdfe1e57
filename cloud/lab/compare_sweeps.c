#include "cloud/lab/compare_sweeps.h"

#include "cloud/lab/compare_pool.h"
#include "cloud/lab/compare_sweep.h"
#include "cloud/policy/benchmarks.h"
#include "cloud/policy/exact.h"

static int policies_along(const struct study *s, enum sweep_axis a, struct part *out, struct err *e)
{
	double v[SWEEP_VALUES_MAX], mean;
	int n = sweep_values(s, a, v);

	for (size_t p = 0; policy_at(p); p++)
		for (int i = 0; i < n; i++) {
			int rc = sweep_profit(s, a, v[i], &(struct policy){.ops = policy_at(p)}, &mean, e);

			if (rc)
				return rc;
			part_add(out, policy_at(p)->name, v[i], mean);
		}
	return 0;
}

static int along_types(const struct study *s, const struct study_job *job, struct part *out, struct err *e)
{
	(void)job;
	return policies_along(s, SWEEP_TYPES, out, e);
}

static int along_persistence(const struct study *s, const struct study_job *job, struct part *out,
                             struct err *e)
{
	(void)job;
	return policies_along(s, SWEEP_PERSISTENCE, out, e);
}

static int along_delta(const struct study *s, const struct study_job *job, struct part *out, struct err *e)
{
	(void)job;
	return policies_along(s, SWEEP_DELTA, out, e);
}

void sweeps_plan_policies(struct study *s)
{
	study_plan_sweep(s, sweep_name(SWEEP_TYPES), 1, along_types);
	study_plan_sweep(s, sweep_name(SWEEP_PERSISTENCE), 3, along_persistence);
	study_plan_sweep(s, sweep_name(SWEEP_DELTA), 2, along_delta);
}

static int observed(const struct study *s, const struct study_job *job, struct part *out, struct err *e)
{
	static const struct policy_ops *const policies[] = {&policy_exact, &policy_static};
	double v[SWEEP_VALUES_MAX], second_best[STUDY_INSTANCES_MAX], mean;
	int n = sweep_witnesses(v), rc = study_second_bests(s, s->main_types, second_best, e);

	(void)job;
	for (int i = 0; rc == 0 && i < 2 * n; i++) {
		rc =
		    sweep_observed(s, (int)v[i % n], &(struct policy){.ops = policies[i / n]}, second_best, &mean, e);
		part_add(out, policies[i / n]->name, v[i % n], mean);
	}
	return rc;
}

void sweeps_plan_observed(struct study *s)
{
	study_plan_sweep(s, "observed", 3, observed);
}

static int retention_one(const struct instance *in, struct episode *without, struct episode *with,
                         struct err *e)
{
	const struct policy exact = {.ops = &policy_exact};
	struct retention none, best;
	int rc = retention_exact(in, &none, &best, e);

	if (rc == 0)
		rc = episode_play(&exact, retention_write, in, none.bonus, without, e);
	return rc ? rc : episode_play(&exact, retention_write, in, best.bonus, with, e);
}

static int retention(const struct study *s, const struct study_job *job, struct part *out, struct err *e)
{
	struct episode mean[2] = {{.kept = {0}}}, one[2];

	(void)job;
	for (int i = 0; i < s->episodes; i++) {
		struct instance in;
		int rc;

		study_instance(s, s->main_types, i, &in);
		rc = retention_one(&in, &one[0], &one[1], e);
		if (rc)
			return rc;
		for (int b = 0; b < 2; b++)
			episode_add(&mean[b], &one[b], 1.0 / s->episodes);
		pool_tick((i + 1.0) / s->episodes);
	}
	episode_rows(out, "exact-", &mean[0]);
	episode_rows(out, "bonus-", &mean[1]);
	return 0;
}

void sweeps_plan_retention(struct study *s)
{
	study_plan_sweep(s, "retention", 0.25 * s->episodes * ENV_ROUNDS / 4, retention);
}
