#include "tests/support/fuzz.h"

#include <stdio.h>
#include <string.h>

void fuzz_splice(struct buf *b, size_t at, size_t n, const void *with, size_t with_len)
{
	struct buf tail = BUF_INIT;

	buf_append(&tail, b->data + at + n, b->len - at - n);
	b->len = at;
	buf_append(b, with, with_len);
	buf_append(b, tail.data, tail.len);
	buf_release(&tail);
}

/* A number at a limit of some type, or near one. */
static uint64_t edgy(struct rng *r)
{
	uint64_t v = (uint64_t)1 << rng_below(r, 64);

	switch (rng_below(r, 4)) {
	case 0:
		return v;
	case 1:
		return v - 1;
	case 2:
		return ~v + 1;
	default:
		return rng_below(r, 300);
	}
}

static void put_number(struct rng *r, struct buf *b)
{
	size_t width = (size_t)1 << rng_below(r, 4);
	uint64_t v = edgy(r);
	bool big = rng_below(r, 2);
	size_t at;

	if (b->len < width)
		return;
	at = (size_t)rng_below(r, b->len - width + 1);
	for (size_t i = 0; i < width; i++)
		b->data[at + i] = (uint8_t)(v >> 8 * (big ? width - 1 - i : i));
}

/* Replaces a run of decimal digits, where the text has one, by another number. */
static void put_digits(struct rng *r, struct buf *b)
{
	char text[24];
	size_t at = (size_t)rng_below(r, b->len), end;

	while (at < b->len && (b->data[at] < '0' || b->data[at] > '9'))
		at++;
	for (end = at; end < b->len && b->data[end] >= '0' && b->data[end] <= '9';)
		end++;
	if (at == end)
		return;
	snprintf(text, sizeof(text), "%s%llu", rng_below(r, 4) ? "" : "-", (unsigned long long)edgy(r));
	fuzz_splice(b, at, end - at, text, strlen(text));
}

/* Cuts a piece out, repeats one, or ends the input early. */
static void move_piece(struct rng *r, struct buf *b)
{
	size_t at = (size_t)rng_below(r, b->len);
	size_t n = 1 + (size_t)rng_below(r, b->len - at < 64 ? b->len - at : 64);
	uint8_t piece[64];

	switch (rng_below(r, 3)) {
	case 0:
		fuzz_splice(b, at, n, "", 0);
		break;
	case 1:
		memcpy(piece, b->data + at, n);
		fuzz_splice(b, (size_t)rng_below(r, b->len + 1), 0, piece, n);
		break;
	default:
		b->len = at;
	}
}

static void mutate_once(struct rng *r, struct buf *b)
{
	static const char marks[] = "\"{}[]:,\\/0-e.\0\xff\x80";
	size_t at;

	if (b->len == 0)
		return;
	at = (size_t)rng_below(r, b->len);
	switch (rng_below(r, 6)) {
	case 0:
		b->data[at] ^= (uint8_t)(1u << rng_below(r, 8));
		break;
	case 1:
		b->data[at] = (uint8_t)rng_u64(r);
		break;
	case 2:
		b->data[at] = (uint8_t)marks[rng_below(r, sizeof(marks) - 1)];
		break;
	case 3:
		put_number(r, b);
		break;
	case 4:
		put_digits(r, b);
		break;
	default:
		move_piece(r, b);
	}
}

void fuzz_mutate(struct rng *r, struct buf *b)
{
	for (uint64_t n = 1 + rng_below(r, 8); n > 0; n--)
		mutate_once(r, b);
}
