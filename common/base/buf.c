#include "common/base/buf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

void buf_release(struct buf *b)
{
	free(b->data);
	*b = BUF_INIT;
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->pos = 0;
}

static void slide(struct buf *b)
{
	memmove(b->data, b->data + b->pos, b->len - b->pos);
	b->len -= b->pos;
	b->pos = 0;
}

uint8_t *buf_reserve(struct buf *b, size_t n)
{
	if (b->cap - b->len >= n && b->data)
		return b->data + b->len;
	if (b->pos > 0 && b->pos >= b->len / 2)
		slide(b);
	if (b->cap - b->len < n || !b->data) {
		size_t cap = b->cap ? b->cap : 256;

		while (cap - b->len < n)
			cap = cap > SIZE_MAX / 2 ? b->len + n : cap * 2;
		b->data = mem_realloc(b->data, cap, 1);
		b->cap = cap;
	}
	return b->data + b->len;
}

void buf_append(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	memcpy(buf_reserve(b, n), p, n);
	b->len += n;
}

void buf_str(struct buf *b, const char *s)
{
	buf_append(b, s, strlen(s));
}

void buf_vfmt(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n <= 0)
		return;
	buf_reserve(b, (size_t)n + 1);
	vsnprintf((char *)b->data + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(b, fmt, ap);
	va_end(ap);
}

char *buf_cstr(struct buf *b)
{
	*buf_reserve(b, 1) = 0;
	return (char *)b->data + b->pos;
}

void buf_consume(struct buf *b, size_t n)
{
	assert(n <= buf_unread(b));
	b->pos += n;
	if (b->pos == b->len)
		buf_clear(b);
}
