/* Updates that become modules: by every rule, with one false update among honest ones that the screen lets
 * pass, and what is derived always by the mean. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/daemon/options.h"
#include "cloud/work/work.h"
#include "common/agent/safetensors.h"
#include "common/base/buf.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/module/memory.h"
#include "common/module/perception.h"
#include "tests/support/images.h"
#include "tests/support/suite.h"

enum { EDGES = 5, FALSE_ONE = 2, IMAGES = 200, SAMPLES = 600 };

static struct err e;
static struct work w;
static struct dataset data;
static float *start;
static double start_metric;

static void begin(void)
{
	e = (struct err)ERR_INIT;
	memset(&w, 0, sizeof(w));
	ck_ok(blobs_open(&w.blobs, suite_tmp(), NULL, &e), &e);
	data = images_make(IMAGES, 3);
	w.test = images_make(100, 99);
	w.limits = SCREEN_LIMITS_DEFAULT;
	w.seed = 1;
	start = mem_floats(PERCEPTION_PARAMS);
	module_perception.init(start, w.seed);
	ck_ok(module_perception.evaluate(start, NULL, &w.test, 0, &start_metric, &e), &e);
}

static void finish(void)
{
	free(start);
	dataset_release(&data);
	dataset_release(&w.test);
	blobs_close(w.blobs);
}

static void use(const char *rule)
{
	ck_ok(aggregate_rule_find(rule, &w.rule, &e), &e);
}

static struct job new_job(enum job_kind kind)
{
	struct job job = {.kind = kind, .round = 1, .module_count = module_count};

	for (size_t i = 0; i < module_count; i++)
		ck_ok(work_ops.first(&w, module_table[i]->name, &job.module[i], &e), &e);
	return job;
}

/* What the edge sends who did the task with this end. */
static struct job_update update_of(const struct module_kind *kind, const float *params,
                                   const struct module_state *from)
{
	struct job_update u = {.order.work_count = 1, .update.result_count = 1};

	str_copy(u.edge, sizeof(u.edge), "edge-1");
	str_copy(u.order.work[0].kind, sizeof(u.order.work[0].kind), kind->name);
	str_copy(u.update.result[0].kind, sizeof(u.update.result[0].kind), kind->name);
	u.order.work[0].start = from->blob;
	u.update.result[0].samples = SAMPLES;
	ck_ok(work_store(&w, kind, params, &u.update.result[0].blob, &e), &e);
	return u;
}

/* Trained on all the data; the false one turns what it learned round, five times as far. */
static void train(uint64_t seed, bool honest, float *out)
{
	uint32_t items[IMAGES];
	struct train_job job = {.data = &data, .shard = {items, IMAGES}, .samples = SAMPLES, .seed = seed};
	struct train_report report;

	for (uint32_t i = 0; i < IMAGES; i++)
		items[i] = i;
	memcpy(out, start, PERCEPTION_PARAMS * sizeof(*out));
	ck_ok(module_perception.train(&job, out, &report, &e), &e);
	for (size_t i = 0; !honest && i < PERCEPTION_PARAMS; i++)
		out[i] = start[i] - 5 * (out[i] - start[i]);
}

static void ck_passes_screen(const struct job_update *u, double median)
{
	struct job job = new_job(JOB_SCREEN);
	struct job_update one = *u;

	job.list = &one;
	job.count = 1;
	job.norm_median[0] = median;
	job.module[0].metric = start_metric;
	ck_ok(work_screen(&w, &job, &e), &e);
	ck_assert_msg(job.accepted, "%s", job.reason);
}

static double metric_by(const char *rule, struct job_update *list)
{
	struct job job = new_job(JOB_AGGREGATE);

	use(rule);
	job.list = list;
	job.count = EDGES;
	ck_ok(work_aggregate(&w, &job, &e), &e);
	ck_assert_uint_eq(job.made_count, 1);
	ck_assert_str_eq(job.made[0].kind, "perception");
	ck_assert_uint_eq(job.made[0].generation, 1);
	return job.made[0].metric;
}

START_TEST(a_false_update_ruins_the_mean_and_not_the_others)
{
	struct job_update list[EDGES];
	struct module_state from;
	float *params;
	double honest_norm = 0, mean, trimmed, median;

	begin();
	from = new_job(JOB_AGGREGATE).module[0];
	params = mem_floats(PERCEPTION_PARAMS);
	for (int i = 0; i < EDGES; i++) {
		train((uint64_t)i + 1, i != FALSE_ONE, params);
		if (i == 0)
			honest_norm = block_distance(params, start, PERCEPTION_PARAMS);
		list[i] = update_of(&module_perception, params, &from);
		ck_passes_screen(&list[i], honest_norm);
	}
	mean = metric_by("fedavg", list);
	trimmed = metric_by("trimmed-mean", list);
	median = metric_by("median", list);
	ck_assert_msg(mean < 0.6 && trimmed > 0.8 && median > 0.8,
	              "accuracy: start %g, mean %g, trimmed %g, median %g", start_metric, mean, trimmed, median);
	free(params);
	finish();
}
END_TEST

/* Each edge has seen classes of its own: their median would be nothing. */
START_TEST(what_is_derived_is_always_a_mean)
{
	struct job_update list[EDGES];
	struct module_state from;
	struct prototypes known;
	float *params, *made;
	size_t floats = module_memory.layout()->floats, at = module_index(&module_memory);
	struct job job;

	begin();
	from = new_job(JOB_AGGREGATE).module[at];
	params = mem_floats(floats);
	for (int i = 0; i < EDGES; i++) {
		module_memory.init(params, 1);
		for (int class = 2 * i; class < 2 * i + 2; class ++) {
			params[class * EMBEDDING_DIM + class] = 0.5F;
			params[DATASET_CLASSES * EMBEDDING_DIM + class] = 0.5F;
		}
		list[i] = update_of(&module_memory, params, &from);
	}
	use("median");
	ck_assert_str_eq(work_rule(&w, &module_perception)->name, "median");
	ck_assert_str_eq(work_rule(&w, &module_memory)->name, "fedavg");
	job = new_job(JOB_AGGREGATE);
	job.list = list;
	job.count = EDGES;
	ck_ok(work_aggregate(&w, &job, &e), &e);
	ck_ok(work_load(&w, &module_memory, &job.made[0].blob, &made, &e), &e);
	prototypes_init(&known, made);
	for (int class = 0; class < DATASET_CLASSES; class ++)
		ck_assert_msg(known.known[class], "class %d is forgotten", class);
	w.rule = NULL;
	ck_assert_str_eq(work_rule(&w, &module_perception)->name, "fedavg");
	free(made);
	free(params);
	finish();
}
END_TEST

/* What the option takes is what there is. */
START_TEST(every_rule_can_be_chosen)
{
	const struct opt *o = cloud_program.table;
	struct buf words = BUF_INIT;

	while (o->name && strcmp(o->name, "aggregate") != 0)
		o++;
	ck_assert_ptr_nonnull(o->name);
	for (size_t i = 0; i < aggregate_rule_count; i++)
		buf_fmt(&words, "%s%s", i ? "|" : "", aggregate_rules[i].name);
	ck_assert_str_eq(o->arg, buf_cstr(&words));
	ck_assert_str_eq(o->fallback, aggregate_rules[0].name);
	buf_release(&words);
}
END_TEST

SUITE("work/aggregate", every_rule_can_be_chosen, a_false_update_ruins_the_mean_and_not_the_others,
      what_is_derived_is_always_a_mean)
