/* The round's state machine, event by event. */
#include "cloud/core/round.h"

#include <math.h>
#include <string.h>

#include "tests/support/suite.h"

static const struct round_module modules[] = {{"perception", false, -1}, {"memory", true, 0}};
static const struct round_rules rules = {.module = modules,
                                         .module_count = 2,
                                         .signal_ms = 100,
                                         .choice_ms = 100,
                                         .train_ms = 1000,
                                         .deploy_ms = 100,
                                         .derive_samples = 50,
                                         .seed = 9};
static const char *const names[] = {"a", "b", "c"};

static struct round r;
static struct actions out;
static int64_t now;

static bool has(enum action_kind kind, size_t seat, int stage)
{
	for (size_t i = 0; i < out.count; i++)
		if (out.list[i].kind == kind && out.list[i].seat == seat && out.list[i].stage == stage)
			return true;
	return false;
}

static bool has_job(enum job_kind job)
{
	for (size_t i = 0; i < out.count; i++)
		if (out.list[i].kind == ACT_JOB && out.list[i].job == job)
			return true;
	return false;
}

static void begin(size_t edges)
{
	memset(&r, 0, sizeof(r));
	r.instance.terms.types = 2;
	r.instance.terms.q_max = 10;
	r.samples_per_effort = 10;
	r.module_count = 2;
	for (int i = 0; i < 2; i++) {
		snprintf(r.module[i].kind, sizeof(r.module[i].kind), "%s", modules[i].kind);
		r.module[i].blob.digest.bytes[0] = (uint8_t)(i + 1);
	}
	now = 1000;
	round_start(&r, 5, names, edges, &rules, now, &out);
}

static void done(void)
{
	actions_release(&out);
	round_release(&r);
}

static int signal_from(const char *edge, uint32_t period)
{
	struct msg_signal m = {.round = r.id, .period = period, .telemetry = {0.5, 1, 10, 0, 100}};

	return round_signal(&r, &rules, edge, &m, now, &out, NULL);
}

static int choose(const char *edge, uint32_t period, int32_t item)
{
	struct msg_choice m = {r.id, period, item};

	return round_choice(&r, &rules, edge, &m, now, &out, NULL);
}

static void offer(void)
{
	struct written written = {
	    .menu = {.types = 2, .q1 = {2, 4}, .r1 = {1, 3}, .q2 = {{1, 2}, {0, 5}}, .r2 = {{0.5, 1}, {0.25, 4}}},
	    .expected_profit = 12.5,
	    .policy = "edmsac",
	    .weights = "0123456789abcdef",
	    .updates = 40,
	    .fallback = true};

	round_menu(&r, &rules, &written, now, &out);
}

static int update(size_t seat, int stage, uint64_t samples)
{
	const struct task *t = &r.seat[seat].task[stage];
	struct msg_update m = {.task = t->order.task, .result_count = t->order.work_count};

	for (size_t i = 0; i < m.result_count; i++) {
		memcpy(m.result[i].kind, t->order.work[i].kind, sizeof(m.result[i].kind));
		m.result[i].samples = samples;
		m.result[i].blob.digest.bytes[0] = (uint8_t)(100 + seat);
	}
	return round_update(&r, r.seat[seat].edge, &m, &out, NULL);
}

static void work(size_t seat, int stage, bool accepted)
{
	ck_assert_int_eq(update(seat, stage, r.seat[seat].task[stage].order.work[0].samples), 0);
	round_held(&r, seat, stage, &out);
	round_screened(&r, &rules, seat, stage, accepted, accepted ? "" : "norm: too far", 0.8, now, &out);
}

static void to_choice1(size_t edges)
{
	begin(edges);
	for (size_t i = 0; i < edges; i++)
		ck_assert_int_eq(signal_from(names[i], 1), 0);
	ck_assert_int_eq(r.phase, PHASE_POLICY);
	offer();
	ck_assert_int_eq(r.phase, PHASE_CHOICE1);
}

