#include "edge/train/task.h"

#include <string.h>

#include "common/agent/safetensors.h"
#include "common/base/str.h"
#include "common/module/perception.h"
#include "tests/support/images.h"
#include "tests/support/suite.h"

static struct dataset data;
static uint32_t items[200];
static struct buf start[2]; /* of perception and of memory */

static struct train_data setup(void)
{
	data = images_make(ARRAY_LEN(items), 3);
	for (uint32_t i = 0; i < ARRAY_LEN(items); i++)
		items[i] = i;
	for (size_t k = 0; k < 2; k++) {
		const struct module_kind *kind = module_find(k == 0 ? "perception" : "memory");
		float *params = mem_floats(kind->layout()->floats);

		kind->init(params, 5);
		safetensors_write(kind->layout(), params, NULL, 0, &start[k]);
		free(params);
	}
	return (struct train_data){.data = &data, .shard = {.items = items, .count = ARRAY_LEN(items)}};
}

static void teardown(void)
{
	dataset_release(&data);
	buf_release(&start[0]);
	buf_release(&start[1]);
}

static struct msg_task task(const char *kind, uint64_t samples)
{
	struct msg_task t = {.task = 9, .round = 1, .period = 1, .seed = 77, .work_count = 1};

	str_copy(t.work[0].kind, sizeof(t.work[0].kind), kind);
	t.work[0].samples = samples;
	return t;
}

static struct train_input input(void)
{
	return (struct train_input){.start = start[0].data, .start_len = start[0].len};
}

START_TEST(the_same_task_gives_the_same_bytes)
{
	struct train_data d = setup();
	struct msg_task t = task("perception", 96);
	struct train_input in = input();
	struct train_output a, b;
	struct err e = ERR_INIT;

	ck_ok(train_task(&t, &in, &d, NULL, &a, &e), &e);
	ck_ok(train_task(&t, &in, &d, NULL, &b, &e), &e);
	ck_assert_uint_eq(a.update.task, 9);
	ck_assert_uint_eq(a.update.result_count, 1);
	ck_assert_uint_eq(a.update.result[0].samples, 96);
	ck_assert_str_eq(a.update.result[0].kind, "perception");
	ck_assert(a.update.result[0].loss > 0);
	ck_assert(digest_equal(&a.update.result[0].blob.digest, &b.update.result[0].blob.digest));
	ck_assert_uint_eq(a.update.result[0].blob.size, a.file[0].len);
	train_output_release(&b);
	t.seed++;
	ck_ok(train_task(&t, &in, &d, NULL, &b, &e), &e);
	ck_assert(!digest_equal(&a.update.result[0].blob.digest, &b.update.result[0].blob.digest));
	train_output_release(&a);
	train_output_release(&b);
	teardown();
}
END_TEST

START_TEST(works_are_done_in_order_each_its_samples)
{
	struct train_data d = setup();
	struct msg_task t = task("perception", 32);
	struct train_input in[2] = {input(), input()};
	struct train_output out;
	struct err e = ERR_INIT;

	t.work[1] = task("memory", 50).work[0];
	t.work_count = 2;
	in[1] = (struct train_input){start[1].data, start[1].len, start[0].data, start[0].len};
	ck_ok(train_task(&t, in, &d, NULL, &out, &e), &e);
	ck_assert_uint_eq(out.update.result_count, 2);
	ck_assert_uint_eq(out.update.result[1].samples, 50);
	ck_assert_str_eq(out.update.result[1].kind, "memory");
	train_output_release(&out);
	teardown();
}
END_TEST

START_TEST(no_samples_hand_the_start_back)
{
	struct train_data d = setup();
	struct msg_task t = task("perception", 0);
	struct train_input in = input();
	struct train_output out;
	const struct tensor_layout *layout = module_perception.layout();
	float *before = mem_floats(layout->floats);
	float *after = mem_floats(layout->floats);
	struct err e = ERR_INIT;

	ck_ok(train_task(&t, &in, &d, NULL, &out, &e), &e);
	ck_assert_uint_eq(out.update.result[0].samples, 0);
	ck_ok(safetensors_read(in.start, in.start_len, layout, before, NULL, &e), &e);
	ck_ok(safetensors_read(out.file[0].data, out.file[0].len, layout, after, NULL, &e), &e);
	ck_assert_mem_eq(before, after, layout->floats * sizeof(float));
	free(before);
	free(after);
	train_output_release(&out);
	teardown();
}
END_TEST

START_TEST(what_does_not_fit_is_named)
{
	struct train_data d = setup();
	struct msg_task t = task("perception", 32);
	struct train_input in = input();
	struct train_output out;
	struct err e = ERR_INIT;

	in.start_len -= 4;
	ck_fails(train_task(&t, &in, &d, NULL, &out, &e), E_CORRUPT, &e, "perception: ");
	in.start_len += 4;
	t = task("memory", 10);
	ck_fails(train_task(&t, &in, &d, NULL, &out, &e), E_INVALID, &e, "memory: ");
	in.start = start[1].data;
	in.start_len = start[1].len;
	ck_fails(train_task(&t, &in, &d, NULL, &out, &e), E_INVALID, &e, "builds on 'perception'");
	t = task("telepathy", 10);
	ck_fails(train_task(&t, &in, &d, NULL, &out, &e), E_NOT_FOUND, &e, "telepathy");
	teardown();
}
END_TEST

/* A start that is not a number ends in an error, not in an update. */
START_TEST(a_training_that_diverges_is_an_error)
{
	struct train_data d = setup();
	struct msg_task t = task("perception", 32);
	struct train_input in = input();
	struct train_output out;
	struct err e = ERR_INIT;
	const uint8_t nan[4] = {0, 0, 0xc0, 0x7f};

	memcpy(start[0].data + start[0].len - 4, nan, 4); /* a bias of the last layer */
	ck_assert_int_lt(train_task(&t, &in, &d, NULL, &out, &e), 0);
	ck_assert_ptr_nonnull(strstr(e.text, "finite"));
	train_output_release(&out);
	teardown();
}
END_TEST

static bool at_once(void *ctx)
{
	++*(int *)ctx;
	return true;
}

START_TEST(it_can_be_stopped)
{
	struct train_data d = setup();
	struct msg_task t = task("perception", 1000000);
	struct train_input in = input();
	struct train_output out;
	struct err e = ERR_INIT;
	int asked = 0;
	struct train_watch watch = {at_once, &asked};

	ck_fails(train_task(&t, &in, &d, &watch, &out, &e), E_STATE, &e, "cancelled");
	ck_assert_int_eq(asked, 1);
	train_output_release(&out);
	teardown();
}
END_TEST

SUITE("edge/train/task", the_same_task_gives_the_same_bytes, works_are_done_in_order_each_its_samples,
      no_samples_hand_the_start_back, what_does_not_fit_is_named, a_training_that_diverges_is_an_error,
      it_can_be_stopped)
