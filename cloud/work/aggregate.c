/* Aggregation: the accepted updates of one stage become the next generation of each module. */
#include <stdlib.h>
#include <string.h>

#include "cloud/aggregate/fedavg.h"
#include "cloud/work/work.h"
#include "common/base/mem.h"

static const struct msg_result *result_of(const struct job_update *u, const char *kind)
{
	for (size_t i = 0; i < u->update.result_count; i++)
		if (strcmp(u->update.result[i].kind, kind) == 0)
			return &u->update.result[i];
	return NULL;
}

/* By accepted effort: the contracted samples. What is derived adds up already (see the kinds). */
static double weight_of(const struct module_kind *kind, const struct msg_result *result)
{
	return kind->stage == STAGE_DERIVED ? 1 : (double)result->samples;
}

static int add_update(struct work *w, const struct module_kind *kind, const struct msg_result *result,
                      struct aggregate *sum, struct err *e)
{
	float *params;
	int rc = work_load(w, kind, &result->blob, &params, e);

	if (rc)
		return rc;
	rc = aggregate_add(sum, params, weight_of(kind, result), e);
	free(params);
	return rc;
}

static int finish(struct work *w, struct job *job, const struct module_kind *kind, struct aggregate *sum,
                  struct err *e)
{
	const struct module_state *before = work_state(job, kind->name);
	struct module_state *made = &job->made[job->made_count];
	float *params = mem_floats(kind->layout()->floats);
	int rc = aggregate_finish(sum, params, e);

	*made = *before;
	made->generation++;
	made->round = job->round;
	if (!rc)
		rc = work_store(w, kind, params, &made->blob, e);
	if (!rc)
		rc = work_measure(w, job, kind, params, 0, &made->metric, e);
	free(params);
	if (!rc)
		job->made_count++;
	return rc;
}

static int aggregate_kind(struct work *w, struct job *job, const struct module_kind *kind, struct err *e)
{
	struct aggregate *sum = aggregate_new(kind->layout()->floats);
	size_t added = 0;
	int rc = 0;

	for (size_t i = 0; !rc && i < job->count; i++) {
		const struct msg_result *result = result_of(&job->list[i], kind->name);

		if (!result)
			continue;
		rc = add_update(w, kind, result, sum, e);
		added++;
	}
	if (!rc && added > 0)
		rc = finish(w, job, kind, sum, e);
	aggregate_free(sum);
	return rc;
}

/* Kinds in table order, so that what a kind needs is made before it is measured. */
int work_aggregate(struct work *w, struct job *job, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < module_count; i++)
		rc = aggregate_kind(w, job, module_table[i], e);
	return rc ? err_wrap(e, "aggregation") : 0;
}
