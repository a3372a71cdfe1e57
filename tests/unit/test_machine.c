#include "edge/will/machine.h"

#include <math.h>
#include <string.h>

#include "common/base/file.h"
#include "tests/support/suite.h"

/* Each test pretends a machine of its own. */
static const char *machine;

/* Writes a file of the pretended machine, making its folder. */
static void pretend(const char *folder, const char *name, const char *text)
{
	char path[512], at[512];
	struct err e = ERR_INIT;

	snprintf(path, sizeof(path), "%s/%s/%s", suite_tmp(), machine, folder);
	ck_ok(dir_make(path, 0700, &e), &e);
	ck_ok(path_join(at, sizeof(at), path, name, &e), &e);
	ck_ok(file_write(at, text, strlen(text), 0600, &e), &e);
}

static void read_pretended(const struct price_table *prices, int hour, struct will_readings *out)
{
	char proc[512], sys[512];

	snprintf(proc, sizeof(proc), "%s/%s/proc", suite_tmp(), machine);
	snprintf(sys, sizeof(sys), "%s/%s/sys", suite_tmp(), machine);
	machine_read(proc, sys, 4, prices, hour, out);
}

START_TEST(a_machine_that_tells_nothing_is_no_error)
{
	struct will_readings r;

	machine_read("/nonexistent", "/nonexistent", 4, NULL, 12, &r);
	ck_assert(isnan(r.cpu_free) && isnan(r.battery) && isnan(r.price) && isnan(r.queue_length));
	ck_assert(r.on_mains);
	ck_assert_double_eq(will_spare(&r), 0.5);
}
END_TEST

START_TEST(load_and_battery_are_read)
{
	struct will_readings r;

	machine = "sound";
	pretend("proc", "loadavg", "1.00 0.58 0.59 3/1123 12345\n");
	pretend("sys/class/power_supply/AC", "type", "Mains\n");
	read_pretended(NULL, 0, &r);
	ck_assert_double_eq_tol(r.cpu_free, 0.75, 1e-12);
	ck_assert_double_eq(r.queue_length, 2);
	ck_assert(isnan(r.battery));
	pretend("sys/class/power_supply/BAT0", "type", "Battery\n");
	pretend("sys/class/power_supply/BAT0", "capacity", "40\n");
	pretend("sys/class/power_supply/BAT0", "status", "Discharging\n");
	read_pretended(NULL, 0, &r);
	ck_assert_double_eq_tol(r.battery, 0.4, 1e-12);
	ck_assert(!r.on_mains);
	pretend("sys/class/power_supply/BAT0", "status", "Charging\n");
	read_pretended(NULL, 0, &r);
	ck_assert(r.on_mains);
}
END_TEST

START_TEST(nonsense_in_them_counts_as_nothing)
{
	struct will_readings r;

	machine = "strange";
	pretend("proc", "loadavg", "much\n");
	pretend("sys/class/power_supply/BAT1", "type", "Battery\n");
	pretend("sys/class/power_supply/BAT1", "capacity", "4000\n");
	read_pretended(NULL, 0, &r);
	ck_assert(isnan(r.cpu_free));
	ck_assert(isnan(r.battery));
	pretend("proc", "loadavg", "9.00 8 8 9/99 1\n");
	read_pretended(NULL, 0, &r);
	ck_assert_double_eq(r.cpu_free, 0);
}
END_TEST

static int parse(const char *text, struct price_table *t, struct err *e)
{
	return price_table_parse(text, strlen(text), "prices.txt", t, e);
}

START_TEST(prices_hold_until_the_next_listed_hour)
{
	struct err e = ERR_INIT;
	struct will_readings r;
	struct price_table t;

	ck_ok(parse("# tariff\n7 0.30   # day\n\n22\t0.10\r\n", &t, &e), &e);
	ck_assert_double_eq(t.hour[7], 0.30);
	ck_assert_double_eq(t.hour[21], 0.30);
	ck_assert_double_eq(t.hour[22], 0.10);
	ck_assert_double_eq(t.hour[6], 0.10);
	ck_assert_double_eq(t.low, 0.10);
	ck_assert_double_eq(t.high, 0.30);
	machine_read("/nonexistent", "/nonexistent", 1, &t, 23, &r);
	ck_assert_double_eq(r.price, 0.10);
	ck_assert_double_eq(will_spare(&r), 1);
}
END_TEST

START_TEST(wrong_prices_name_file_and_line)
{
	struct err e = ERR_INIT;
	struct price_table t;
	char path[512];

	ck_fails(parse("7 0.3\n24 0.1\n", &t, &e), E_INVALID, &e, "prices.txt, line 2: hour: '24'");
	ck_fails(parse("7 0.3\n7 0.1\n", &t, &e), E_INVALID, &e,
	         "prices.txt, line 2: hour 7 has a price already");
	ck_fails(parse("7\n", &t, &e), E_INVALID, &e, "line 1: not of the form HOUR PRICE");
	ck_fails(parse("7 0.3 0.4\n", &t, &e), E_INVALID, &e, "line 1: not of the form HOUR PRICE");
	ck_fails(parse("7 cheap\n", &t, &e), E_INVALID, &e, "line 1: price: 'cheap'");
	ck_fails(parse("7 -1\n", &t, &e), E_INVALID, &e, "line 1: price");
	ck_fails(parse("# nothing\n", &t, &e), E_INVALID, &e, "prices.txt: has no prices");
	ck_fails(price_table_parse("7 0.3\0x\n", 8, "prices.txt", &t, &e), E_INVALID, &e, "line 1: not text");
	ck_fails(price_table_load("/nonexistent/prices", &t, &e), E_NOT_FOUND, &e, "/nonexistent/prices");
	machine = "priced";
	pretend("table", "prices", "0 0.2\n");
	snprintf(path, sizeof(path), "%s/%s/table/prices", suite_tmp(), machine);
	ck_ok(price_table_load(path, &t, &e), &e);
	ck_assert_double_eq(t.hour[23], 0.2);
}
END_TEST

START_TEST(this_machine_can_be_read)
{
	struct will_readings r;

	machine_read_now(NULL, &r);
	ck_assert(isnan(r.cpu_free) || (r.cpu_free >= 0 && r.cpu_free <= 1));
	ck_assert(isnan(r.price));
}
END_TEST

SUITE("will/machine", a_machine_that_tells_nothing_is_no_error, load_and_battery_are_read,
      nonsense_in_them_counts_as_nothing, prices_hold_until_the_next_listed_hour,
      wrong_prices_name_file_and_line, this_machine_can_be_read)