static void to_period2(void)
{
	to_choice1(2);
	ck_assert_int_eq(choose("a", 1, 0), 0);
	ck_assert_int_eq(choose("b", 1, 1), 0);
	work(0, 0, true);
	work(1, 0, true);
	ck_assert_uint_eq(r.seat[0].task[0].announced, 1); /* numbered as they come */
	ck_assert_uint_eq(r.seat[1].task[0].announced, 2);
	ck_assert_int_eq(r.phase, PHASE_AGGREGATE1);
	round_aggregated(&r, &rules, 0, r.module, 1, now, &out);
	ck_assert_int_eq(r.phase, PHASE_SIGNAL2);
	ck_assert_int_eq(signal_from("a", 2), 0);
	ck_assert_int_eq(signal_from("b", 2), 0);
	ck_assert_int_eq(r.phase, PHASE_CHOICE2);
}

START_TEST(a_round_goes_through_all_its_phases)
{
	struct msg_deploy_status installed = {.version = 7, .installed = true};

	to_period2();
	ck_assert_int_eq(choose("a", 2, 1), 0);
	ck_assert_int_eq(choose("b", 2, 1), 0);
	work(0, 1, true);
	work(1, 1, true);
	round_aggregated(&r, &rules, 1, r.module, 1, now, &out);
	ck_assert_int_eq(r.phase, PHASE_DERIVE);
	work(0, 2, true);
	work(1, 2, true);
	round_aggregated(&r, &rules, 2, r.module + 1, 1, now, &out);
	ck_assert(has_job(JOB_INTEGRATE));
	round_integrated(&r, &rules, 7, NULL, 0, now, &out);
	ck_assert_int_eq(r.phase, PHASE_DEPLOY);
	ck_assert_int_eq(round_deployed(&r, &rules, "a", &installed, now, &out, NULL), 0);
	ck_assert_int_eq(round_deployed(&r, &rules, "b", &installed, now, &out, NULL), 0);
	ck_assert_int_eq(r.phase, PHASE_DONE);
	ck_assert(has(ACT_PAY, 0, 0) && has(ACT_PAY, 0, 1) && has(ACT_PAY, 1, 0) && has(ACT_PAY, 1, 1));
	ck_assert(!has(ACT_PAY, 0, 2)); /* deriving is not paid */
	done();
}
END_TEST

START_TEST(a_task_is_what_the_contract_says)
{
	struct msg m;

	to_choice1(2);
	ck_assert_int_eq(choose("a", 1, 1), 0);
	ck_assert_int_eq(choose("b", 1, ITEM_DECLINED), 0);
	ck_assert_int_eq(r.phase, PHASE_TRAIN1);
	ck_assert(round_due(&r, 0, now, &m));
	ck_assert_int_eq(m.kind, MSG_TASK);
	ck_assert_double_eq(m.task.effort, 4);
	ck_assert_int_eq(m.task.reward_micro, 3000000);
	ck_assert_uint_eq(m.task.work_count, 1);
	ck_assert_uint_eq(m.task.work[0].samples, 40);
	ck_assert(!round_due(&r, 1, now, &m)); /* declined: nothing to do */
	done();
}
END_TEST

START_TEST(a_choice_binds_and_is_confirmed_again)
{
	to_choice1(2);
	ck_assert_int_eq(choose("a", 1, 1), 0);
	actions_release(&out);
	ck_assert_int_eq(choose("a", 1, 1), 0);
	ck_assert(has(ACT_RECORDED, 0, 0));
	ck_assert_int_eq(choose("a", 1, 0), E_STATE);
	ck_assert_int_eq(choose("b", 1, 2), E_INVALID);
	ck_assert_int_eq(choose("b", 2, 0), E_STATE);
	ck_assert_int_eq(choose("nobody", 1, 0), E_STATE);
	ck_assert_int_eq(r.seat[0].item[0], 1);
	done();
}
END_TEST

START_TEST(a_breach_ends_the_contract)
{
	to_choice1(2);
	ck_assert_int_eq(choose("a", 1, 0), 0);
	ck_assert_int_eq(choose("b", 1, 0), 0);
	work(0, 0, true);
	work(1, 0, false);
	ck_assert(has(ACT_PAY, 0, 0) && !has(ACT_PAY, 1, 0));
	ck_assert_int_eq(r.seat[1].task[0].state, TASK_REJECTED);
	round_aggregated(&r, &rules, 0, r.module, 1, now, &out);
	ck_assert_int_eq(signal_from("a", 2), 0);
	ck_assert_int_eq(r.phase, PHASE_CHOICE2); /* b is not waited for */
	ck_assert_int_eq(choose("b", 2, 0), E_STATE);
	done();
}
END_TEST

