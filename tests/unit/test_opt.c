#include "common/base/opt.h"

#include <string.h>

#include "common/base/file.h"
#include "tests/support/suite.h"

struct options {
	const char *config, *name, *colour;
	int64_t count, bytes;
	double rate;
	bool loud;
};

#define AT(member) OPT_AT(options, member)

static const struct opt table[] = {
    {"config", 'c', OPT_TEXT, "FILE", "read first", NULL, 0, 0, AT(config)},
    {"name", 'n', OPT_TEXT, "NAME", "who it is", opt_needed, 0, 0, AT(name)},
    {"colour", 0, OPT_CHOICE, "red|green", "of the paint", "red", 0, 0, AT(colour)},
    {"count", 0, OPT_INT, "N", "how many", "3", 1, 9, AT(count)},
    {"bytes", 0, OPT_BYTES, "SIZE", "how large", "1k", 0, 1e6, AT(bytes)},
    {"rate", 0, OPT_DOUBLE, "X", "how fast", "0.5", 0, 1, AT(rate)},
    {"loud", 'l', OPT_FLAG, "", "say more", NULL, 0, 0, AT(loud)},
    OPT_END};
static const struct opt_program program = {"thing", "does a thing", "", table,
                                           .examples = "  thing --name a\n"};
static const struct opt_program with_operands = {"thing", "does a thing", "[FILE]", table, .examples = NULL};

static struct options got;
static int first;

/* Parses the words, separated by blanks. */
static int parse(const struct opt_program *p, const char *words, struct err *e)
{
	static char text[4200];
	char *argv[16] = {(char *)"thing"}, *save = NULL;
	int argc = 1;

	snprintf(text, sizeof(text), "%s", words);
	for (char *w = strtok_r(text, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	got = (struct options){0};
	return opt_parse(p, argc, argv, &got, &first, e);
}

START_TEST(defaults_hold_until_something_is_said)
{
	struct err e = ERR_INIT;

	ck_ok(parse(&program, "--name=a", &e), &e);
	ck_assert_str_eq(got.name, "a");
	ck_assert_str_eq(got.colour, "red");
	ck_assert_int_eq(got.count, 3);
	ck_assert_int_eq(got.bytes, 1024);
	ck_assert_double_eq(got.rate, 0.5);
	ck_assert(!got.loud);
	ck_ok(parse(&program, "-n b -l --colour green --count=1 --count 9 --bytes=2k --rate=1", &e), &e);
	ck_assert_str_eq(got.name, "b");
	ck_assert_str_eq(got.colour, "green");
	ck_assert_int_eq(got.count, 9);
	ck_assert_int_eq(got.bytes, 2048);
	ck_assert_double_eq(got.rate, 1);
	ck_assert(got.loud);
}
END_TEST

START_TEST(what_is_wrong_is_named)
{
	static const struct {
		const char *words, *says;
	} cases[] = {
	    {"", "--name NAME is needed: who it is"},
	    {"--count=4", "--name NAME is needed"},
	    {"--name", "--name needs a value: NAME"},
	    {"--nam=a", "did you mean --name?"},
	    {"-x", "unknown option"},
	    {"--name=a --count=10", "from 1 to 9"},
	    {"--name=a --rate=x", "--rate: 'x'"},
	    {"--name=a --colour=blue", "not one of red|green"},
	    {"--name=a --colour=red|green", "not one of red|green"},
	    {"--name=a --loud=perhaps", "not true or false"},
	    {"--name=a b", "takes no operands"},
	    {"--name=a --config=/nowhere", "/nowhere: cannot read"},
	};
	struct err e = ERR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ck_fails(parse(&program, cases[i].words, &e),
		         strstr(cases[i].words, "/nowhere") ? E_NOT_FOUND : E_INVALID, &e, cases[i].says);
}
END_TEST

/* The words that argv ended with, in one text. */
static const char *operands_of(char **argv, int argc)
{
	static char out[128];

	out[0] = '\0';
	for (int i = first; i < argc; i++)
		snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s%s", i > first ? " " : "", argv[i]);
	return out;
}

START_TEST(options_may_stand_behind_operands)
{
	char *mixed[] = {(char *)"thing", (char *)"a.txt", (char *)"--name", (char *)"x",    (char *)"b.txt",
	                 (char *)"-l",    (char *)"--",    (char *)"-c",     (char *)"c.txt"};
	struct err e = ERR_INIT;

	got = (struct options){0};
	ck_ok(opt_parse(&with_operands, 9, mixed, &got, &first, &e), &e);
	ck_assert_str_eq(got.name, "x");
	ck_assert(got.loud);
	ck_assert_ptr_null(got.config);
	ck_assert_str_eq(operands_of(mixed, 9), "a.txt b.txt -c c.txt");
}
END_TEST

START_TEST(two_dashes_end_the_options)
{
	struct err e = ERR_INIT;

	ck_ok(parse(&with_operands, "--name=a x --loud", &e), &e);
	ck_assert_int_eq(first, 3);
	ck_assert(got.loud);
	ck_ok(parse(&with_operands, "--name=a -- --loud", &e), &e);
	ck_assert_int_eq(first, 3);
	ck_assert(!got.loud);
}
END_TEST

START_TEST(the_command_line_overrides_the_file)
{
	static const char good[] = "name = from file\ncount = 5\n", bad[] = "name = a\n\ncuont = 5\n";
	char path[4096], words[4200];
	struct err e = ERR_INIT;

	ck_ok(path_join(path, sizeof(path), suite_tmp(), "thing.ini", &e), &e);
	snprintf(words, sizeof(words), "--count=6 --config=%s", path);
	ck_ok(file_write(path, good, strlen(good), 0600, &e), &e);
	ck_ok(parse(&program, words, &e), &e);
	ck_assert_str_eq(got.name, "from file");
	ck_assert_int_eq(got.count, 6);
	ck_ok(file_write(path, bad, strlen(bad), 0600, &e), &e);
	ck_fails(parse(&program, words, &e), E_INVALID, &e, "line 3");
	ck_assert_ptr_nonnull(strstr(e.text, "did you mean --count?"));
}
END_TEST

START_TEST(the_help_tells_what_is_needed_and_what_is_default)
{
	char text[4096] = {0};
	FILE *f = fmemopen(text, sizeof(text) - 1, "w");

	opt_help(&program, f);
	fclose(f);
	ck_assert_ptr_nonnull(strstr(text, "who it is (needed)\n"));
	ck_assert_ptr_nonnull(strstr(text, "how many (default: 3)\n"));
	ck_assert_ptr_nonnull(strstr(text, "say more\n"));
}
END_TEST

SUITE("base/opt", defaults_hold_until_something_is_said, what_is_wrong_is_named, two_dashes_end_the_options,
      options_may_stand_behind_operands, the_command_line_overrides_the_file,
      the_help_tells_what_is_needed_and_what_is_default)
