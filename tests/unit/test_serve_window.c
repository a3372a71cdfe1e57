#include "edge/serve/window.h"

#include "tests/support/suite.h"

START_TEST(percentiles_are_of_what_was_added)
{
	struct window *w = mem_zalloc(sizeof(*w));
	struct serve_stats s;

	window_take(w, &s);
	ck_assert_uint_eq(s.requests + s.failed + s.p50_us + s.p99_us, 0);
	for (int i = 100; i > 0; i--)
		window_add(w, i, i <= 3);
	window_take(w, &s);
	ck_assert_uint_eq(s.requests, 100);
	ck_assert_uint_eq(s.failed, 3);
	ck_assert_uint_eq(s.p50_us, 50);
	ck_assert_uint_eq(s.p99_us, 99);
	window_add(w, 7, false);
	window_take(w, &s);
	ck_assert_uint_eq(s.requests, 1);
	ck_assert_uint_eq(s.failed, 0);
	ck_assert_uint_eq(s.p50_us, 7);
	ck_assert_uint_eq(s.p99_us, 7);
	free(w);
}
END_TEST

START_TEST(a_full_window_keeps_the_latest)
{
	struct window *w = mem_zalloc(sizeof(*w));
	struct serve_stats s;

	for (int i = 0; i < 1000; i++)
		window_add(w, 1000000, false);
	for (int i = 0; i < WINDOW_LATENCIES; i++)
		window_add(w, 5, false);
	window_add(w, -1, false);
	window_take(w, &s);
	ck_assert_uint_eq(s.requests, 1001 + WINDOW_LATENCIES);
	ck_assert_uint_eq(s.p99_us, 5);
	free(w);
}
END_TEST

SUITE("serve/window", percentiles_are_of_what_was_added, a_full_window_keeps_the_latest)
