/* Aggregation: the accepted updates of one stage become the next generation of each module.
 *
 * Updates are read where they lie, mapped from the blob store a few at a time, so memory does not grow with
 * the number of edges. */
#include <stdlib.h>
#include <string.h>

#include "cloud/aggregate/fedavg.h"
#include "cloud/work/work.h"
#include "common/agent/safetensors.h"
#include "common/base/mem.h"

struct batch {
	struct blob_map map[AGGREGATE_BATCH];
	const void *block[AGGREGATE_BATCH];
	double weight[AGGREGATE_BATCH];
	size_t count;
};

static const struct msg_result *result_of(const struct job_update *u, const char *kind)
{
	for (size_t i = 0; i < u->update.result_count; i++)
		if (strcmp(u->update.result[i].kind, kind) == 0)
			return &u->update.result[i];
	return NULL;
}

static int flush(struct batch *b, struct aggregate *sum, struct err *e)
{
	int rc = b->count ? aggregate_add_many(sum, b->block, b->weight, b->count, e) : 0;

	for (size_t i = 0; i < b->count; i++)
		blob_unmap(&b->map[i]);
	b->count = 0;
	return rc;
}

/* Weighted by accepted effort: the contracted samples. */
static int add(struct work *w, const struct module_kind *kind, const struct msg_result *result,
               struct batch *b, struct err *e)
{
	struct blob_map *map = &b->map[b->count];
	const uint8_t *data = NULL;
	int rc = blobs_map(w->blobs, &result->blob.digest, MODULE_BLOB_MAX, map, e);

	if (rc)
		return rc;
	rc = safetensors_view(map->data, map->size, kind->layout(), &data, e);
	b->block[b->count] = data;
	b->weight[b->count] = (double)result->samples;
	b->count++; /* also when the view failed, so that it is unmapped */
	return rc;
}

static int sum_up(struct work *w, const struct job *job, const struct module_kind *kind,
                  struct aggregate *sum, size_t *added, struct err *e)
{
	struct batch b = {.count = 0};
	int rc = 0;

	for (size_t i = 0; !rc && i < job->count; i++) {
		const struct msg_result *result = result_of(&job->list[i], kind->name);

		if (!result)
			continue;
		rc = add(w, kind, result, &b, e);
		if (!rc && b.count == AGGREGATE_BATCH)
			rc = flush(&b, sum, e);
		(*added)++;
	}
	if (rc) {
		for (size_t i = 0; i < b.count; i++)
			blob_unmap(&b.map[i]);
		return rc;
	}
	return flush(&b, sum, e);
}

static int finish(struct work *w, struct job *job, const struct module_kind *kind,
                  const struct aggregate *sum, struct err *e)
{
	struct module_state *made = &job->made[job->made_count];
	float *params = mem_floats(kind->layout()->floats);
	int rc = aggregate_finish(sum, params, e);

	*made = *work_state(job, kind->name);
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
	int rc = sum_up(w, job, kind, sum, &added, e);

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
