#include "common/base/str.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool starts_like_a_number(const char *text)
{
	return *text && !isspace((unsigned char)*text);
}

int str_to_int(const char *text, const char *what, int64_t lo, int64_t hi, int64_t *out, struct err *e)
{
	char *end = NULL;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 10);
	if (!starts_like_a_number(text) || *end || errno == ERANGE || v < lo || v > hi)
		return err_set(e, E_INVALID, "%s: '%.64s' is not a whole number from %" PRId64 " to %" PRId64, what,
		               text, lo, hi);
	*out = v;
	return 0;
}

int str_to_double(const char *text, const char *what, double lo, double hi, double *out, struct err *e)
{
	char *end = NULL;
	double v = strtod(text, &end);

	if (!starts_like_a_number(text) || *end || !isfinite(v) || v < lo || v > hi)
		return err_set(e, E_INVALID, "%s: '%.64s' is not a number from %g to %g", what, text, lo, hi);
	*out = v;
	return 0;
}

static int64_t unit(const char *suffix)
{
	if (!*suffix)
		return 1;
	if (suffix[1])
		return 0;
	switch (*suffix) {
	case 'k':
	case 'K':
		return 1 << 10;
	case 'M':
		return 1 << 20;
	case 'G':
		return 1 << 30;
	default:
		return 0;
	}
}

int str_to_bytes(const char *text, const char *what, int64_t hi, int64_t *out, struct err *e)
{
	char *end = NULL;
	long long v;
	int64_t mul;

	errno = 0;
	v = strtoll(text, &end, 10);
	mul = starts_like_a_number(text) && end != text ? unit(end) : 0;
	if (mul == 0 || errno == ERANGE || v < 0 || v > hi / mul)
		return err_set(e, E_INVALID,
		               "%s: '%.64s' is not a size up to %" PRId64 " bytes (a number, or one with k, M or G)",
		               what, text, hi);
	*out = v * mul;
	return 0;
}

bool str_copy(char *out, size_t cap, const char *text)
{
	size_t n = strlen(text);

	if (n >= cap) {
		if (cap)
			*out = 0;
		return false;
	}
	memcpy(out, text, n + 1);
	return true;
}

void str_hex(const uint8_t *p, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = 0;
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool str_unhex(const char *hex, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int high = nibble(hex[2 * i]);
		int low = high < 0 ? -1 : nibble(hex[2 * i + 1]);

		if (low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool str_is_name(const char *text, size_t max)
{
	size_t n = strlen(text);

	if (n == 0 || n > max || *text == '.' || *text == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("._-", text[i]))
			return false;
	return true;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

size_t str_distance(const char *a, size_t n, const char *b)
{
	size_t row[64];
	size_t m = strlen(b);

	if (m >= 64 || n >= 64)
		return 64;
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t above = row[j];

			row[j] = min3(row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[m];
}
