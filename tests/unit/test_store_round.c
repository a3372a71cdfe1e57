#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cloud/store/query.h"
#include "common/base/clock.h"
#include "common/base/str.h"
#include "tests/support/rounds.h"
#include "tests/support/suite.h"

static struct store *s;
static struct err e;
static struct rng rng;

static void start(void)
{
	rng_seed(&rng, suite_seed(), 0);
	ck_ok(store_open(":memory:", &s, &e), &e);
}

static void sql(const char *text)
{
	ck_assert_msg(sqlite3_exec(s->db, text, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", text,
	              sqlite3_errmsg(s->db));
}

START_TEST(a_round_comes_back_bit_for_bit)
{
	struct round a, b;

	start();
	for (uint64_t id = 1; id <= 20; id++) {
		rounds_make(&rng, id, 5, &a);
		ck_ok(rounds_save(s, &a, &e), &e);
		ck_ok(store_load_round(s, id, &b, &e), &e);
		rounds_same(&a, &b);
		round_release(&a);
		round_release(&b);
	}
	ck_fails(store_load_round(s, 99, &b, &e), E_NOT_FOUND, &e, "no round 99");
	store_close(s);
}
END_TEST

START_TEST(saving_again_replaces)
{
	struct round a, b;
	uint64_t last;

	start();
	ck_ok(store_last_round(s, &last, &e), &e);
	ck_assert_uint_eq(last, 0);
	rounds_make(&rng, 4, 3, &a);
	ck_ok(rounds_save(s, &a, &e), &e);
	a.has_menu = false;
	memset(&a.menu, 0, sizeof(a.menu));
	a.module_count = 1;
	a.expected_profit = NAN;
	a.seat[1].signalled[1] = false;
	memset(&a.seat[1].signal[1], 0, sizeof(a.seat[1].signal[1]));
	a.seat[2].task[0].update = (struct msg_update){0};
	a.seat[2].task[0].order.work_count = 1;
	a.seat[0].task[2].ledger_entry = 5;
	a.seat[0].task[2].ledger_hash = rounds_digest(&rng);
	ck_ok(rounds_save(s, &a, &e), &e);
	ck_ok(store_load_round(s, 4, &b, &e), &e);
	rounds_same(&a, &b);
	ck_ok(store_last_round(s, &last, &e), &e);
	ck_assert_uint_eq(last, 4);
	round_release(&a);
	round_release(&b);
	store_close(s);
}
END_TEST

START_TEST(a_task_is_found_by_its_number)
{
	struct round a;
	struct task t;

	start();
	rounds_make(&rng, 4, 3, &a);
	ck_ok(rounds_save(s, &a, &e), &e);
	for (size_t i = 0; i < 3; i++) {
		ck_ok(store_load_task(s, a.seat[i].task[1].order.task, &t, &e), &e);
		ck_assert_str_eq(t.edge, a.seat[i].edge);
		ck_assert_uint_eq(t.order.work_count, a.seat[i].task[1].order.work_count);
		ck_assert_uint_eq(t.update.result_count, a.seat[i].task[1].update.result_count);
		ck_assert_int_eq(t.paid_micro, a.seat[i].task[1].paid_micro);
	}
	ck_fails(store_load_task(s, 99, &t, &e), E_NOT_FOUND, &e, "no task 99");
	round_release(&a);
	store_close(s);
}
END_TEST

START_TEST(seats_keep_the_order_of_their_first_saving)
{
	const char *const names[] = {"zulu", "alpha", "mike"};
	struct round a, b;

	start();
	rounds_make(&rng, 1, 0, &a);
	for (int i = 0; i < 3; i++)
		ck_assert_ptr_nonnull(round_add_seat(&a, names[i]));
	ck_ok(rounds_save(s, &a, &e), &e);
	ck_ok(store_begin(s, &e), &e);
	ck_ok(store_save_seat(s, 1, &a.seat[1], &e), &e);
	ck_ok(store_commit(s, &e), &e);
	ck_ok(store_load_round(s, 1, &b, &e), &e);
	rounds_same(&a, &b);
	round_release(&a);
	round_release(&b);
	store_close(s);
}
END_TEST

START_TEST(what_could_not_be_read_back_is_refused)
{
	struct round a;
	struct task t;

	start();
	rounds_make(&rng, 1, 1, &a);
	t = a.seat[0].task[0];
	ck_fails(store_save_round(s, &a, &e), E_STATE, &e, "store_begin");
	ck_ok(store_begin(s, &e), &e);
	ck_fails(store_begin(s, &e), E_STATE, &e, "open already");
	ck_fails(store_save_task(s, &t, &e), E_INVALID, &e, "FOREIGN KEY");
	ck_ok(store_save_round(s, &a, &e), &e);
	ck_fails(store_save_task(s, &t, &e), E_INVALID, &e, "FOREIGN KEY");
	ck_fails(store_save_seat(s, 2, &a.seat[0], &e), E_INVALID, &e, "round 2");
	ck_ok(store_save_seat(s, 1, &a.seat[0], &e), &e);
	t.order.effort = NAN;
	ck_fails(store_save_task(s, &t, &e), E_INVALID, &e, "effort");
	t.order.effort = 1;
	t.order.deadline_ms = UINT64_MAX;
	ck_fails(store_save_task(s, &t, &e), E_LIMIT, &e, "18446744073709551615");
	t.order.deadline_ms = 0;
	t.state = (enum task_state)99;
	ck_fails(store_save_task(s, &t, &e), E_INVALID, &e, "state 99");
	t.state = TASK_HELD;
	t.order.work_count = 9;
	ck_fails(store_save_task(s, &t, &e), E_INVALID, &e, "9 works");
	t.order.work_count = 1;
	memset(t.reason, 'x', sizeof(t.reason));
	ck_fails(store_save_task(s, &t, &e), E_INVALID, &e, "longer than 512");
	t.reason[0] = '\0';
	ck_ok(store_save_task(s, &t, &e), &e);
	t.order.period = 2;
	ck_fails(store_save_task(s, &t, &e), E_EXISTS, &e, "another edge, round or period");
	a.seat[0].signal[0].cpu_free = 1.5;
	ck_fails(store_save_seat(s, 1, &a.seat[0], &e), E_INVALID, &e, "telemetry of period 1");
	a.instance.id[0] = '\0';
	ck_fails(store_save_round(s, &a, &e), E_INVALID, &e, "round 1: instance: its id");
	a.instance.id[0] = 'x';
	a.menu.q1[0] = -1;
	ck_fails(store_save_round(s, &a, &e), E_INVALID, &e, "menu");
	a.menu.q1[0] = 0;
	if (a.instance.terms.types > 1) {
		a.instance.prior[0] += 1e-9;
		ck_fails(store_save_round(s, &a, &e), E_INVALID, &e, "instance_tidy");
	}
	store_rollback(s);
	store_rollback(s);
	ck_fails(store_commit(s, &e), E_STATE, &e, "no transaction");
	round_release(&a);
	ck_fails(store_load_round(s, 1, &a, &e), E_NOT_FOUND, &e, "no round 1");
	store_close(s);
}
END_TEST

/* Every change a broken disk or a meddler could make; the answer names the table and what it is about. */
static const struct {
	const char *change, *table, *says;
} broken[] = {
    {"UPDATE round SET phase = 'sleep'", "table 'round', id 1", "'sleep' is not a phase"},
    {"UPDATE round SET instance = '{'", "table 'round', id 1", "not JSON"},
    {"UPDATE round SET instance = '{}'", "table 'round', id 1", "column 'instance'"},
    {"UPDATE round SET menu = '[1,2]'", "table 'round', id 1", "column 'menu'"},
    {"UPDATE round SET menu = json_set(menu, '$.q1[0]', 1e9)", "table 'round', id 1", "menu"},
    {"UPDATE round SET samples_per_effort = -1", "table 'round', id 1", "samples per effort"},
    {"UPDATE round SET policy = 'a' || char(0) || 'b'", "table 'round', id 1", "'policy' is not a text"},
    {"UPDATE round SET failure = printf('%.600c', 'x')", "table 'round', id 1", "up to 512 bytes"},
    {"UPDATE round_module SET kind = '../x'", "table 'round_module', round 1, position 0", "'../x'"},
    {"UPDATE round_module SET digest = x'00'", "table 'round_module', round 1, position 0", "digest"},
    {"UPDATE round_module SET generation = 4294967296", "table 'round_module'", "4294967296"},
    {"UPDATE round_module SET position = 5 WHERE position = 1", "table 'round_module'", "count from 0"},
    {"UPDATE seat SET item2 = 77 WHERE edge = 'edge-1'", "table 'seat', round 1, edge edge-1", "is 77"},
    {"UPDATE seat SET cpu_free1 = NULL", "table 'seat'", "4 numbers"},
    {"UPDATE seat SET cpu_free1 = 2", "table 'seat'", "telemetry of period 1"},
    {"UPDATE seat SET edge = '' WHERE edge = 'edge-0'", "table 'seat', round 1, edge", "not a name"},
    {"UPDATE seat SET deploy = ''", "table 'seat'", "deployment's state"},
    {"UPDATE task SET state = 'paid' WHERE task = 10004", "table 'task', task 10004", "'paid'"},
    {"UPDATE task SET effort = -0.5", "table 'task', task 10000", "effort"},
    {"UPDATE task SET period = 4 WHERE task = 10003", "table 'task', task 10003", "'period' is 4"},
    {"UPDATE task SET answered = 2", "table 'task'", "'answered' is 2"},
    {"UPDATE task SET ledger_hash = x'1234'", "table 'task'", "ledger_hash"},
    {"UPDATE task SET deadline_ms = -1", "table 'task'", "deadline_ms"},
    {"UPDATE task_work SET samples = -1 WHERE position = 1", "table 'task_work', task 10000, position 1",
     "-1"},
    {"UPDATE task_work SET kind = ' '", "table 'task_work'", "module kind"},
    {"DELETE FROM task_work WHERE position = 0", "table 'task_work'", "count from 0"},
    {"UPDATE task_result SET size = -7", "table 'task_result', task 10000, position 0", "'size' is -7"},
    {"UPDATE task_result SET kind = ''", "table 'task_result'", "module kind"},
    {"UPDATE task_result SET norm = -1", "table 'task_result', task 10000, position 0", "norm"},
};

START_TEST(a_corrupted_row_is_named)
{
	struct round a, b;

	start();
	rounds_make(&rng, 1, 3, &a);
	ck_ok(rounds_save(s, &a, &e), &e);
	sql("PRAGMA foreign_keys = OFF");
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		int rc;

		sql("BEGIN");
		sql(broken[i].change);
		rc = store_load_round(s, 1, &b, &e);
		ck_assert_msg(rc == E_CORRUPT, "%s: %s", broken[i].change, err_name(rc));
		ck_assert_msg(strstr(e.text, broken[i].table) && strstr(e.text, broken[i].says), "%s: %s",
		              broken[i].change, e.text);
		ck_assert_int_eq(e.code, E_CORRUPT);
		ck_assert_ptr_null(b.seat);
		ck_assert_int_eq(store_load_round(s, 1, &b, NULL), E_CORRUPT);
		sql("ROLLBACK");
	}
	ck_ok(store_load_round(s, 1, &b, &e), &e);
	rounds_same(&a, &b);
	round_release(&a);
	round_release(&b);
	store_close(s);
}
END_TEST

SUITE("store/round", a_round_comes_back_bit_for_bit, saving_again_replaces, a_task_is_found_by_its_number,
      seats_keep_the_order_of_their_first_saving, what_could_not_be_read_back_is_refused,
      a_corrupted_row_is_named)
