#include "common/module/perception.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/nn/net.h"
#include "tests/support/images.h"
#include "tests/support/suite.h"

#define COUNT 200

static struct dataset data;
static uint32_t items[COUNT];

static struct train_job job_of(uint64_t samples, uint64_t seed)
{
	return (struct train_job){.data = &data, .shard = {items, COUNT}, .samples = samples, .seed = seed};
}

static float *fresh(uint64_t seed)
{
	float *p = mem_floats(PERCEPTION_PARAMS);

	if (!data.images)
		data = images_make(COUNT, 3);
	for (uint32_t i = 0; i < COUNT; i++)
		items[i] = i;
	module_perception.init(p, seed);
	return p;
}

START_TEST(the_layout_is_the_networks)
{
	struct net *net = perception_net(1);
	const struct tensor_layout *l = module_perception.layout();

	ck_assert_uint_eq(net_param_count(net), PERCEPTION_PARAMS);
	ck_assert_uint_eq((size_t)net_tensor_count(net), l->count);
	for (size_t i = 0; i < l->count; i++) {
		const struct net_tensor *t = net_tensor(net, (int)i);

		ck_assert_str_eq(t->name, l->specs[i].name);
		ck_assert_uint_eq(t->offset, l->specs[i].offset);
		ck_assert_int_eq(t->rank, l->specs[i].rank);
		for (int d = 0; d < t->rank; d++)
			ck_assert_int_eq(t->dims[d], (int)l->specs[i].dims[d]);
	}
	net_free(net);
}
END_TEST

START_TEST(training_learns_and_the_seed_decides_it)
{
	struct dataset test = images_make(100, 99);
	float *a = fresh(1), *b = fresh(1), *c = fresh(1);
	struct train_job job = job_of(2003, 7), other = job_of(2003, 8);
	struct train_report r;
	struct err e = ERR_INIT;
	double before, after;

	ck_ok(module_perception.evaluate(a, NULL, &test, 0, &before, &e), &e);
	ck_ok(module_perception.train(&job, a, &r, &e), &e);
	ck_assert_uint_eq(r.samples, 2003);
	ck_assert_double_lt(r.loss, 1.5);
	ck_ok(module_perception.evaluate(a, NULL, &test, 0, &after, &e), &e);
	ck_assert_msg(before < 0.6 && after > 0.95, "before %g, after %g", before, after);
	ck_ok(module_perception.train(&job, b, &r, &e), &e);
	ck_assert_mem_eq(a, b, PERCEPTION_PARAMS * sizeof(float));
	ck_ok(module_perception.train(&other, c, &r, &e), &e);
	ck_assert(memcmp(a, c, PERCEPTION_PARAMS * sizeof(float)) != 0);
	free(a);
	free(b);
	free(c);
	dataset_release(&test);
}
END_TEST

struct watch {
	uint64_t done, total;
	int calls, stop_at;
};

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct watch *w = ctx;

	ck_assert_uint_ge(done, w->done);
	*w = (struct watch){done, total, w->calls + 1, w->stop_at};
}

static bool is_cancelled(void *ctx)
{
	struct watch *w = ctx;

	return w->stop_at && w->calls >= w->stop_at;
}

START_TEST(a_job_is_watched_and_can_be_cancelled)
{
	struct watch w = {0};
	float *p = fresh(1);
	struct train_job job = job_of(5000, 7);
	struct train_report r;
	struct err e = ERR_INIT;

	job.progress = on_progress;
	job.cancelled = is_cancelled;
	job.ctx = &w;
	ck_ok(module_perception.train(&job, p, &r, &e), &e);
	ck_assert_uint_eq(w.done, 5000);
	ck_assert_uint_eq(w.total, 5000);
	ck_assert_int_gt(w.calls, 2);
	w = (struct watch){.stop_at = 2};
	ck_fails(module_perception.train(&job, p, &r, &e), E_STATE, &e, "cancelled");
	ck_assert_uint_lt(r.samples, 5000);
	free(p);
}
END_TEST

START_TEST(impossible_jobs_are_refused)
{
	float *p = fresh(1);
	struct train_job job = job_of(0, 1);
	struct train_report r;
	struct err e = ERR_INIT;

	ck_fails(module_perception.train(&job, p, &r, &e), E_INVALID, &e, "without samples");
	job = job_of(10, 1);
	job.shard.count = 0;
	ck_fails(module_perception.train(&job, p, &r, &e), E_INVALID, &e, "without samples");
	job = job_of(10, 1);
	items[5] = COUNT;
	ck_fails(module_perception.train(&job, p, &r, &e), E_INVALID, &e, "names sample 200");
	items[5] = 5;
	p[0] = NAN;
	ck_fails(module_perception.train(&job, p, &r, &e), E_INVALID, &e, "not finite");
	free(p);
}
END_TEST

START_TEST(single_images_embed_as_batches_do)
{
	float *p = fresh(4);
	struct embedder *m = embedder_new(p);
	const uint8_t *images[10];
	float all[10 * EMBEDDING_DIM], one[EMBEDDING_DIM], odds[10 * DATASET_CLASSES];
	struct err e = ERR_INIT;

	for (size_t i = 0; i < 10; i++)
		images[i] = dataset_image(&data, i);
	ck_ok(embedder_run(m, images, 10, all, odds, &e), &e);
	for (int i = 0; i < 10; i++) {
		float sum = 0;

		ck_ok(embedder_run(m, images + i, 1, one, NULL, &e), &e);
		for (int k = 0; k < EMBEDDING_DIM; k++)
			ck_assert_float_eq_tol(one[k], all[i * EMBEDDING_DIM + k], 1e-4f);
		for (int k = 0; k < DATASET_CLASSES; k++)
			sum += odds[i * DATASET_CLASSES + k];
		ck_assert_float_eq_tol(sum, 1, 1e-5f);
	}
	ck_fails(embedder_run(m, images, 0, all, NULL, &e), E_INVALID, &e, "batch of 0");
	embedder_free(m);
	free(p);
}
END_TEST

/* One short job; how far training gets is the demo's to show. */
START_TEST(real_images_are_learnt)
{
	struct dataset train, test;
	uint32_t first[4000];
	float *p = fresh(1);
	struct train_job job = {.data = &train, .shard = {first, ARRAY_LEN(first)}, .samples = 8000, .seed = 1};
	struct train_report r;
	struct err e = ERR_INIT;
	double accuracy;

	if (!file_exists(DATASET_DIR)) {
		free(p);
		return;
	}
	for (uint32_t i = 0; i < ARRAY_LEN(first); i++)
		first[i] = i;
	ck_ok(dataset_load(DATASET_DIR, DATASET_TRAIN, ARRAY_LEN(first), &train, &e), &e);
	ck_ok(dataset_load(DATASET_DIR, DATASET_TEST, 1000, &test, &e), &e);
	ck_ok(module_perception.train(&job, p, &r, &e), &e);
	ck_ok(module_perception.evaluate(p, NULL, &test, 0, &accuracy, &e), &e);
	ck_assert_double_gt(accuracy, 0.75);
	dataset_release(&train);
	dataset_release(&test);
	free(p);
}
END_TEST

SUITE("module/perception", the_layout_is_the_networks, training_learns_and_the_seed_decides_it,
      a_job_is_watched_and_can_be_cancelled, impossible_jobs_are_refused, single_images_embed_as_batches_do,
      real_images_are_learnt)
