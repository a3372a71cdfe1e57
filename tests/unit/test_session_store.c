#include "common/module/session_store.h"

#include "tests/support/suite.h"

START_TEST(the_session_used_longest_ago_gives_way)
{
	struct session_store *s = session_store_new((struct session_limits){.sessions_max = 3, .items_max = 2});

	session_open(s, "a");
	session_open(s, "b");
	session_open(s, "c");
	ck_assert_ptr_nonnull(session_find(s, "a")); /* used now: b is the oldest */
	session_open(s, "d");
	ck_assert_uint_eq(session_store_count(s), 3);
	ck_assert_ptr_null(session_find(s, "b"));
	ck_assert_ptr_nonnull(session_find(s, "a"));
	ck_assert_ptr_nonnull(session_find(s, "c"));
	ck_assert_ptr_nonnull(session_find(s, "d"));
	session_store_free(s);
}
END_TEST

START_TEST(the_oldest_item_gives_way)
{
	struct session_store *s = session_store_new((struct session_limits){.sessions_max = 1, .items_max = 7});
	struct session *x = session_open(s, "a");

	for (unsigned i = 1; i <= 20; i++) {
		struct session_item *item = session_add(x);

		ck_assert_uint_eq(item->number, i);
		item->label = (int)i;
		ck_assert_uint_eq(session_items(x), i < 7 ? i : 7);
		for (size_t k = 0; k < session_items(x); k++) {
			ck_assert_uint_eq(session_item(x, k)->number, i - session_items(x) + 1 + k);
			ck_assert_int_eq(session_item(x, k)->label, (int)(i - session_items(x) + 1 + k));
		}
	}
	ck_assert_ptr_eq(session_open(s, "a"), x);
	session_store_free(s);
}
END_TEST

START_TEST(limits_are_kept_in_range)
{
	struct session_store *s = session_store_new((struct session_limits){0});

	session_open(s, "a");
	session_add(session_open(s, "b"));
	session_add(session_open(s, "b"));
	ck_assert_uint_eq(session_store_count(s), 1);
	ck_assert_uint_eq(session_items(session_open(s, "b")), 1);
	session_store_free(s);
	session_store_free(NULL);
}
END_TEST

SUITE("module/session_store", the_session_used_longest_ago_gives_way, the_oldest_item_gives_way,
      limits_are_kept_in_range)
