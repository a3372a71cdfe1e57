#include <string.h>

#include "common/base/str.h"
#include "tests/support/edge_rig.h"
#include "tests/support/suite.h"

static struct rig r;

static void begin(void)
{
	rig_init(&r);
	rig_connect(&r);
	rig_say(&r, rig_offer(1, 1));
	rig_forget(&r);
}

static void expect_refusal(const char *code, const char *part)
{
	const struct msg *m = rig_last(&r, MSG_ERROR);

	ck_assert_str_eq(m->error.code, code);
	ck_assert_msg(strstr(m->error.text, part) != NULL, "'%s' does not say '%s'", m->error.text, part);
	ck_assert(!m->error.fatal);
	ck_assert_uint_eq(m->reply_to, r.seq);
	ck_assert_uint_eq(r.trainings, 0);
}

START_TEST(a_task_must_be_what_was_contracted)
{
	struct msg m;

	begin();
	m = rig_task(&r, 1, 1, 1);
	m.task.effort += 1e-9;
	rig_say(&r, m);
	expect_refusal("invalid", "effort");
	m = rig_task(&r, 1, 1, 1);
	m.task.reward_micro--;
	rig_say(&r, m);
	expect_refusal("invalid", "reward");
	m = rig_task(&r, 1, 1, 1);
	m.task.work[0].samples++;
	rig_say(&r, m);
	expect_refusal("invalid", "311 samples, but the effort stands for 310");
	m = rig_task(&r, 1, 2, 1);
	rig_say(&r, m);
	expect_refusal("state", "of round 2");
	m = rig_task(&r, 1, 1, 2);
	rig_say(&r, m);
	expect_refusal("state", "no item was chosen for period 2");
	m = rig_task(&r, 1, 1, 1);
	m.task.period = 4;
	rig_say(&r, m);
	expect_refusal("invalid", "period 4");
	m = rig_task(&r, 0, 1, 1);
	rig_say(&r, m);
	expect_refusal("invalid", "number 0");
	ck_assert_uint_eq(edge_get_stats(r.edge).refused, 7);
	rig_release(&r);
}
END_TEST

START_TEST(the_works_of_a_task_must_make_sense)
{
	struct msg m;

	begin();
	m = rig_task(&r, 1, 1, 1);
	str_copy(m.task.work[0].kind, sizeof(m.task.work[0].kind), "telepathy");
	rig_say(&r, m);
	expect_refusal("not-found", "'telepathy'");
	m = rig_task(&r, 1, 1, 1);
	m.task.work[1] = m.task.work[0];
	m.task.work_count = 2;
	rig_say(&r, m);
	expect_refusal("invalid", "stands twice");
	m = rig_task(&r, 1, 1, 1);
	m.task.work_count = 0;
	rig_say(&r, m);
	expect_refusal("invalid", "no work");
	m = rig_task(&r, 1, 1, 1);
	m.task.work[0].start.digest = (struct digest){{0}};
	rig_say(&r, m);
	expect_refusal("invalid", "no blob to start from");
	m = rig_task(&r, 1, 1, 1);
	m.task.work[0].needs.size = (1 << 20) + 1;
	rig_say(&r, m);
	expect_refusal("limit", "needs blob has 1048577 bytes");
	m = rig_task(&r, 1, 1, 1);
	m.task.work[0].start.size = 6;
	rig_say(&r, m);
	expect_refusal("invalid", "announced as one of 6");
	rig_release(&r);
}
END_TEST

START_TEST(samples_may_be_spread_over_kinds)
{
	struct msg m;

	begin();
	m = rig_task(&r, 1, 1, 1);
	m.task.work[1] = m.task.work[0];
	str_copy(m.task.work[1].kind, sizeof(m.task.work[1].kind), "memory");
	m.task.work[0].samples = 300;
	m.task.work[1].samples = 10;
	m.task.work_count = 2;
	rig_say(&r, m);
	ck_assert_uint_eq(rig_last(&r, MSG_UPDATE)->update.result_count, 2);
	rig_release(&r);
}
END_TEST

START_TEST(deriving_is_unpaid_and_bounded)
{
	struct msg m;

	begin();
	m = rig_task(&r, 3, 1, 3);
	m.task.reward_micro = 1;
	rig_say(&r, m);
	expect_refusal("invalid", "not paid");
	m = rig_task(&r, 3, 1, 3);
	m.task.work[0].samples = EDGE_DERIVE_SAMPLES_MAX + 1;
	rig_say(&r, m);
	expect_refusal("limit", "deriving");
	rig_say(&r, rig_task(&r, 3, 1, 3));
	ck_assert_uint_eq(rig_last(&r, MSG_UPDATE)->update.result[0].samples, 500);
	rig_release(&r);
}
END_TEST

START_TEST(who_declined_works_for_nobody)
{
	struct msg m = rig_offer(1, 1);

	rig_init(&r);
	rig_connect(&r);
	m.offer.menu.r1[0] = m.offer.menu.r1[1] = -50;
	rig_say(&r, m);
	rig_say(&r, rig_task(&r, 1, 1, 1));
	expect_refusal("state", "no item was chosen");
	rig_say(&r, rig_task(&r, 3, 1, 3));
	expect_refusal("state", "declined the round");
	rig_release(&r);
}
END_TEST

SUITE("edge/core/task_check", a_task_must_be_what_was_contracted, the_works_of_a_task_must_make_sense,
      samples_may_be_spread_over_kinds, deriving_is_unpaid_and_bounded, who_declined_works_for_nobody)