START_TEST(who_is_late_is_unpaid_and_told)
{
	to_choice1(2);
	now += 101;
	round_tick(&r, &rules, now, &out);
	ck_assert_int_eq(r.phase, PHASE_FAILED);
	ck_assert_ptr_nonnull(strstr(r.failure, "no edge took an item"));
	done();

	to_choice1(2);
	ck_assert_int_eq(choose("a", 1, 0), 0);
	now += 101;
	round_tick(&r, &rules, now, &out);
	ck_assert_int_eq(r.seat[1].item[0], ITEM_DECLINED);
	ck_assert_int_eq(r.phase, PHASE_TRAIN1);
	now += 1001;
	actions_release(&out);
	round_tick(&r, &rules, now, &out);
	ck_assert_int_eq(r.seat[0].task[0].state, TASK_LATE);
	ck_assert(has(ACT_RECEIPT, 0, 0) && !has(ACT_PAY, 0, 0));
	ck_assert_int_eq(r.phase, PHASE_FAILED); /* nobody is left for period 2 */
	done();
}
END_TEST

START_TEST(an_update_that_does_not_fit_changes_nothing)
{
	struct msg_update other = {.task = 99};

	to_choice1(1);
	ck_assert_int_eq(choose("a", 1, 1), 0);
	ck_assert_int_eq(update(0, 0, 39), E_INVALID);
	ck_assert_int_eq(round_update(&r, "a", &other, &out, NULL), E_STATE);
	ck_assert_int_eq(r.seat[0].task[0].state, TASK_ASSIGNED);
	ck_assert_int_eq(update(0, 0, 40), 0);
	other = r.seat[0].task[0].update;
	other.result[0].blob.digest = digest_of("another", 7);
	ck_assert_int_eq(round_update(&r, "a", &other, &out, NULL), E_STATE); /* the first announcement binds */
	ck_assert_int_eq(update(0, 0, 40), 0);
	round_held(&r, 0, 0, &out);
	ck_assert_int_eq(update(0, 0, 40), 0);
	ck_assert_int_eq(r.seat[0].task[0].state, TASK_HELD);
	done();
}
END_TEST

START_TEST(a_screening_counts_once)
{
	to_choice1(1);
	ck_assert_int_eq(choose("a", 1, 1), 0);
	work(0, 0, true);
	actions_release(&out);
	round_screened(&r, &rules, 0, 0, true, "", 0.8, now, &out);
	round_screened(&r, &rules, 0, 0, false, "norm", 0.8, now, &out);
	ck_assert(!has(ACT_PAY, 0, 0));
	ck_assert_int_eq(r.seat[0].task[0].state, TASK_ACCEPTED);
	done();
}
END_TEST

START_TEST(work_without_effort_is_paid_at_once)
{
	to_period2();
	ck_assert_int_eq(choose("a", 2, 0), 0);
	actions_release(&out);
	ck_assert_int_eq(choose("b", 2, 0), 0); /* sub-menu 2, item 1: effort 0 for 0.25 */
	ck_assert_int_eq(r.seat[1].task[1].state, TASK_ACCEPTED);
	ck_assert(has(ACT_PAY, 1, 1));
	ck_assert_int_eq(r.seat[1].task[1].paid_micro, 250000);
	ck_assert_int_eq(r.phase, PHASE_TRAIN2);
	done();
}
END_TEST

START_TEST(a_restart_repeats_what_may_be_lost)
{
	to_choice1(2);
	ck_assert_int_eq(choose("a", 1, 0), 0);
	ck_assert_int_eq(choose("b", 1, 0), 0);
	ck_assert_int_eq(update(0, 0, 20), 0);
	ck_assert_int_eq(update(1, 0, 20), 0);
	round_held(&r, 1, 0, &out);
	actions_release(&out);
	now += 5000;
	round_resume(&r, &rules, now, &out);
	ck_assert(has(ACT_FETCH, 0, 0));
	ck_assert(has_job(JOB_SCREEN));
	ck_assert_int_eq(r.deadline_ms, now + 1000); /* the time away is nobody's fault */
	done();
}
END_TEST

