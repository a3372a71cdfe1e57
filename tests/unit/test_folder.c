#include "common/base/folder.h"

#include <string.h>

#include "common/base/file.h"
#include "tests/support/suite.h"

START_TEST(one_process_at_a_time)
{
	char path[4096];
	struct err e = ERR_INIT;
	int a, b;

	ck_ok(path_join(path, sizeof(path), suite_tmp(), "deep/state", &e), &e);
	ck_ok(folder_lock(path, "thing", &a, &e), &e);
	ck_fails(folder_lock(path, "thing", &b, &e), E_STATE, &e, "deep/state: another thing uses");
	ck_assert_int_eq(b, -1);
	folder_unlock(&b);
	ck_fails(folder_lock(path, "thing", &b, &e), E_STATE, &e, "another thing");
	folder_unlock(&a);
	ck_assert_int_eq(a, -1);
	ck_ok(folder_lock(path, "thing", &b, &e), &e);
	folder_unlock(&b);
}
END_TEST

START_TEST(a_folder_that_cannot_be_made_is_named)
{
	struct err e = ERR_INIT;
	int lock = 7;

	ck_fails(folder_lock("/dev/null/x", "thing", &lock, &e), E_IO, &e, "/dev/null/x");
	ck_assert_int_eq(lock, -1);
}
END_TEST

START_TEST(a_port_is_a_line_in_a_file)
{
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	char path[4096];

	ck_ok(folder_write_port(suite_tmp(), "x.port", 65535, &e), &e);
	ck_ok(folder_write_port(suite_tmp(), "x.port", 7, &e), &e);
	ck_ok(path_join(path, sizeof(path), suite_tmp(), "x.port", &e), &e);
	ck_ok(file_read(path, 16, &text, &e), &e);
	ck_assert_uint_eq(text.len, 2);
	ck_assert_mem_eq(text.data, "7\n", 2);
	buf_release(&text);
	ck_fails(folder_write_port("/dev/null", "x.port", 7, &e), E_IO, &e, "/dev/null/x.port");
}
END_TEST

SUITE("base/folder", one_process_at_a_time, a_folder_that_cannot_be_made_is_named, a_port_is_a_line_in_a_file)
