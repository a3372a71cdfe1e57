/* The IDX reader, as images and as labels, plain and gzipped. */
#include "common/data/idx.h"

#include "tests/support/fuzz.h"
#include "tests/support/images.h"

static bool parse(const uint8_t *data, size_t n)
{
	struct idx x;
	bool taken = idx_parse_images(data, n, "fuzz", &x, NULL) == 0;

	idx_release(&x);
	if (!taken) {
		taken = idx_parse_labels(data, n, "fuzz", &x, NULL) == 0;
		idx_release(&x);
	}
	return taken;
}

static void samples(struct fuzz_samples *s)
{
	struct dataset d = images_make(2, 1);
	struct buf b[4] = {{0}};

	images_idx(&d, &b[0]);
	labels_idx(&d, &b[1]);
	gzip_bytes(b[0].data, b[0].len, &b[2]);
	gzip_bytes(b[1].data, b[1].len, &b[3]);
	for (int i = 0; i < 4; i++) {
		fuzz_sample(s, b[i].data, b[i].len);
		buf_release(&b[i]);
	}
	dataset_release(&d);
}

/* The header is a small part of the file: aim at it. Half of the results are gzipped again. */
static void mutate(struct rng *r, struct buf *b)
{
	struct buf packed = BUF_INIT;

	if (b->data[0] == 0x1f)
		return;
	for (uint64_t n = rng_below(r, 3); n > 0; n--)
		b->data[rng_below(r, b->len < 16 ? b->len : 16)] ^= (uint8_t)(1u << rng_below(r, 8));
	if (rng_below(r, 2))
		return;
	gzip_bytes(b->data, b->len, &packed);
	buf_release(b);
	*b = packed;
}

FUZZ_TARGET("idx", parse, samples, mutate)
