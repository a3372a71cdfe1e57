/* Whose work an update is, when two tasks of a round name the same parameters. */
#include <string.h>

#include "cloud/core/cloud_internal.h"
#include "tests/support/suite.h"

enum { VICTIM, THIEF };

static struct cloud cloud;
static char reason[WIRE_TEXT_MAX + 1];

static struct task *task_of(int who)
{
	return &cloud.round.seat[who].task[0];
}

static void announce(int who, uint64_t order, uint8_t result)
{
	struct task *t = task_of(who);

	t->order.work_count = t->update.result_count = 1;
	t->order.work[0].start.digest.bytes[0] = 1;
	memcpy(t->order.work[0].kind, "perception", sizeof("perception"));
	t->update.result[0].blob.digest.bytes[0] = result;
	t->announced = order;
	t->state = TASK_DELIVERED;
}

static bool original(int who)
{
	return cloud_is_original(&cloud, (size_t)who, 0, reason, sizeof(reason));
}

static void begin(void)
{
	struct err e = ERR_INIT;

	memset(&cloud, 0, sizeof(cloud));
	cloud.round.id = 1;
	ck_ok(store_open(":memory:", &cloud.store, &e), &e);
	ck_assert_ptr_nonnull(round_add_seat(&cloud.round, "victim"));
	ck_assert_ptr_nonnull(round_add_seat(&cloud.round, "thief"));
}

static void done(void)
{
	round_release(&cloud.round);
	store_close(cloud.store);
}

static void ck_copy(int who)
{
	ck_assert(!original(who));
	ck_assert_str_eq(reason, "perception: not trained: these are the parameters of another task's update");
}

START_TEST(own_work_is_original)
{
	begin();
	announce(VICTIM, 1, 7);
	announce(THIEF, 2, 8);
	ck_assert(original(VICTIM));
	ck_assert(original(THIEF));
	done();
}
END_TEST

/* The bytes are on the disk, and the loop has not heard yet who sent them. */
START_TEST(stored_bytes_belong_to_the_first_announcement)
{
	begin();
	announce(VICTIM, 1, 7);
	announce(THIEF, 2, 7);
	ck_copy(THIEF);
	ck_assert(original(VICTIM));
	task_of(THIEF)->state = TASK_REJECTED;
	ck_assert(original(VICTIM));
	task_of(VICTIM)->state = TASK_HELD;
	ck_copy(THIEF);
	done();
}
END_TEST

/* Saying so first earns nothing: the bytes are the proof. */
START_TEST(who_sent_the_bytes_comes_before_who_named_them)
{
	begin();
	announce(THIEF, 1, 7);
	announce(VICTIM, 2, 7);
	task_of(VICTIM)->brought = 1;
	ck_assert(original(VICTIM));
	task_of(VICTIM)->state = TASK_ACCEPTED;
	ck_copy(THIEF);
	done();
}
END_TEST

/* What was refused or came too late, and is here, is no prize for the next one. */
START_TEST(refused_work_cannot_be_handed_in_by_another)
{
	static const enum task_state over[] = {TASK_REJECTED, TASK_LATE};

	begin();
	announce(VICTIM, 1, 7);
	announce(THIEF, 2, 7);
	for (size_t i = 0; i < ARRAY_LEN(over); i++) {
		task_of(VICTIM)->state = over[i];
		ck_copy(THIEF);
	}
	done();
}
END_TEST

START_TEST(the_start_is_nobodys_work)
{
	begin();
	announce(VICTIM, 1, 1);
	ck_assert(!original(VICTIM));
	ck_assert_ptr_nonnull(strstr(reason, "unchanged"));
	done();
}
END_TEST

SUITE("core/original", own_work_is_original, stored_bytes_belong_to_the_first_announcement,
      who_sent_the_bytes_comes_before_who_named_them, refused_work_cannot_be_handed_in_by_another,
      the_start_is_nobodys_work)
