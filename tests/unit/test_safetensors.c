#include "common/agent/safetensors.h"

#include <string.h>

#include "tests/support/suite.h"

static const struct tensor_spec specs[] = {{"a.weight", 2, {2, 3}, 0}, {"a.bias", 1, {2}, 6}};
static const struct tensor_layout layout = {specs, 2, 8};
static const float block[8] = {1, 2, 3, 4, 5, 6, -0.5f, 1e-30f};

/* A file with this header and 32 bytes of data. */
static void file_with(const char *header, struct buf *out)
{
	uint64_t n = strlen(header);

	buf_clear(out);
	buf_append(out, &n, 8);
	buf_str(out, header);
	buf_append(out, block, sizeof(block));
}

static int read_with(const char *header, struct err *e)
{
	struct buf b = BUF_INIT;
	float got[8];
	int rc;

	file_with(header, &b);
	rc = safetensors_read(b.data, b.len, &layout, got, NULL, e);
	buf_release(&b);
	return rc;
}

START_TEST(what_is_written_is_read_back)
{
	const struct tensor_note notes[] = {{"kind", "perception"}, {"samples", "60000"}};
	struct buf b = BUF_INIT, again = BUF_INIT;
	struct err e = ERR_INIT;
	json_t *meta;
	float got[8] = {0};

	safetensors_write(&layout, block, notes, 2, &b);
	safetensors_write(&layout, block, notes, 2, &again);
	ck_assert_uint_eq(b.len, again.len);
	ck_assert_mem_eq(b.data, again.data, b.len);
	ck_assert_uint_eq((b.len - sizeof(block)) % 8, 0);
	ck_ok(safetensors_read(b.data, b.len, &layout, got, &meta, &e), &e);
	ck_assert_mem_eq(got, block, sizeof(block));
	ck_assert_str_eq(json_string_value(json_object_get(meta, "samples")), "60000");
	json_decref(meta);
	buf_release(&b);
	buf_release(&again);
}
END_TEST

START_TEST(tensors_may_come_in_any_order)
{
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT;
	float got[8];

	file_with("{\"a.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
	          "\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32]}}   ",
	          &b);
	ck_ok(safetensors_read(b.data, b.len, &layout, got, NULL, &e), &e);
	ck_assert_mem_eq(got, block + 2, 6 * sizeof(float));
	ck_assert_mem_eq(got + 6, block, 2 * sizeof(float));
	buf_release(&b);
}
END_TEST

START_TEST(a_view_points_into_the_file)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	const uint8_t *data;

	safetensors_write(&layout, block, NULL, 0, &b);
	ck_ok(safetensors_view(b.data, b.len, &layout, &data, &e), &e);
	ck_assert_ptr_eq(data, b.data + b.len - sizeof(block));
	ck_assert_mem_eq(data, block, sizeof(block));
	ck_fails(safetensors_view(b.data, b.len - 1, &layout, &data, &e), E_CORRUPT, &e, "a.bias");
	ck_assert_ptr_null(data);
	file_with("{\"a.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
	          "\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32]}}   ",
	          &b);
	ck_fails(safetensors_view(b.data, b.len, &layout, &data, &e), E_INVALID, &e, "'a.bias' stands elsewhere");
	ck_assert_ptr_null(data);
	buf_release(&b);
}
END_TEST

START_TEST(every_shorter_file_is_refused)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	float got[8];

	safetensors_write(&layout, block, NULL, 0, &b);
	for (size_t n = 0; n < b.len; n++)
		ck_assert_msg(safetensors_read(b.data, n, &layout, got, NULL, &e) < 0, "%zu bytes were accepted", n);
	ck_fails(safetensors_read(b.data, b.len - 1, &layout, got, NULL, &e), E_CORRUPT, &e, "has only 31");
	buf_append(&b, "", 1);
	ck_fails(safetensors_read(b.data, b.len, &layout, got, NULL, &e), E_CORRUPT, &e,
	         "1 bytes follow the last tensor");
	buf_release(&b);
}
END_TEST

