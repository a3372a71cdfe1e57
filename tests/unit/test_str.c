#include "common/base/str.h"

#include <string.h>

#include "tests/support/suite.h"

START_TEST(numbers_are_taken_whole_and_in_range)
{
	struct err e = ERR_INIT;
	int64_t v = 0;
	double d = 0;

	ck_ok(str_to_int("42", "--edges", 1, 64, &v, &e), &e);
	ck_assert_int_eq(v, 42);
	ck_fails(str_to_int("42x", "--edges", 1, 64, &v, &e), E_INVALID, &e, "--edges: '42x'");
	ck_fails(str_to_int("65", "--edges", 1, 64, &v, &e), E_INVALID, &e, "from 1 to 64");
	ck_fails(str_to_int("", "--edges", 1, 64, &v, &e), E_INVALID, &e, "whole number");
	ck_fails(str_to_int("99999999999999999999", "n", 0, INT64_MAX, &v, &e), E_INVALID, &e, "n:");
	ck_fails(str_to_double("nan", "alpha", 0, 1, &d, &e), E_INVALID, &e, "alpha");
	ck_fails(str_to_double(" 0.5", "alpha", 0, 1, &d, &e), E_INVALID, &e, "alpha");
	ck_ok(str_to_double("0.5", "alpha", 0, 1, &d, &e), &e);
}
END_TEST

START_TEST(sizes_take_units)
{
	struct err e = ERR_INIT;
	int64_t v = 0;

	ck_ok(str_to_bytes("10M", "--max", 1 << 30, &v, &e), &e);
	ck_assert_int_eq(v, 10 << 20);
	ck_fails(str_to_bytes("2G", "--max", 1 << 30, &v, &e), E_INVALID, &e, "--max");
	ck_fails(str_to_bytes("M", "--max", 1 << 30, &v, &e), E_INVALID, &e, "--max");
	ck_fails(str_to_bytes("1MB", "--max", 1 << 30, &v, &e), E_INVALID, &e, "--max");
}
END_TEST

START_TEST(names_are_safe_in_paths)
{
	ck_assert(str_is_name("edge-3.north_1", 64));
	ck_assert(!str_is_name("", 64));
	ck_assert(!str_is_name("../etc", 64));
	ck_assert(!str_is_name("-rf", 64));
	ck_assert(!str_is_name("a b", 64));
	ck_assert(!str_is_name("abc", 2));
}
END_TEST

START_TEST(hex_round_trips)
{
	const uint8_t in[3] = {0x00, 0x7f, 0xff};
	uint8_t out[3];
	char hex[7];

	str_hex(in, 3, hex);
	ck_assert_str_eq(hex, "007fff");
	ck_assert(str_unhex("007FfF", out, 3));
	ck_assert_mem_eq(in, out, 3);
	ck_assert(!str_unhex("00zz00", out, 3));
}
END_TEST

START_TEST(distance_counts_edits)
{
	ck_assert_uint_eq(str_distance("pki", 3, "pki"), 0);
	ck_assert_uint_eq(str_distance("pk", 2, "pki"), 1);
	ck_assert_uint_eq(str_distance("dmeo", 4, "demo"), 2);
	ck_assert_uint_eq(str_distance("demonstration", 4, "demo"), 0);
	ck_assert_uint_eq(str_distance("", 0, "demo"), 4);
	ck_assert_uint_eq(
	    str_distance("0123456789012345678901234567890123456789012345678901234567890123", 64, "x"), 64);
}
END_TEST

SUITE("base/str", numbers_are_taken_whole_and_in_range, sizes_take_units, names_are_safe_in_paths,
      hex_round_trips, distance_counts_edits)
