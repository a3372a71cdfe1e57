/* A growable run of bytes with a read position: what the network, JSON and files are built in. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	uint8_t *data; /* owned; NULL while empty */
	size_t len;    /* bytes written */
	size_t pos;    /* bytes already read, <= len */
	size_t cap;    /* bytes allocated */
};

#define BUF_INIT ((struct buf){0})

void buf_release(struct buf *b);               /* frees; `b` is empty and usable again */
void buf_clear(struct buf *b);                 /* empties, keeps the memory */
uint8_t *buf_reserve(struct buf *b, size_t n); /* room for n more bytes; returns the write end */
void buf_append(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vfmt(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* The text with a final NUL that is not counted in len. */
char *buf_cstr(struct buf *b);

static inline const uint8_t *buf_head(const struct buf *b)
{
	return b->data + b->pos;
}
static inline size_t buf_unread(const struct buf *b)
{
	return b->len - b->pos;
}
/* Marks n bytes as read (n <= unread); when all is read the buffer is rewound. */
void buf_consume(struct buf *b, size_t n);

#endif
