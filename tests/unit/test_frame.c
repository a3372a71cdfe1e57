#include "common/wire/frame.h"

#include <string.h>

#include "tests/support/suite.h"

static size_t make_chunk(uint8_t *out, size_t n)
{
	frame_chunk_header(out, 7, 0x123456789aULL, n);
	memset(out + FRAME_CHUNK_HEADER, 'x', n);
	return FRAME_CHUNK_HEADER + n;
}

START_TEST(a_frame_is_whole_or_says_how_much_is_missing)
{
	struct err e = ERR_INIT;
	struct frame f;
	uint8_t raw[FRAME_CHUNK_HEADER + 100];
	size_t n = make_chunk(raw, 100);

	for (size_t have = 0; have < n; have++) {
		ck_ok(frame_parse(raw, have, true, &f, &e), &e);
		ck_assert_int_eq(frame_parse(raw, have, true, &f, &e), 0);
		ck_assert_uint_eq(f.size, have < FRAME_HEADER ? (size_t)FRAME_HEADER : n);
		ck_assert_uint_eq(f.transfer, have < FRAME_CHUNK_HEADER ? 0 : 7);
		ck_assert_uint_eq(f.offset, have < FRAME_CHUNK_HEADER ? 0 : 0x123456789aULL);
	}
	ck_assert_int_eq(frame_parse(raw, n, true, &f, &e), 1);
	ck_assert_int_eq(f.kind, FRAME_CHUNK);
	ck_assert_uint_eq(f.transfer, 7);
	ck_assert_uint_eq(f.offset, 0x123456789aULL);
	ck_assert_uint_eq(f.len, 100);
	ck_assert_ptr_eq(f.data, raw + FRAME_CHUNK_HEADER);
}
END_TEST

START_TEST(the_limit_depends_on_the_welcome)
{
	struct err e = ERR_INIT;
	struct frame f;
	uint8_t raw[FRAME_HEADER];

	frame_envelope_header(raw, WIRE_FRAME_UNAUTH_MAX);
	ck_assert_int_eq(frame_parse(raw, sizeof(raw), false, &f, &e), 0);
	frame_envelope_header(raw, WIRE_FRAME_UNAUTH_MAX + 1);
	ck_fails(frame_parse(raw, sizeof(raw), false, &f, &e), E_LIMIT, &e, "before the welcome");
	ck_assert_int_eq(frame_parse(raw, sizeof(raw), true, &f, &e), 0);
	frame_envelope_header(raw, WIRE_FRAME_MAX + 1);
	ck_fails(frame_parse(raw, sizeof(raw), true, &f, &e), E_LIMIT, &e, "131073");
	frame_envelope_header(raw, 0);
	ck_assert_int_eq(frame_parse(raw, sizeof(raw), true, &f, &e), 1);
	ck_assert_uint_eq(f.len, 0);
}
END_TEST

START_TEST(chunks_are_bounded_and_wait_for_the_welcome)
{
	struct err e = ERR_INIT;
	struct frame f;
	uint8_t raw[FRAME_CHUNK_HEADER];

	frame_chunk_header(raw, 1, 0, WIRE_CHUNK_MAX);
	ck_assert_int_eq(frame_parse(raw, sizeof(raw), true, &f, &e), 0);
	ck_fails(frame_parse(raw, FRAME_HEADER, false, &f, &e), E_PROTOCOL, &e, "before the welcome");
	frame_chunk_header(raw, 1, 0, WIRE_CHUNK_MAX + 1);
	ck_fails(frame_parse(raw, FRAME_HEADER, true, &f, &e), E_LIMIT, &e,
	         "32769 bytes (accepted: at most 32768)");
	frame_chunk_header(raw, 1, 0, 0);
	ck_fails(frame_parse(raw, FRAME_HEADER, true, &f, &e), E_PROTOCOL, &e, "without data");
}
END_TEST

START_TEST(anything_else_is_refused_at_the_first_wrong_byte)
{
	struct err e = ERR_INIT;
	struct frame f;

	ck_fails(frame_parse((const uint8_t *)"GET", 1, false, &f, &e), E_PROTOCOL, &e, "not a Foedus frame");
	ck_fails(frame_parse((const uint8_t *)"FX", 2, false, &f, &e), E_PROTOCOL, &e, "not a Foedus frame");
	ck_fails(frame_parse((const uint8_t *)"FD\2", 3, false, &f, &e), E_PROTOCOL, &e, "version 2");
	ck_fails(frame_parse((const uint8_t *)"FD\1\3", 4, true, &f, &e), E_PROTOCOL, &e, "kind 3");
}
END_TEST

SUITE("wire/frame", a_frame_is_whole_or_says_how_much_is_missing, the_limit_depends_on_the_welcome,
      chunks_are_bounded_and_wait_for_the_welcome, anything_else_is_refused_at_the_first_wrong_byte)
