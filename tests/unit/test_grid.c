#include "common/base/grid.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/suite.h"

static const char *const titles[] = {"NAME", "PAID"};

/* What the grid prints; the caller's. */
static char *printed(struct grid *g, bool colours)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	ck_assert_ptr_nonnull(out);
	grid_print(g, out, colours);
	fclose(out);
	grid_free(g);
	return text;
}

static struct grid *two(const char *a, const char *b)
{
	struct grid *g = grid_new(2, titles, "lr");

	grid_cell(g, "%s", a);
	grid_cell(g, "%d", 7);
	grid_cell(g, "%s", b);
	grid_cell(g, "%d", 12345);
	return g;
}

START_TEST(columns_are_aligned_and_lines_end_without_blanks)
{
	char *text = printed(two("edge-1", "e"), false);

	ck_assert_str_eq(text, "NAME     PAID\nedge-1      7\ne       12345\n");
	free(text);
	text = printed(grid_new(2, titles, "lr"), false);
	ck_assert_str_eq(text, "NAME  PAID\n");
	free(text);
}
END_TEST

START_TEST(width_is_that_of_a_terminal)
{
	char *text;

	ck_assert_uint_eq(grid_width("abc"), 3);
	ck_assert_uint_eq(grid_width("\xc3\xa9t\xc3\xa9"), 3);        /* e acute, t, e acute */
	ck_assert_uint_eq(grid_width("e\xcc\x81"), 1);                /* e and a combining acute */
	ck_assert_uint_eq(grid_width("\xe6\x9d\xb1\xe4\xba\xac"), 4); /* two wide ideographs */
	text = printed(two("\xe6\x9d\xb1\xe4\xba\xac", "abcd"), false);
	ck_assert_str_eq(text, "NAME   PAID\n\xe6\x9d\xb1\xe4\xba\xac      7\nabcd  12345\n");
	free(text);
}
END_TEST

/* A name from elsewhere must not move the cursor, colour the screen or turn the text round. */
START_TEST(harmful_bytes_are_shown_as_question_marks)
{
	static const struct {
		const char *raw, *shown;
	} cases[] = {
	    {"a\033[2Jb", "a?[2Jb"},
	    {"a\nb\tc", "a?b?c"},
	    {"\xff\xfe", "??"},
	    {"\xc0\xaf", "??"},
	    {"\xe2\x80\xae"
	     "x",
	     "?x"},
	    {"\xc2\x9b"
	     "1m",
	     "?1m"},
	    {"\xed\xa0", "??"},
	    {"\xf4\x90\x80\x80", "????"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct grid *g = grid_new(1, NULL, "l");
		char *text;

		grid_cell(g, "%s", cases[i].raw);
		text = printed(g, false);
		ck_assert_uint_eq(strlen(text), strlen(cases[i].shown) + 1);
		ck_assert_msg(strncmp(text, cases[i].shown, strlen(cases[i].shown)) == 0, "case %zu: %s", i, text);
		free(text);
	}
}
END_TEST

START_TEST(colours_only_when_asked_for_and_outside_the_width)
{
	struct grid *g = two("good", "plain");
	char *text;

	grid_tone(g, GRID_BAD);
	text = printed(g, true);
	ck_assert_str_eq(text, "NAME    PAID\ngood       7\nplain  \033[31m12345\033[0m\n");
	free(text);
	g = two("good", "plain");
	grid_tone(g, GRID_BAD);
	text = printed(g, false);
	ck_assert_ptr_null(strchr(text, '\033'));
	free(text);
}
END_TEST

START_TEST(an_unfinished_row_ends_where_it_is)
{
	struct grid *g = two("a", "b");
	char *text;

	grid_cell(g, "c");
	ck_assert_uint_eq(grid_rows(g), 3);
	text = printed(g, false);
	ck_assert_str_eq(text, "NAME   PAID\na         7\nb     12345\nc\n");
	free(text);
}
END_TEST

SUITE("base/grid", columns_are_aligned_and_lines_end_without_blanks, width_is_that_of_a_terminal,
      harmful_bytes_are_shown_as_question_marks, colours_only_when_asked_for_and_outside_the_width,
      an_unfinished_row_ends_where_it_is)
