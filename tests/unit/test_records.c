#include "cloud/store/records.h"

#include <math.h>
#include <string.h>

#include "tests/support/suite.h"

START_TEST(names_read_back)
{
	struct err e = ERR_INIT;
	enum phase p;
	enum task_state t;
	enum deploy_state d;

	for (int i = 0; i <= PHASE_FAILED; i++) {
		ck_ok(phase_parse(phase_name((enum phase)i), &p, &e), &e);
		ck_assert_int_eq(p, i);
	}
	for (int i = 0; i <= TASK_LATE; i++) {
		ck_ok(task_state_parse(task_state_name((enum task_state)i), &t, &e), &e);
		ck_assert_int_eq(t, i);
	}
	for (int i = 0; i <= DEPLOY_LATE; i++) {
		ck_ok(deploy_state_parse(deploy_state_name((enum deploy_state)i), &d, &e), &e);
		ck_assert_int_eq(d, i);
	}
	ck_assert_str_eq(phase_name(PHASE_AGGREGATE2), "aggregate2");
	ck_assert_str_eq(phase_name((enum phase)99), "unknown");
	ck_assert_str_eq(phase_name((enum phase) - 1), "unknown");
	ck_fails(phase_parse("Train1", &p, &e), E_CORRUPT, &e, "'Train1' is not a phase");
	ck_fails(task_state_parse("", &t, &e), E_CORRUPT, &e, "'none' to 'late'");
	ck_fails(deploy_state_parse("x", &d, &e), E_CORRUPT, &e, "deployment's state");
}
END_TEST

START_TEST(seats_are_added_up_to_the_limit)
{
	char name[16];
	struct round r = {0};

	ck_assert_ptr_null(round_seat(&r, "edge-0"));
	for (int i = 0; i < SEATS_MAX; i++) {
		struct seat *seat;

		snprintf(name, sizeof(name), "edge-%d", i);
		seat = round_add_seat(&r, name);
		ck_assert_ptr_nonnull(seat);
		ck_assert_str_eq(seat->edge, name);
		ck_assert(seat->item[0] == ITEM_NONE && seat->item[1] == ITEM_NONE && isnan(seat->task[2].metric));
	}
	ck_assert_ptr_null(round_add_seat(&r, "one-more"));
	ck_assert_uint_eq(r.seat_count, SEATS_MAX);
	ck_assert_ptr_eq(round_seat(&r, "edge-4000"), &r.seat[4000]);
	ck_assert_ptr_null(round_seat(&r, "edge-4096"));
	round_release(&r);
	ck_assert_uint_eq(r.seat_count, 0);
	ck_assert_ptr_null(round_add_seat(&r, "../etc"));
	ck_assert_ptr_null(round_add_seat(&r, ""));
	round_release(&r);
}
END_TEST

SUITE("store/records", names_read_back, seats_are_added_up_to_the_limit)
