#include <math.h>
#include <string.h>

#include "tests/support/edge_rig.h"
#include "tests/support/suite.h"

static struct rig r;

static void expect_refusal(const char *code, const char *part)
{
	const struct msg *m = rig_last(&r, MSG_ERROR);

	ck_assert_str_eq(m->error.code, code);
	ck_assert_msg(strstr(m->error.text, part) != NULL, "'%s' does not say '%s'", m->error.text, part);
	ck_assert(!m->error.fatal);
	ck_assert_uint_eq(m->reply_to, r.seq);
	ck_assert(!rig_closed(&r));
}

static int choice(void)
{
	return rig_last(&r, MSG_CHOICE)->choice.item;
}

START_TEST(telemetry_is_told_once_a_period)
{
	const struct msg *m;

	rig_init(&r);
	rig_connect(&r);
	for (int i = 0; i < 2; i++) {
		rig_say(&r, rig_signal_request(4, 1));
		m = rig_last(&r, MSG_SIGNAL);
		ck_assert_uint_eq(m->signal.round, 4);
		ck_assert_uint_eq(m->signal.period, 1);
		ck_assert_double_eq(m->signal.telemetry.samples, 41);
		ck_assert_uint_eq(m->reply_to, r.seq);
	}
	ck_assert_uint_eq(r.telemetries, 1);
	rig_say(&r, rig_signal_request(4, 2));
	ck_assert_double_eq(rig_last(&r, MSG_SIGNAL)->signal.telemetry.samples, 42);
	ck_assert_uint_eq(r.telemetries, 2);
	rig_release(&r);
}
END_TEST

START_TEST(wrong_signal_requests_are_refused)
{
	struct msg m;

	rig_init(&r);
	rig_connect(&r);
	rig_say(&r, rig_signal_request(0, 1));
	expect_refusal("invalid", "round 0");
	rig_say(&r, rig_signal_request(1, 3));
	expect_refusal("invalid", "period 3");
	m = rig_signal_request(1, 1);
	m.signal_request.market.terms.theta[1] = 0.1;
	rig_say(&r, m);
	expect_refusal("invalid", "market");
	m = rig_signal_request(1, 1);
	m.signal_request.market.prior[0] = 0.7;
	rig_say(&r, m);
	expect_refusal("invalid", "prior sums to 1.3");
	m = rig_signal_request(1, 1);
	m.signal_request.market.samples_per_effort = 0;
	rig_say(&r, m);
	expect_refusal("invalid", "samples_per_effort");
	ck_assert_uint_eq(r.telemetries, 0);
	rig_release(&r);
}
END_TEST

START_TEST(the_choice_is_saved_before_it_is_told)
{
	rig_init(&r);
	rig_connect(&r);
	rig_say(&r, rig_offer(1, 1));
	ck_assert_int_eq(choice(), 1);
	ck_assert_uint_eq(r.saves, 1);
	ck_assert_uint_eq(r.sent_when_saved, 0);
	ck_assert_uint_eq(r.saved.round, 1);
	ck_assert(r.saved.chosen[0] && !r.saved.chosen[1]);
	ck_assert_int_eq(r.saved.item[0], 1);
	rig_say(&r, (struct msg){.kind = MSG_CHOICE_RECORDED,
	                         .choice_recorded = {.round = 1, .period = 1, .item = 1}});
	ck_assert_uint_eq(r.sent_count, 1);
	rig_release(&r);
}
END_TEST

START_TEST(a_choice_that_cannot_be_saved_is_not_told)
{
	rig_init(&r);
	rig_connect(&r);
	r.save_fails = 1;
	rig_say(&r, rig_offer(1, 1));
	expect_refusal("io", "disk is full");
	ck_assert_uint_eq(edge_get_state(r.edge)->round, 0);
	rig_say(&r, rig_offer(1, 1));
	ck_assert_int_eq(choice(), 1);
	r.save_fails = 1;
	rig_say(&r, rig_offer(1, 2));
	expect_refusal("io", "disk is full");
	rig_say(&r, rig_offer(1, 2));
	ck_assert_int_eq(choice(), 1);
	rig_release(&r);
}
END_TEST

START_TEST(each_type_takes_its_item_and_keeps_to_it)
{
	rig_init(&r);
	rig_connect(&r);
	r.own[0] = 0;
	r.own[1] = 1;
	rig_say(&r, rig_offer(1, 1));
	ck_assert_int_eq(choice(), 0);
	r.own[0] = 1;
	rig_say(&r, rig_offer(1, 1));
	ck_assert_int_eq(choice(), 0);
	rig_say(&r, rig_offer(1, 2));
	ck_assert_int_eq(choice(), 1);
	r.own[1] = 0;
	rig_crash(&r);
	rig_connect(&r);
	rig_say(&r, rig_offer(1, 1));
	ck_assert_int_eq(choice(), 0);
	rig_say(&r, rig_offer(1, 2));
	ck_assert_int_eq(choice(), 1);
	ck_assert_uint_eq(edge_get_stats(r.edge).choices, 0);
	rig_say(&r, rig_offer(2, 1));
	ck_assert_int_eq(choice(), 1);
	ck_assert(!r.saved.chosen[1]);
	rig_release(&r);
}
END_TEST

