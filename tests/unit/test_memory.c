#include "common/module/memory.h"

#include <stdlib.h>
#include <string.h>

#include "common/module/perception.h"
#include "tests/support/images.h"
#include "tests/support/suite.h"

#define COUNT 120

static struct dataset data;
static uint32_t items[COUNT];
static float *perception;

static void make(void)
{
	data = images_make(COUNT, 3);
	for (uint32_t i = 0; i < COUNT; i++)
		items[i] = i;
	perception = mem_floats(PERCEPTION_PARAMS);
	module_perception.init(perception, 1);
}

static void drop(void)
{
	dataset_release(&data);
	free(perception);
}

static float *trained(uint32_t *from, size_t count, uint64_t samples)
{
	struct train_job job = {
	    .data = &data, .shard = {from, count}, .samples = samples, .seed = 1, .needs_params = perception};
	float *p = mem_floats(module_memory.layout()->floats);
	struct train_report r;
	struct err e = ERR_INIT;

	module_memory.init(p, 1);
	ck_ok(module_memory.train(&job, p, &r, &e), &e);
	ck_assert_uint_eq(r.samples, samples);
	return p;
}

START_TEST(prototypes_recall_their_classes)
{
	struct dataset test = images_make(100, 77);
	struct err e = ERR_INIT;
	double recall;
	float *p;

	make();
	p = trained(items, COUNT, COUNT);
	ck_ok(module_memory.evaluate(p, perception, &test, 0, &recall, &e), &e);
	ck_assert_double_gt(recall, 0.9); /* even random features tell the made-up classes apart */
	ck_fails(module_memory.evaluate(p, NULL, &test, 0, &recall, &e), E_INVALID, &e, "with its perception");
	free(p);
	dataset_release(&test);
	drop();
}
END_TEST

START_TEST(the_weighted_average_is_the_whole)
{
	size_t n = module_memory.layout()->floats;
	float *all, *a, *b;

	make();
	all = trained(items, COUNT, COUNT);
	a = trained(items, 30, 30);
	b = trained(items + 30, COUNT - 30, COUNT - 30);
	for (size_t i = 0; i < n; i++)
		ck_assert_float_eq_tol(all[i], (a[i] * 30 + b[i] * (COUNT - 30)) / COUNT, 1e-6f);
	free(all);
	free(a);
	free(b);
	drop();
}
END_TEST

START_TEST(effort_beyond_the_shard_goes_round)
{
	float *once, *twice;

	make();
	once = trained(items, 50, 50);
	twice = trained(items, 50, 100);
	for (size_t i = 0; i < module_memory.layout()->floats; i++)
		ck_assert_float_eq_tol(once[i], twice[i], 1e-6f);
	free(once);
	free(twice);
	drop();
}
END_TEST

START_TEST(classes_never_seen_are_never_answered)
{
	struct prototypes p;
	float similarity[DATASET_CLASSES], *params, *none;
	uint32_t only[] = {4, 14, 24};

	make();
	params = trained(only, 3, 3);
	prototypes_init(&p, params);
	ck_assert_int_eq(prototypes_compare(&p, p.unit[4], similarity), 4);
	ck_assert_float_eq_tol(similarity[4], 1, 1e-5f);
	ck_assert_float_eq(similarity[3], -2);
	none = mem_floats(module_memory.layout()->floats);
	prototypes_init(&p, none);
	ck_assert_int_eq(prototypes_compare(&p, params, similarity), -1);
	free(params);
	free(none);
	drop();
}
END_TEST

START_TEST(impossible_jobs_are_refused)
{
	struct train_job job = {.shard = {items, COUNT}, .samples = 5};
	struct train_report r;
	struct err e = ERR_INIT;
	float *p;
	void *state;

	make();
	p = mem_floats(module_memory.layout()->floats);
	job.data = &data;
	ck_fails(module_memory.train(&job, p, &r, &e), E_INVALID, &e, "finished perception");
	job.needs_params = perception;
	items[7] = COUNT;
	ck_fails(module_memory.train(&job, p, &r, &e), E_INVALID, &e, "names sample 120");
	job.samples = 0;
	ck_fails(module_memory.train(&job, p, &r, &e), E_INVALID, &e, "without samples");
	ck_fails(module_memory.open(p, NULL, &state, &e), E_INVALID, &e, "needs perception");
	free(p);
	drop();
}
END_TEST

SUITE("module/memory", prototypes_recall_their_classes, the_weighted_average_is_the_whole,
      effort_beyond_the_shard_goes_round, classes_never_seen_are_never_answered, impossible_jobs_are_refused)
