#include "tests/support/rl_reference.h"

#include <stdint.h>

#include "common/base/file.h"
#include "tests/support/nn_oracle.h"
#include "tests/support/suite.h"

#define KEPT_MAX 64

json_t *reference_load(void)
{
	struct err e = ERR_INIT;
	struct buf text = {0};
	json_t *dump;

	ck_ok(file_read("tests/reference/rl_reference.json", 1 << 20, &text, &e), &e);
	ck_ok(json_parse((const char *)text.data, text.len, &dump, &e), &e);
	buf_release(&text);
	return dump;
}

static float number(size_t i)
{
	uint32_t h = (uint32_t)i * 2654435761u;

	h = (h ^ h >> 15) * 2246822519u;
	h ^= h >> 13;
	return (float)(h >> 8) / 8388608.0f - 1;
}

void reference_fill(size_t first, size_t n, float scale, float *v)
{
	for (size_t i = 0; i < n; i++)
		v[i] = number(first + i) * scale;
}

static void compare(const json_t *object, const char *field, const float *v, size_t count, size_t stride,
                    double tolerance)
{
	struct err e = ERR_INIT;
	double want[KEPT_MAX];

	ck_assert_uint_le(count, KEPT_MAX);
	ck_ok(json_get_doubles(object, field, count, want, &e), &e);
	for (size_t i = 0; i < count; i++)
		oracle_near(field, i * stride, (double)v[i * stride], want[i], tolerance);
}

void reference_all(const json_t *object, const char *field, const float *v, size_t n, double tolerance)
{
	compare(object, field, v, n, 1, tolerance);
}

void reference_some(const json_t *object, const char *field, const float *v, size_t n, double tolerance)
{
	size_t stride = 1 + n / 16;

	compare(object, field, v, (n + stride - 1) / stride, stride, tolerance);
}
