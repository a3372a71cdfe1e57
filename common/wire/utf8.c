#include "common/wire/utf8.h"

#include <stdint.h>
#include <string.h>

/* Length of the sequence that `lead` begins, 0 when none; the lowest code point that needs it goes to *least.
 */
static size_t sequence(uint8_t lead, uint32_t *least, uint32_t *bits)
{
	if (lead < 0x80) {
		*least = 0x20;
		*bits = lead;
		return 1;
	}
	if (lead >= 0xc2 && lead < 0xe0) {
		*least = 0x80;
		*bits = lead & 0x1f;
		return 2;
	}
	if (lead >= 0xe0 && lead < 0xf0) {
		*least = 0x800;
		*bits = lead & 0x0f;
		return 3;
	}
	if (lead >= 0xf0 && lead < 0xf5) {
		*least = 0x10000;
		*bits = lead & 0x07;
		return 4;
	}
	return 0;
}

/* Bytes of the character at s, 0 when there is none that is accepted. */
static size_t character(const uint8_t *s, size_t n)
{
	uint32_t least, c;
	size_t len = sequence(s[0], &least, &c);

	if (len == 0 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	return c < least || (c >= 0x7f && c < 0xa0) || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff ? 0 : len;
}

bool utf8_is_text(const char *p, size_t n)
{
	size_t at = 0;

	while (at < n) {
		size_t len = character((const uint8_t *)p + at, n - at);

		if (len == 0)
			return false;
		at += len;
	}
	return true;
}

void utf8_clean(char *to, const char *from, size_t n)
{
	size_t at = 0;

	while (at < n) {
		size_t len = character((const uint8_t *)from + at, n - at);

		if (len == 0) {
			to[at++] = '?';
			continue;
		}
		memcpy(to + at, from + at, len);
		at += len;
	}
}
