#include "cloud/store/ledger.h"

#include <inttypes.h>
#include <string.h>

#include "cloud/store/query.h"
#include "common/base/str.h"
#include "tests/support/rounds.h"
#include "tests/support/suite.h"

static struct store *s;
static struct err e;

static struct ledger_entry payment(uint64_t task)
{
	struct ledger_entry x = {.task = task, .round = 1 + task / 6, .period = 1 + (uint32_t)(task % 2)};

	snprintf(x.edge, sizeof(x.edge), "edge-%d", (int)(task % 3));
	x.amount_micro = (int64_t)task * 1000001 - 2000000; /* the first ones are negative */
	x.wall_ms = 1700000000000 + (int64_t)task;
	return x;
}

static void pay(uint64_t from, uint64_t to)
{
	ck_ok(store_begin(s, &e), &e);
	for (uint64_t task = from; task <= to; task++) {
		struct ledger_entry x = payment(task);

		ck_ok(ledger_pay(s, &x, &e), &e);
	}
	ck_ok(store_commit(s, &e), &e);
}

static void start(uint64_t entries)
{
	ck_ok(store_open(":memory:", &s, &e), &e);
	if (entries)
		pay(1, entries);
}

static bool sql(const char *text)
{
	return sqlite3_exec(s->db, text, NULL, NULL, NULL) == SQLITE_OK;
}

START_TEST(a_chain_verifies_and_sums)
{
	struct ledger_summary sum;
	struct ledger_entry x = payment(1);
	int64_t micro;

	start(0);
	ck_ok(ledger_verify(s, &sum, &e), &e);
	ck_assert_uint_eq(sum.entries, 0);
	ck_assert(digest_is_zero(&sum.head));
	pay(1, 9);
	ck_ok(ledger_verify(s, &sum, &e), &e);
	ck_assert_uint_eq(sum.entries, 9);
	ck_assert_int_eq(sum.total_micro, 45 * INT64_C(1000001) - 9 * INT64_C(2000000));
	ck_ok(ledger_paid_to(s, "edge-0", &micro, &e), &e);
	ck_assert_int_eq(micro, 18 * INT64_C(1000001) - 3 * INT64_C(2000000));
	ck_ok(ledger_paid_to(s, "nobody", &micro, &e), &e);
	ck_assert_int_eq(micro, 0);
	x.entry = 1;
	x.hash = ledger_hash(&x);
	x.amount_micro++;
	sum.head = ledger_hash(&x);
	ck_assert(!digest_equal(&x.hash, &sum.head));
	store_close(s);
}
END_TEST

/* The bytes are a promise to whoever checks a receipt years later. */
START_TEST(the_hash_is_of_the_documented_bytes)
{
	static const uint8_t bytes[] = "foedus-ledger-1\0"
	                               "\0\0\0\0\0\0\0\1"
	                               "\0\0\0\0\0\0\2\3"
	                               "\0\0\0\0\0\0\0\4"
	                               "\0\0\0\2"
	                               "\0\0\0\3"
	                               "e-1"
	                               "\377\377\377\377\377\377\377\376"
	                               "\0\0\0\0\0\0\1\0"
	                               "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
	struct ledger_entry x = {
	    .entry = 1, .task = 515, .round = 4, .period = 2, .edge = "e-1", .amount_micro = -2, .wall_ms = 256};
	struct digest want = digest_of(bytes, sizeof(bytes)), got = ledger_hash(&x);

	ck_assert(digest_equal(&want, &got));
}
END_TEST

START_TEST(a_task_is_paid_once)
{
	struct ledger_entry a = payment(3), b;
	struct ledger_summary sum;

	start(5);
	ck_fails(ledger_pay(s, &a, &e), E_STATE, &e, "store_begin");
	ck_ok(store_begin(s, &e), &e);
	a.wall_ms = 0;
	ck_ok(ledger_pay(s, &a, &e), &e);
	ck_assert_uint_eq(a.entry, 3);
	ck_assert_int_eq(a.wall_ms, payment(3).wall_ms);
	b = payment(3);
	b.amount_micro++;
	ck_fails(ledger_pay(s, &b, &e), E_INVALID, &e, "task 3 is paid already: entry 3");
	b = payment(3);
	str_copy(b.edge, sizeof(b.edge), "edge-9");
	ck_fails(ledger_pay(s, &b, &e), E_INVALID, &e, "'edge-0'");
	b = payment(3);
	b.period = 3;
	ck_fails(ledger_pay(s, &b, &e), E_INVALID, &e, "period 2 of round 1");
	b = payment(7);
	b.edge[0] = '\0';
	ck_fails(ledger_pay(s, &b, &e), E_INVALID, &e, "payment of task 7");
	b = payment(7);
	b.period = 0;
	ck_fails(ledger_pay(s, &b, &e), E_INVALID, &e, "period 0");
	ck_ok(store_commit(s, &e), &e);
	ck_ok(ledger_verify(s, &sum, &e), &e);
	ck_assert_uint_eq(sum.entries, 5);
	store_close(s);
}
END_TEST