START_TEST(a_failed_round_leaves_no_work_open)
{
	to_choice1(2);
	ck_assert_int_eq(choose("a", 1, 0), 0);
	ck_assert_int_eq(choose("b", 1, 0), 0);
	ck_assert_int_eq(update(0, 0, 20), 0);
	round_held(&r, 0, 0, &out);
	actions_release(&out);
	round_fail(&r, "the disk is full", now, &out);
	ck_assert_int_eq(r.phase, PHASE_FAILED);
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(r.seat[i].task[0].state, TASK_REJECTED);
		ck_assert_str_ne(r.seat[i].task[0].reason, "");
		ck_assert(has(ACT_SAVE_TASK, i, 0));
		ck_assert(has(ACT_RECEIPT, i, 0));
		ck_assert(!has(ACT_PAY, i, 0));
	}
	done();
}
END_TEST

/* Nothing of an edge's word may rest in memory only. */
START_TEST(what_edges_say_is_saved)
{
	begin(2);
	actions_release(&out);
	ck_assert_int_eq(signal_from("a", 1), 0);
	ck_assert(has(ACT_SAVE_SEAT, 0, 0));
	ck_assert_int_eq(signal_from("b", 1), 0);
	offer();
	actions_release(&out);
	ck_assert_int_eq(choose("a", 1, 0), 0);
	ck_assert(has(ACT_SAVE_SEAT, 0, 0));
	ck_assert_int_eq(choose("b", 1, 0), 0);
	actions_release(&out);
	ck_assert_int_eq(update(0, 0, 20), 0);
	ck_assert(has(ACT_SAVE_TASK, 0, 0));
	actions_release(&out);
	round_held(&r, 0, 0, &out);
	ck_assert(has(ACT_SAVE_TASK, 0, 0));
	actions_release(&out);
	round_screened(&r, &rules, 0, 0, true, "", 0.5, now, &out);
	ck_assert(has(ACT_SAVE_TASK, 0, 0));
	ck_assert(has(ACT_PAY, 0, 0));
	done();
}
END_TEST

START_TEST(a_reconnect_repeats_what_may_be_lost)
{
	to_choice1(2);
	actions_release(&out);
	round_join(&r, "a", &out);
	ck_assert(has(ACT_TELL, 0, 0));
	ck_assert_int_eq(choose("a", 1, 0), 0);
	ck_assert_int_eq(choose("b", 1, 0), 0);
	ck_assert_int_eq(update(0, 0, 20), 0);
	actions_release(&out);
	round_join(&r, "a", &out);
	ck_assert(has(ACT_FETCH, 0, 0));
	actions_release(&out);
	work(1, 0, true);
	actions_release(&out);
	ck_assert_int_eq(update(1, 0, 20), 0);
	ck_assert(has(ACT_RECEIPT, 1, 0));
	done();
	to_period2();
	ck_assert_int_eq(choose("a", 2, 0), 0);
	ck_assert_int_eq(choose("b", 2, 0), 0); /* no work, no update to ask with */
	actions_release(&out);
	round_join(&r, "b", &out);
	ck_assert(has(ACT_RECEIPT, 1, 1));
	done();
}
END_TEST

START_TEST(who_joins_while_signals_are_collected_gets_a_seat)
{
	begin(1);
	round_join(&r, "late", &out);
	ck_assert_uint_eq(r.seat_count, 2);
	ck_assert(has(ACT_TELL, 1, 0));
	ck_assert_int_eq(signal_from("a", 1), 0);
	ck_assert_int_eq(signal_from("late", 1), 0);
	round_join(&r, "too-late", &out);
	ck_assert_uint_eq(r.seat_count, 2);
	done();
}
END_TEST

SUITE("core/round", a_round_goes_through_all_its_phases, a_task_is_what_the_contract_says,
      a_choice_binds_and_is_confirmed_again, a_breach_ends_the_contract, who_is_late_is_unpaid_and_told,
      an_update_that_does_not_fit_changes_nothing, a_screening_counts_once,
      work_without_effort_is_paid_at_once, a_restart_repeats_what_may_be_lost,
      a_failed_round_leaves_no_work_open, what_edges_say_is_saved, a_reconnect_repeats_what_may_be_lost,
      who_joins_while_signals_are_collected_gets_a_seat)
