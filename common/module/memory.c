#include "common/module/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/module/perception.h"

#define COUNT_OFFSET  ((size_t)DATASET_CLASSES * EMBEDDING_DIM)
#define MEMORY_PARAMS (COUNT_OFFSET + DATASET_CLASSES)

static const struct tensor_spec tensors[] = {
    {"sum", 2, {DATASET_CLASSES, EMBEDDING_DIM}, 0},
    {"count", 1, {DATASET_CLASSES}, COUNT_OFFSET},
};

static const struct tensor_layout layout = {tensors, ARRAY_LEN(tensors), MEMORY_PARAMS};

float embedding_dot(const float *a, const float *b)
{
	float sum = 0;

	for (int i = 0; i < EMBEDDING_DIM; i++)
		sum += a[i] * b[i];
	return sum;
}

void embedding_unit(float v[EMBEDDING_DIM])
{
	float norm = sqrtf(embedding_dot(v, v));

	for (int i = 0; norm > 0 && i < EMBEDDING_DIM; i++)
		v[i] /= norm;
}

void prototypes_init(struct prototypes *p, const float *params)
{
	for (int c = 0; c < DATASET_CLASSES; c++) {
		p->known[c] = params[COUNT_OFFSET + (size_t)c] > 0;
		memcpy(p->unit[c], params + c * EMBEDDING_DIM, sizeof(p->unit[c]));
		embedding_unit(p->unit[c]);
	}
}

int prototypes_compare(const struct prototypes *p, const float *unit, float similarity[DATASET_CLASSES])
{
	int best = -1;

	for (int c = 0; c < DATASET_CLASSES; c++) {
		similarity[c] = p->known[c] ? embedding_dot(p->unit[c], unit) : -2;
		if (p->known[c] && (best < 0 || similarity[c] > similarity[best]))
			best = c;
	}
	return best;
}

static const struct tensor_layout *memory_layout(void)
{
	return &layout;
}

static void memory_init(float *params, uint64_t seed)
{
	(void)seed;
	memset(params, 0, MEMORY_PARAMS * sizeof(*params));
}

/* Unit embeddings of up to EMBEDDER_BATCH samples. */
static int embed(struct embedder *m, const struct dataset *data, const uint32_t *items, size_t n, float *out,
                 struct err *e)
{
	const uint8_t *images[EMBEDDER_BATCH] = {NULL};
	int rc;

	for (size_t i = 0; i < n; i++)
		images[i] = dataset_image(data, items[i]);
	rc = embedder_run(m, images, n, out, NULL, e);
	for (size_t i = 0; rc == 0 && i < n; i++)
		embedding_unit(out + i * EMBEDDING_DIM);
	return rc;
}

static int check_job(const struct train_job *job, struct err *e)
{
	if (!job->needs_params)
		return err_set(e, E_INVALID, "memory is trained on a finished perception, and there is none");
	return train_job_check(job, e);
}

/* Adds the samples in the order given, going round, until the job's number is reached. */
static int accumulate(struct embedder *m, const struct train_job *job, const uint32_t *order, double *sums,
                      struct train_report *out, struct err *e)
{
	float embedded[EMBEDDER_BATCH * EMBEDDING_DIM];

	while (out->samples < job->samples) {
		size_t at = (size_t)(out->samples % job->shard.count), n = job->shard.count - at;
		int rc;

		n = n < EMBEDDER_BATCH ? n : EMBEDDER_BATCH;
		n = n < job->samples - out->samples ? n : (size_t)(job->samples - out->samples);
		if (job->cancelled && job->cancelled(job->ctx))
			return err_set(e, E_STATE, "training was cancelled");
		rc = embed(m, job->data, order + at, n, embedded, e);
		if (rc)
			return rc;
		for (size_t i = 0; i < n; i++) {
			size_t class = job->data->labels[order[at + i]];

			for (size_t k = 0; k < EMBEDDING_DIM; k++)
				sums[class * EMBEDDING_DIM + k] += embedded[i * EMBEDDING_DIM + k];
			sums[COUNT_OFFSET + class] += 1;
		}
		out->samples += n;
		if (job->progress)
			job->progress(job->ctx, out->samples, job->samples);
	}
	return 0;
}

static int memory_train(const struct train_job *job, float *params, struct train_report *out, struct err *e)
{
	struct embedder *m;
	uint32_t *order;
	double *sums;
	struct rng r;
	int rc = check_job(job, e);

	*out = (struct train_report){0};
	if (rc)
		return rc;
	m = embedder_new(job->needs_params);
	order = mem_dup(job->shard.items, job->shard.count * sizeof(*order));
	sums = mem_array(MEMORY_PARAMS, sizeof(*sums));
	rng_seed(&r, job->seed, rng_stream("module/memory/train"));
	rng_shuffle(&r, order, job->shard.count);
	rc = accumulate(m, job, order, sums, out, e);
	for (size_t i = 0; rc == 0 && i < MEMORY_PARAMS; i++)
		params[i] = (float)(sums[i] / (double)job->samples);
	embedder_free(m);
	free(order);
	free(sums);
	return rc;
}

/* recall@1: how often the nearest prototype is the right class. */
static int memory_evaluate(const float *params, const float *needs_params, const struct dataset *data,
                           size_t max_samples, double *metric, struct err *e)
{
	float embedded[EMBEDDER_BATCH * EMBEDDING_DIM], similarity[DATASET_CLASSES];
	uint32_t items[EMBEDDER_BATCH];
	size_t total = max_samples && max_samples < data->count ? max_samples : data->count, right = 0;
	struct prototypes p;
	struct embedder *m;
	int rc = 0;

	if (!needs_params)
		return err_set(e, E_INVALID, "memory is evaluated with its perception, and there is none");
	m = embedder_new(needs_params);
	prototypes_init(&p, params);
	for (size_t at = 0; rc == 0 && at < total; at += EMBEDDER_BATCH) {
		size_t n = total - at < EMBEDDER_BATCH ? total - at : EMBEDDER_BATCH;

		for (size_t i = 0; i < n; i++)
			items[i] = (uint32_t)(at + i);
		rc = embed(m, data, items, n, embedded, e);
		for (size_t i = 0; rc == 0 && i < n; i++)
			right += prototypes_compare(&p, embedded + i * EMBEDDING_DIM, similarity) == data->labels[at + i];
	}
	embedder_free(m);
	*metric = total ? (double)right / (double)total : 0;
	return rc;
}

const struct module_kind module_memory = {
    .name = "memory",
    .architecture = "prototypes10x128/1",
    .metric = "recall@1",
    .stage = STAGE_DERIVED,
    .needs = "perception",
    .layout = memory_layout,
    .init = memory_init,
    .train = memory_train,
    .evaluate = memory_evaluate,
    .open = memory_open,
    .act = memory_act,
    .close = memory_close,
};
