/* The safetensors reader, against a layout of three tensors. */
#include "common/agent/safetensors.h"

#include <string.h>

#include "common/base/mem.h"
#include "tests/support/fuzz.h"

static const struct tensor_spec specs[] = {
    {"a.weight", 2, {2, 3}, 0}, {"a.bias", 1, {2}, 6}, {"c", 4, {1, 1, 2, 2}, 8}};
static const struct tensor_layout layout = {specs, 3, 12};

static bool parse(const uint8_t *data, size_t n)
{
	float block[12];
	json_t *meta = NULL;
	bool taken = safetensors_read(data, n, &layout, block, &meta, NULL) == 0;

	json_decref(meta);
	return taken;
}

static void samples(struct fuzz_samples *s)
{
	static const struct tensor_note notes[] = {{"kind", "perception"}, {"round", "3"}};
	static const float block[12] = {1, 2, 3};

	for (size_t n = 0; n <= ARRAY_LEN(notes); n++) {
		struct buf b = BUF_INIT;

		safetensors_write(&layout, block, notes, n, &b);
		fuzz_sample(s, b.data, b.len);
		buf_release(&b);
	}
}

/* Changes the header and then makes its length right again, so that the change is looked at. */
static void mutate(struct rng *r, struct buf *b)
{
	size_t data_len = 12 * sizeof(float), head_len = b->len - 8 - data_len;
	struct buf head = BUF_INIT;
	uint64_t length;

	buf_append(&head, b->data + 8, head_len);
	fuzz_mutate(r, &head);
	fuzz_splice(b, 8, head_len, head.data, head.len);
	length = head.len;
	memcpy(b->data, &length, sizeof(length));
	buf_release(&head);
}

FUZZ_TARGET("safetensors", parse, samples, mutate)
