/* What every test file starts from: Check, plus helpers that print what a failed call said.
 *
 *   START_TEST(rejects_an_empty_name) { ... } END_TEST
 *   SUITE("base/str", rejects_an_empty_name, parses_sizes)
 *
 * makes the program's main(). Each test runs in its own process (CK_FORK=no turns that off). */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/err.h"
#include "common/base/mem.h"

/* A call that must succeed; on failure the test says what it answered. */
#define ck_ok(call, e)                                                                                       \
	do {                                                                                                     \
		int ck_rc_ = (call);                                                                                 \
		ck_assert_msg(ck_rc_ >= 0, "%s: %s", #call, (e)->text);                                              \
	} while (0)

/* A call that must fail with this code, and whose message must contain this text. */
#define ck_fails(call, want, e, part)                                                                        \
	do {                                                                                                     \
		int ck_rc_ = (call);                                                                                 \
		ck_assert_msg(ck_rc_ == (want), "%s: got %s, want %s", #call, err_name(ck_rc_), err_name(want));     \
		ck_assert_msg(strstr((e)->text, (part)) != NULL, "%s: '%s' does not say '%s'", #call, (e)->text,     \
		              part);                                                                                 \
	} while (0)

/* A fresh folder under TMPDIR, removed by suite_main() at the end. */
const char *suite_tmp(void);
/* Seed of this run: FOEDUS_TEST_SEED or a fixed one; printed when a test fails. */
unsigned long suite_seed(void);

int suite_main(const char *name, const TTest *const *tests, size_t count, int timeout_s);

#define SUITE_TIMEOUT(name, seconds, ...)                                                                    \
	int main(void)                                                                                           \
	{                                                                                                        \
		const TTest *const tests[] = {__VA_ARGS__};                                                          \
		return suite_main(name, tests, sizeof(tests) / sizeof(tests[0]), seconds);                           \
	}
#define SUITE(name, ...) SUITE_TIMEOUT(name, 300, __VA_ARGS__)

#endif