START_TEST(header_lengths_are_limited)
{
	uint8_t lie[16] = {0, 0, 0, 0, 0, 0, 0, 0x80};
	struct err e = ERR_INIT;
	float got[8];

	ck_fails(safetensors_read(lie, 16, &layout, got, NULL, &e), E_LIMIT, &e, "header of 9223372036854775808");
	memset(lie, 0, sizeof(lie));
	lie[0] = 9;
	ck_fails(safetensors_read(lie, 16, &layout, got, NULL, &e), E_CORRUPT, &e, "cut short inside its header");
	ck_fails(safetensors_read(lie, 7, &layout, got, NULL, &e), E_CORRUPT, &e, "too few");
}
END_TEST

#define WEIGHT "\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}"
#define BIAS   "\"a.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}"

START_TEST(what_is_wrong_in_a_header_is_named)
{
	static const struct {
		const char *header, *says;
	} bad[] = {
	    {"[]", "not a JSON object"},
	    {"{\"a\"", "header: not JSON"},
	    {"{" WEIGHT "}", "'a.bias' is missing"},
	    {"{" WEIGHT "," BIAS ",\"b\":{}}", "'b' is not one of this module's"},
	    {"{" WEIGHT "," BIAS "," BIAS "}", "duplicate"},
	    {"{" WEIGHT ",\"a.bias\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[24,32]}}",
	     "'a.bias': dtype 'F16' (accepted: F32)"},
	    {"{" WEIGHT ",\"a.bias\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[24,32]}}",
	     "'a.bias': wrong shape (accepted: [2])"},
	    {"{" BIAS ",\"a.weight\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]}}",
	     "'a.weight': wrong shape (accepted: [2,3])"},
	    {"{" WEIGHT ",\"a.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[20,28]}}",
	     "'a.bias': its data overlaps"},
	    {"{" WEIGHT ",\"a.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[28,36]}}",
	     "ends at byte 36"},
	    {"{" WEIGHT ",\"a.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,33]}}",
	     "9 bytes of data"},
	    {"{" WEIGHT ",\"a.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}", "[begin, end]"},
	    {"{" WEIGHT ",\"a.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32.0]}}",
	     "[begin, end]"},
	    {"{" WEIGHT ",\"a.bias\":7}", "dtype ''"},
	    {"{\"__metadata__\":{\"n\":7}," WEIGHT "," BIAS "}", "'n' is not a text"},
	    {"{\"__metadata__\":7," WEIGHT "," BIAS "}", "not an object"},
	};
	struct err e = ERR_INIT;

	ck_ok(read_with("{" WEIGHT "," BIAS "}", &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_msg(read_with(bad[i].header, &e) < 0, "accepted: %s", bad[i].header);
		ck_assert_msg(strstr(e.text, bad[i].says) != NULL, "'%s' does not say '%s'", e.text, bad[i].says);
	}
}
END_TEST

START_TEST(files_are_named_in_errors)
{
	struct err e = ERR_INIT;
	char path[512];
	float got[8];

	snprintf(path, sizeof(path), "%s/m.safetensors", suite_tmp());
	ck_fails(safetensors_load(path, &layout, got, NULL, &e), E_NOT_FOUND, &e, path);
	ck_ok(safetensors_save(path, &layout, block, NULL, 0, &e), &e);
	ck_ok(safetensors_load(path, &layout, got, NULL, &e), &e);
	ck_assert_mem_eq(got, block, sizeof(block));
	ck_fails(safetensors_load(path, &(struct tensor_layout){specs, 1, 6}, got, NULL, &e), E_INVALID, &e,
	         "m.safetensors: tensor 'a.bias' is not one");
}
END_TEST

SUITE("agent/safetensors", what_is_written_is_read_back, tensors_may_come_in_any_order,
      a_view_points_into_the_file, every_shorter_file_is_refused, header_lengths_are_limited,
      what_is_wrong_in_a_header_is_named, files_are_named_in_errors)
