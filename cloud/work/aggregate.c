/* Aggregation: the accepted updates of one stage become the next generation of each module.
 *
 * Updates are read where they lie, mapped from the blob store. By fedavg that is a few at a time, so memory
 * does not grow with the number of edges; the other rules need all of them at once, as pages of files that
 * the system may drop. */
#include <stdlib.h>
#include <string.h>

#include "cloud/aggregate/fedavg.h"
#include "cloud/work/work.h"
#include "common/agent/safetensors.h"
#include "common/base/mem.h"

/* Blocks that are mapped at the same time. */
struct batch {
	struct blob_map *map;
	const void **block;
	double *weight;
	size_t count, room;
};

static void batch_init(struct batch *b, size_t room)
{
	*b = (struct batch){.map = mem_array(room, sizeof(*b->map)),
	                    .block = mem_array(room, sizeof(*b->block)),
	                    .weight = mem_array(room, sizeof(*b->weight)),
	                    .room = room};
}

static void batch_clear(struct batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		blob_unmap(&b->map[i]);
	b->count = 0;
}

static void batch_release(struct batch *b)
{
	batch_clear(b);
	free(b->map);
	free(b->block);
	free(b->weight);
}

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

	batch_clear(b);
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

/* Every update of the kind in the order of the seats: into the batch, and through it into `sum`, if there is
 * one. */
static int gather(struct work *w, const struct job *job, const struct module_kind *kind, struct batch *b,
                  struct aggregate *sum, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < job->count; i++) {
		const struct msg_result *result = result_of(&job->list[i], kind->name);

		if (!result)
			continue;
		if (sum && b->count == b->room)
			rc = flush(b, sum, e);
		if (!rc)
			rc = add(w, kind, result, b, e);
	}
	return rc || !sum ? rc : flush(b, sum, e);
}

/* A rule that streams needs a few updates at a time; any other needs all of them, mapped side by side. */
static int make_params(struct work *w, const struct job *job, const struct module_kind *kind, float *params,
                       struct err *e)
{
	const struct aggregate_rule *rule = work_rule(w, kind);
	size_t floats = kind->layout()->floats;
	struct aggregate *sum = rule->streams ? aggregate_new(floats) : NULL;
	struct batch b;
	int rc;

	batch_init(&b, rule->streams ? AGGREGATE_BATCH : job->count);
	rc = gather(w, job, kind, &b, sum, e);
	if (!rc && sum)
		rc = aggregate_finish(sum, params, e);
	else if (!rc)
		rc = rule->run(b.block, b.weight, b.count, floats, params, e);
	batch_release(&b);
	aggregate_free(sum);
	return rc;
}

static int aggregate_kind(struct work *w, struct job *job, const struct module_kind *kind, struct err *e)
{
	struct module_state *made = &job->made[job->made_count];
	float *params = mem_floats(kind->layout()->floats);
	int rc = make_params(w, job, kind, params, e);

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

static bool any_has(const struct job *job, const char *kind)
{
	for (size_t i = 0; i < job->count; i++)
		if (result_of(&job->list[i], kind))
			return true;
	return false;
}

/* What is derived is a sum over samples, which only the mean weighted by them puts together again: to a
 * median, what one edge alone has seen is nothing. */
const struct aggregate_rule *work_rule(const struct work *w, const struct module_kind *kind)
{
	return w->rule && kind->stage == STAGE_TRAINED ? w->rule : &aggregate_rules[0];
}

/* Kinds in table order, so that what a kind needs is made before it is measured. */
int work_aggregate(struct work *w, struct job *job, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < module_count; i++)
		if (any_has(job, module_table[i]->name))
			rc = aggregate_kind(w, job, module_table[i], e);
	return rc ? err_wrap(e, "aggregation") : 0;
}
