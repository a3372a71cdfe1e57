#include "edge/train/worker.h"

#include <string.h>

#include "common/agent/safetensors.h"
#include "common/base/file.h"
#include "common/base/str.h"
#include "common/module/perception.h"
#include "tests/support/images.h"
#include "tests/support/suite.h"

struct fixture {
	uv_loop_t loop;
	struct blobs *blobs;
	struct dataset data;
	uint32_t items[100];
	struct blob_ref start;
	struct worker *worker;

	size_t finished, failed;
	struct msg_update update;
	struct err why;
	bool stopped;
};

static struct fixture f;

static void on_finished(void *ctx, uint64_t task, const struct msg_update *update, const struct err *why)
{
	(void)ctx;
	if (update) {
		ck_assert_uint_eq(update->task, task);
		f.finished++;
		f.update = *update;
	} else {
		f.failed++;
		f.why = *why;
	}
}

static void on_stopped(void *ctx)
{
	(void)ctx;
	f.stopped = true;
}

static void setup(void)
{
	const struct tensor_layout *layout = module_perception.layout();
	float *params = mem_floats(layout->floats);
	struct train_data d = {.data = &f.data, .shard = {.items = f.items, .count = ARRAY_LEN(f.items)}};
	struct buf file = BUF_INIT;
	struct err e = ERR_INIT;
	char folder[4096];

	ck_assert_int_eq(uv_loop_init(&f.loop), 0);
	ck_ok(path_join(folder, sizeof(folder), suite_tmp(), "store", &e), &e);
	ck_ok(blobs_open(&f.blobs, folder, &(struct blobs_options){.no_sync = true}, &e), &e);
	module_perception.init(params, 1);
	safetensors_write(layout, params, NULL, 0, &file);
	ck_ok(blobs_put(f.blobs, file.data, file.len, &f.start, &e), &e);
	buf_release(&file);
	free(params);
	f.data = images_make(ARRAY_LEN(f.items), 3);
	for (uint32_t i = 0; i < ARRAY_LEN(f.items); i++)
		f.items[i] = i;
	ck_ok(worker_new(&f.loop, f.blobs, &d, on_finished, NULL, &f.worker, &e), &e);
}

/* Stops the worker; every test ends with an empty loop. */
static void teardown(void)
{
	worker_stop(f.worker, on_stopped, NULL);
	uv_run(&f.loop, UV_RUN_DEFAULT);
	ck_assert(f.stopped);
	ck_assert_int_eq(uv_loop_close(&f.loop), 0);
	blobs_close(f.blobs);
	dataset_release(&f.data);
}

static struct msg_task task(uint64_t id, uint64_t samples)
{
	struct msg_task t = {.task = id, .seed = 4, .work_count = 1};

	str_copy(t.work[0].kind, sizeof(t.work[0].kind), "perception");
	t.work[0].start = f.start;
	t.work[0].samples = samples;
	return t;
}

static void run_until_idle(void)
{
	while (worker_is_busy(f.worker))
		uv_run(&f.loop, UV_RUN_ONCE);
}

START_TEST(the_result_is_in_the_store)
{
	struct msg_task t;

	setup();
	t = task(1, 64);
	worker_start(f.worker, &t);
	run_until_idle();
	ck_assert_uint_eq(f.finished, 1);
	ck_assert_uint_eq(f.update.result[0].samples, 64);
	ck_assert(blobs_has(f.blobs, &f.update.result[0].blob.digest, NULL));
	teardown();
}
END_TEST

START_TEST(a_missing_blob_is_told)
{
	struct msg_task t;

	setup();
	t = task(1, 64);
	t.work[0].start.digest = digest_of("x", 1);
	worker_start(f.worker, &t);
	run_until_idle();
	ck_assert_uint_eq(f.failed, 1);
	ck_assert_int_eq(f.why.code, E_NOT_FOUND);
	teardown();
}
END_TEST

START_TEST(a_cancelled_task_ends_silently_and_lets_the_next_begin)
{
	struct msg_task a, b, c;

	setup();
	a = task(1, 50000000);
	b = task(2, 50000000);
	c = task(3, 32);
	worker_start(f.worker, &a);
	worker_cancel(f.worker, 1);
	worker_start(f.worker, &b);
	worker_cancel(f.worker, 2);
	worker_start(f.worker, &c);
	run_until_idle();
	ck_assert_uint_eq(f.finished, 1);
	ck_assert_uint_eq(f.failed, 0);
	ck_assert_uint_eq(f.update.task, 3);
	teardown();
}
END_TEST

START_TEST(it_stops_in_the_middle)
{
	struct msg_task a;

	setup();
	a = task(1, 50000000);
	worker_start(f.worker, &a);
	teardown();
	ck_assert_uint_eq(f.finished + f.failed, 0);
}
END_TEST

SUITE("edge/train/worker", the_result_is_in_the_store, a_missing_blob_is_told,
      a_cancelled_task_ends_silently_and_lets_the_next_begin, it_stops_in_the_middle)