START_TEST(a_rolled_back_payment_leaves_no_gap)
{
	struct ledger_entry x = payment(8);
	struct ledger_summary sum;

	start(4);
	ck_ok(store_begin(s, &e), &e);
	ck_ok(ledger_pay(s, &x, &e), &e);
	ck_assert_uint_eq(x.entry, 5);
	store_rollback(s);
	pay(9, 9);
	ck_ok(ledger_verify(s, &sum, &e), &e);
	ck_assert_uint_eq(sum.entries, 5);
	store_close(s);
}
END_TEST

START_TEST(the_database_refuses_to_change_it)
{
	static const char *const changes[] = {
	    "UPDATE ledger SET amount_micro = 0",
	    "DELETE FROM ledger WHERE entry = 5",
	    "INSERT OR REPLACE INTO ledger SELECT 5, task, round, period, edge, 0, wall_ms, previous, hash FROM "
	    "ledger WHERE entry = 5",
	    "INSERT OR REPLACE INTO ledger SELECT 6, 5, round, period, edge, 0, wall_ms, previous, hash FROM "
	    "ledger "
	    "WHERE entry = 5",
	    "INSERT INTO ledger SELECT 9, 99, round, period, edge, 0, wall_ms, previous, hash FROM ledger WHERE "
	    "entry = 5",
	};

	start(5);
	for (size_t i = 0; i < 2 * ARRAY_LEN(changes); i++) {
		if (i == ARRAY_LEN(changes))
			ck_assert(sql("PRAGMA recursive_triggers = OFF")); /* as another program's connection has it */
		ck_assert_msg(!sql(changes[i % ARRAY_LEN(changes)]), "%s", changes[i % ARRAY_LEN(changes)]);
		ck_assert_ptr_nonnull(strstr(sqlite3_errmsg(s->db), "append-only"));
	}
	store_close(s);
}
END_TEST

static const struct {
	const char *change, *says;
} broken[] = {
    {"UPDATE ledger SET amount_micro = amount_micro + 1 WHERE entry = 4", "entry 4: its hash"},
    {"UPDATE ledger SET edge = 'edge-7' WHERE entry = 1", "entry 1: its hash"},
    {"UPDATE ledger SET wall_ms = 1 WHERE entry = 6", "entry 6: its hash"},
    {"UPDATE ledger SET round = 9 WHERE entry IN (2, 5)", "entry 2: its hash"},
    {"UPDATE ledger SET period = 3 WHERE entry = 2", "entry 2: its hash"},
    {"UPDATE ledger SET period = 9 WHERE entry = 2", "entry 2: period 9"},
    {"UPDATE ledger SET task = 77 WHERE entry = 3", "entry 3: its hash"},
    {"UPDATE ledger SET edge = '../..' WHERE entry = 3", "entry 3: edge '../..'"},
    {"UPDATE ledger SET hash = randomblob(32) WHERE entry = 3", "entry 3: its hash"},
    {"UPDATE ledger SET hash = x'00' WHERE entry = 3", "entry 3: column 'hash'"},
    {"UPDATE ledger SET previous = randomblob(32) WHERE entry = 3", "entry 3: does not name"},
    {"UPDATE ledger SET previous = randomblob(32) WHERE entry = 1", "entry 1: does not name"},
    {"UPDATE ledger SET previous = NULL WHERE entry = 2", "entry 2: does not name"},
    {"DELETE FROM ledger WHERE entry = 1", "entry 2: entry 1 is missing"},
    {"DELETE FROM ledger WHERE entry = 3", "entry 4: entry 3 is missing"},
    {"UPDATE ledger SET entry = entry + 100 WHERE entry > 3", "entry 104: entry 4 is missing"},
    {"DELETE FROM ledger WHERE entry = 3; UPDATE ledger SET entry = entry - 1 WHERE entry > 3",
     "entry 3: does not name"},
    {"DELETE FROM ledger WHERE entry = 6", "task 10000, ledger_entry 6: was paid"},
};

