#include "common/wire/utf8.h"

#include <string.h>

#include "tests/support/suite.h"

static bool text(const char *s)
{
	return utf8_is_text(s, strlen(s));
}

START_TEST(well_formed_text_passes)
{
	ck_assert(text(""));
	ck_assert(text("plain, with ~ at the end"));
	ck_assert(text("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x9a\x80 \xf4\x8f\xbf\xbf"));
}
END_TEST

START_TEST(malformed_text_does_not)
{
	ck_assert(!text("\xff"));
	ck_assert(!text("a\x80"));
	ck_assert(!text("\xc3"));
	ck_assert(!text("\xc0\xaf"));         /* overlong '/' */
	ck_assert(!text("\xe0\x80\xaf"));     /* overlong again */
	ck_assert(!text("\xed\xa0\x80"));     /* surrogate */
	ck_assert(!text("\xf4\x90\x80\x80")); /* above U+10FFFF */
	ck_assert(!text("line\nbreak"));
	ck_assert(!text("\x7f"));
	ck_assert(!text("\xc2\x9b")); /* a terminal's control sequence may begin so, too */
	ck_assert(text("\xc2\xa0"));
	ck_assert(!utf8_is_text("a\0b", 3));
}
END_TEST

START_TEST(cleaning_keeps_the_good_parts)
{
	char out[8] = "";

	utf8_clean(out,
	           "a\n\xc3\xa4\xff"
	           "b",
	           6);
	ck_assert_str_eq(out, "a?\xc3\xa4?b");
}
END_TEST

SUITE("wire/utf8", well_formed_text_passes, malformed_text_does_not, cleaning_keeps_the_good_parts)
