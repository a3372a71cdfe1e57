/* What an update's size is compared with: the median of its own module kind, in its own stage. */
#include <string.h>

#include "cloud/core/cloud_internal.h"
#include "common/base/str.h"
#include "tests/support/suite.h"

static struct round r;

static void take(size_t seat, enum task_state state, double perception, double planning)
{
	struct task *t = &r.seat[seat].task[0];

	t->state = state;
	t->update.result_count = 2;
	str_copy(t->update.result[0].kind, sizeof(t->update.result[0].kind), "perception");
	str_copy(t->update.result[1].kind, sizeof(t->update.result[1].kind), "planning");
	t->norm[0] = perception;
	t->norm[1] = planning;
}

static void begin(void)
{
	static const char *const names[] = {"a", "b", "c", "d"};

	memset(&r, 0, sizeof(r));
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		ck_assert_ptr_nonnull(round_add_seat(&r, names[i]));
}

START_TEST(each_kind_and_stage_has_its_own_median)
{
	begin();
	take(0, TASK_ACCEPTED, 1, 30);
	take(1, TASK_ACCEPTED, 3, 10);
	take(2, TASK_ACCEPTED, 2, 20);
	ck_assert_double_eq(cloud_norm_median(&r, 0, "perception"), 2);
	ck_assert_double_eq(cloud_norm_median(&r, 0, "planning"), 20);
	ck_assert_double_eq(cloud_norm_median(&r, 0, "memory"), 0);
	ck_assert_double_eq(cloud_norm_median(&r, 1, "perception"), 0);
	round_release(&r);
}
END_TEST

START_TEST(only_what_was_accepted_and_measured_counts)
{
	begin();
	ck_assert_double_eq(cloud_norm_median(&r, 0, "perception"), 0);
	take(0, TASK_REJECTED, 1000, 1000);
	take(1, TASK_HELD, 1000, 1000);
	take(2, TASK_ACCEPTED, 0, 0); /* of a database from before norms were kept */
	ck_assert_double_eq(cloud_norm_median(&r, 0, "perception"), 0);
	take(3, TASK_ACCEPTED, 4, 5);
	ck_assert_double_eq(cloud_norm_median(&r, 0, "perception"), 4);
	round_release(&r);
}
END_TEST

SUITE("core/norms", each_kind_and_stage_has_its_own_median, only_what_was_accepted_and_measured_counts)
