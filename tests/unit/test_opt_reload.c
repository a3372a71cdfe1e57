/* Options read again while the program runs. */
#include <string.h>

#include "common/base/file.h"
#include "common/base/opt.h"
#include "tests/support/suite.h"

struct options {
	const char *config, *name, *colour;
	int64_t count, size;
	double rate;
	bool loud;
};

#define AT(member)     OPT_AT(options, member)
#define RELOAD(member) OPT_AT_RELOAD(options, member)

static const struct opt table[] = {
    {"config", 'c', OPT_TEXT, "FILE", "read first", NULL, 0, 0, AT(config)},
    {"name", 0, OPT_TEXT, "NAME", "who it is", NULL, 0, 0, RELOAD(name)},
    {"colour", 0, OPT_CHOICE, "red|green", "of the paint", "red", 0, 0, RELOAD(colour)},
    {"count", 0, OPT_INT, "N", "how many", "3", 1, 9, RELOAD(count)},
    {"size", 0, OPT_BYTES, "SIZE", "how large", "1k", 0, 1e6, AT(size)},
    {"rate", 0, OPT_DOUBLE, "X", "how fast", "0.5", 0, 1, AT(rate)},
    {"loud", 0, OPT_FLAG, "", "say more", NULL, 0, 0, RELOAD(loud)},
    OPT_END};
static const struct opt_program program = {.name = "thing", .summary = "", .operands = "", .table = table};

static char path[300], word[320];
static char *argv[] = {(char *)"thing", word, (char *)"--rate=0.75", NULL};

static void write_file(const char *text)
{
	struct err e = ERR_INIT;

	snprintf(path, sizeof(path), "%s/thing.conf", suite_tmp());
	snprintf(word, sizeof(word), "--config=%s", path);
	ck_ok(file_write(path, text, strlen(text), 0600, &e), &e);
}

static struct options begin(const char *text)
{
	struct options now = {0};
	struct err e = ERR_INIT;

	write_file(text);
	ck_ok(opt_parse(&program, 3, argv, &now, NULL, &e), &e);
	return now;
}

static const char *changes(const struct options *now, const struct options *fresh, bool reloadable)
{
	static char text[200];
	struct buf names = BUF_INIT;

	buf_str(&names, "of before");
	opt_changes(&program, now, fresh, reloadable, &names);
	snprintf(text, sizeof(text), "%s", buf_cstr(&names));
	buf_release(&names);
	return text;
}

START_TEST(what_is_marked_is_taken_and_the_rest_is_named)
{
	struct options now = begin("name = a\ncount = 4\nsize = 2k\n"), fresh = {0};
	struct err e = ERR_INIT;

	write_file("name = b\ncolour = green\ncount = 4\nsize = 3k\nrate = 0.1\nloud = yes\n");
	ck_ok(opt_reload(&program, 3, argv, &fresh, &e), &e);
	ck_assert_str_eq(changes(&now, &fresh, true), "name, colour, loud");
	ck_assert_str_eq(changes(&now, &fresh, false), "size"); /* the command line goes before the file's rate */
	opt_take(&program, &now, &fresh);
	ck_assert_str_eq(now.name, "b");
	ck_assert_str_eq(now.colour, "green");
	ck_assert(now.loud);
	ck_assert_int_eq(now.size, 2048);
	ck_assert_double_eq(now.rate, 0.75);
	ck_assert_str_eq(changes(&now, &fresh, true), "");
	ck_assert_str_eq(changes(&now, &fresh, false), "size"); /* it still waits */
}
END_TEST

START_TEST(what_left_the_file_has_its_default_again)
{
	struct options now = begin("name = a\ncount = 4\n"), fresh = {0};
	struct err e = ERR_INIT;

	write_file("");
	ck_ok(opt_reload(&program, 3, argv, &fresh, &e), &e);
	ck_assert_str_eq(changes(&now, &fresh, true), "name, count");
	opt_take(&program, &now, &fresh);
	ck_assert_ptr_null(now.name);
	ck_assert_int_eq(now.count, 3);
}
END_TEST

START_TEST(a_wrong_file_is_told)
{
	struct options fresh = {0};
	struct err e = ERR_INIT;

	begin("name = a\n");
	write_file("name = b\ncount = 10\n");
	ck_fails(opt_reload(&program, 3, argv, &fresh, &e), E_INVALID, &e, "line 2");
	write_file("nme = b\n");
	ck_fails(opt_reload(&program, 3, argv, &fresh, &e), E_INVALID, &e, "did you mean --name?");
	remove(path);
	ck_fails(opt_reload(&program, 3, argv, &fresh, &e), E_NOT_FOUND, &e, path);
}
END_TEST

START_TEST(a_text_read_again_is_the_same_text)
{
	struct options now = begin("name = a\n"), fresh = {0};
	struct err e = ERR_INIT;

	ck_ok(opt_reload(&program, 3, argv, &fresh, &e), &e);
	ck_assert_ptr_eq(now.name, fresh.name);
	ck_assert_str_eq(changes(&now, &fresh, true), "");
}
END_TEST

SUITE("base/opt_reload", what_is_marked_is_taken_and_the_rest_is_named,
      what_left_the_file_has_its_default_again, a_wrong_file_is_told, a_text_read_again_is_the_same_text)