static void drop_triggers(void)
{
	ck_assert(sql("DROP TRIGGER ledger_keeps"));
	ck_assert(sql("DROP TRIGGER ledger_holds"));
	ck_assert(sql("DROP TRIGGER ledger_grows"));
}

/* A round whose first task was paid by entry 6, the last. */
static void start_paid(void)
{
	struct ledger_entry x;
	struct round r;
	struct rng rng;

	start(5);
	rng_seed(&rng, suite_seed(), 0);
	rounds_make(&rng, 1, 1, &r);
	x = (struct ledger_entry){.task = 10000, .round = 1, .period = 1, .amount_micro = 5, .edge = "edge-0"};
	ck_ok(store_begin(s, &e), &e);
	ck_ok(ledger_pay(s, &x, &e), &e);
	ck_ok(store_commit(s, &e), &e);
	r.seat[0].task[0].paid_micro = x.amount_micro;
	r.seat[0].task[0].ledger_entry = x.entry;
	r.seat[0].task[0].ledger_hash = x.hash;
	ck_ok(rounds_save(s, &r, &e), &e);
	round_release(&r);
}

START_TEST(every_tampering_is_found)
{
	struct ledger_summary sum;

	start_paid();
	drop_triggers();
	ck_ok(ledger_verify(s, &sum, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		int rc;

		ck_assert(sql("BEGIN"));
		ck_assert_msg(sql(broken[i].change), "%s: %s", broken[i].change, sqlite3_errmsg(s->db));
		rc = ledger_verify(s, &sum, &e);
		ck_assert_msg(rc == E_CORRUPT, "%s: %s", broken[i].change, err_name(rc));
		ck_assert_msg(strstr(e.text, broken[i].says) != NULL, "%s: %s", broken[i].change, e.text);
		ck_assert(sql("ROLLBACK"));
	}
	ck_ok(ledger_verify(s, &sum, &e), &e);
	store_close(s);
}
END_TEST

/* Someone who changes an entry and makes the rest of the chain fit again is caught by the tasks. */
START_TEST(a_chain_made_anew_does_not_fit_the_tasks)
{
	struct ledger_summary sum;
	struct ledger_entry x = {
	    .entry = 6, .task = 10000, .round = 1, .period = 1, .amount_micro = 6, .edge = "edge-0"};
	char hex[DIGEST_HEX], text[256];

	start_paid();
	drop_triggers();
	ck_ok(ledger_verify(s, &sum, &e), &e);
	ck_assert(sql("DELETE FROM ledger WHERE entry = 6"));
	ck_ok(store_begin(s, &e), &e);
	ck_ok(ledger_pay(s, &x, &e), &e);
	ck_ok(store_commit(s, &e), &e);
	digest_hex(&x.hash, hex);
	snprintf(text, sizeof(text), "UPDATE task SET paid_micro = 5, ledger_hash = x'%s' WHERE task = 10000",
	         hex);
	ck_fails(ledger_verify(s, &sum, &e), E_CORRUPT, &e, "task 10000");
	ck_assert(sql(text));
	ck_fails(ledger_verify(s, &sum, &e), E_CORRUPT, &e, "task 10000");
	store_close(s);
}
END_TEST

static int note(void *ctx, const struct ledger_entry *x)
{
	struct ledger_entry **at = ctx;

	*(*at)++ = *x;
	return x->entry == 7 ? E_LIMIT : 0;
}

START_TEST(entries_are_read_in_order)
{
	struct ledger_entry list[8], *at = list;

	start(9);
	ck_ok(ledger_each(s, 2, 3, note, &at, &e), &e);
	ck_assert_int_eq(at - list, 3);
	ck_assert_uint_eq(list[0].entry, 2);
	ck_assert_uint_eq(list[2].entry, 4);
	ck_assert(digest_equal(&list[2].previous, &list[1].hash));
	ck_assert_str_eq(list[2].edge, "edge-1");
	at = list;
	ck_assert_int_eq(ledger_each(s, 0, 0, note, &at, &e), E_LIMIT);
	ck_assert_int_eq(at - list, 7);
	at = list;
	ck_ok(ledger_each(s, 10, 0, note, &at, &e), &e);
	ck_assert_int_eq(at - list, 0);
	store_close(s);
}
END_TEST

SUITE("store/ledger", a_chain_verifies_and_sums, the_hash_is_of_the_documented_bytes, a_task_is_paid_once,
      a_rolled_back_payment_leaves_no_gap, the_database_refuses_to_change_it, every_tampering_is_found,
      a_chain_made_anew_does_not_fit_the_tasks, entries_are_read_in_order)
