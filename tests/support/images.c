#include "tests/support/images.h"

#include <stdlib.h>
#include <zlib.h>

#include "common/base/mem.h"
#include "common/base/rng.h"

static void draw(struct rng *r, int class, uint8_t *image)
{
	int left = class % 5 * 5 + 1, top = class / 5 * 12 + 2;

	for (int i = 0; i < IMAGE_PIXELS; i++)
		image[i] = (uint8_t)rng_below(r, 80);
	for (int y = top; y < top + 10; y++)
		for (int x = left; x < left + 5; x++)
			image[y * IMAGE_SIDE + x] = (uint8_t)(150 + rng_below(r, 100));
}

struct dataset images_make(size_t count, uint64_t seed)
{
	struct dataset d = {mem_alloc(count * IMAGE_PIXELS), mem_alloc(count), count};
	struct rng r;

	rng_seed(&r, seed, rng_stream("tests/images"));
	for (size_t i = 0; i < count; i++) {
		d.labels[i] = (uint8_t)(i % DATASET_CLASSES);
		draw(&r, d.labels[i], d.images + i * IMAGE_PIXELS);
	}
	return d;
}

static void put_be32(struct buf *out, uint32_t v)
{
	const uint8_t b[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};

	buf_append(out, b, 4);
}

void images_idx(const struct dataset *d, struct buf *out)
{
	put_be32(out, 0x803);
	put_be32(out, (uint32_t)d->count);
	put_be32(out, IMAGE_SIDE);
	put_be32(out, IMAGE_SIDE);
	buf_append(out, d->images, d->count * IMAGE_PIXELS);
}

void labels_idx(const struct dataset *d, struct buf *out)
{
	put_be32(out, 0x801);
	put_be32(out, (uint32_t)d->count);
	buf_append(out, d->labels, d->count);
}

void gzip_bytes(const void *p, size_t n, struct buf *out)
{
	z_stream z = {0};
	size_t room = n + n / 1000 + 64;

	if (deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)n;
	z.next_out = buf_reserve(out, room);
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	out->len += z.total_out;
	deflateEnd(&z);
}