START_TEST(a_menu_not_worth_it_is_declined)
{
	struct msg m = rig_offer(1, 1);

	rig_init(&r);
	rig_connect(&r);
	for (int k = 0; k < 2; k++)
		m.offer.menu.r1[k] = -50;
	rig_say(&r, m);
	ck_assert_int_eq(choice(), -1);
	ck_assert(r.saved.chosen[0]);
	ck_assert_int_eq(r.saved.item[0], -1);
	m.offer.period = 2;
	rig_say(&r, m);
	ck_assert_int_eq(choice(), -1);
	ck_assert_uint_eq(edge_get_stats(r.edge).declined, 2);
	rig_release(&r);
}
END_TEST

START_TEST(wrong_menus_are_refused)
{
	struct msg m = rig_offer(1, 1);

	rig_init(&r);
	rig_connect(&r);
	m.offer.menu.q1[1] = 11;
	rig_say(&r, m);
	expect_refusal("invalid", "effort 11");
	m = rig_offer(1, 1);
	m.offer.menu.types = 1;
	rig_say(&r, m);
	expect_refusal("invalid", "1 types");
	m = rig_offer(1, 1);
	m.offer.market.terms.delta = 0;
	rig_say(&r, m);
	expect_refusal("invalid", "delta");
	m = rig_offer(1, 1);
	m.offer.menu.r2[1][0] = INFINITY;
	rig_say(&r, m);
	expect_refusal("invalid", "finite");
	r.own[0] = 2;
	rig_say(&r, rig_offer(1, 1));
	expect_refusal("internal", "own type");
	ck_assert_uint_eq(r.saves, 0);
	ck_assert_uint_eq(edge_get_stats(r.edge).refused, 5);
	rig_release(&r);
}
END_TEST

START_TEST(a_second_menu_in_a_round_is_refused)
{
	struct msg m = rig_offer(1, 1);

	rig_init(&r);
	rig_connect(&r);
	rig_say(&r, m);
	m.offer.menu.r2[0][1] = nextafter(m.offer.menu.r2[0][1], 100);
	rig_say(&r, m);
	expect_refusal("invalid", "not the one offered first");
	rig_say(&r, rig_offer(1, 1));
	ck_assert_int_eq(choice(), 1);
	rig_release(&r);
}
END_TEST

START_TEST(the_menu_binds_the_cloud_in_period_2)
{
	struct msg m = rig_offer(1, 2);

	rig_init(&r);
	rig_connect(&r);
	rig_say(&r, rig_offer(1, 1));
	m.offer.menu.r2[1][1] -= 0.001;
	rig_say(&r, m);
	ck_assert_int_eq(choice(), -1);
	rig_say(&r, rig_offer(1, 2)); /* a decline is a choice: it stays */
	ck_assert_int_eq(choice(), -1);

	rig_say(&r, rig_offer(2, 1));
	rig_say(&r, rig_offer(2, 2));
	ck_assert_int_eq(choice(), 1);
	m.offer.round = 2;
	rig_say(&r, m);
	expect_refusal("invalid", "not the one offered first");
	ck_assert_int_eq(r.saved.item[1], 1);
	rig_release(&r);
}
END_TEST

START_TEST(rounds_not_joined_are_declined_and_old_ones_refused)
{
	rig_init(&r);
	rig_connect(&r);
	rig_say(&r, rig_offer(5, 2));
	ck_assert_int_eq(choice(), -1);
	ck_assert_uint_eq(r.saves, 0);
	rig_say(&r, rig_offer(5, 1));
	ck_assert_int_eq(choice(), 1);
	rig_say(&r, rig_offer(4, 1));
	expect_refusal("state", "round 4 is over");
	rig_say(&r, rig_offer(4, 2));
	expect_refusal("state", "round 4 is over");
	rig_say(&r, rig_signal_request(4, 2));
	expect_refusal("state", "round 4 is over");
	rig_say(&r, rig_offer(5, 0));
	expect_refusal("invalid", "period 0");
	rig_release(&r);
}
END_TEST

SUITE("edge/core/contract", telemetry_is_told_once_a_period, wrong_signal_requests_are_refused,
      the_choice_is_saved_before_it_is_told, a_choice_that_cannot_be_saved_is_not_told,
      each_type_takes_its_item_and_keeps_to_it, a_menu_not_worth_it_is_declined, wrong_menus_are_refused,
      a_second_menu_in_a_round_is_refused, the_menu_binds_the_cloud_in_period_2,
      rounds_not_joined_are_declined_and_old_ones_refused)
