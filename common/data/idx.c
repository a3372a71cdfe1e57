#include "common/data/idx.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/base/mem.h"
#include "common/data/dataset.h"

/* Deflate never does better than about 1032 to 1, so a claimed size above this is a lie. */
#define GZIP_RATIO_MAX 1100

/* The header of the one kind of file that a caller accepts. */
struct wanted {
	const char *what; /* "images" */
	uint32_t magic;   /* type 0x08 (unsigned byte) and the rank */
	size_t rank;
	uint32_t side; /* rows and columns; unused for rank 1 */
};

static const struct wanted images = {"images (unsigned bytes, N x 28 x 28)", 0x00000803, 3, IMAGE_SIDE};
static const struct wanted labels = {"labels (unsigned bytes, N)", 0x00000801, 1, 1};

#define HEADER_MAX 16

/* Bytes of a file, plain or inflated on the way. */
struct source {
	const char *name;
	const uint8_t *bytes;
	size_t n; /* left to read when plain, all of it when gzipped */
	bool gzip;
	z_stream z;
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int source_open(struct source *s, const uint8_t *bytes, size_t n, const char *name, struct err *e)
{
	*s = (struct source){.name = name, .bytes = bytes, .n = n};
	if (n > IDX_FILE_BYTES_MAX)
		return err_set(e, E_LIMIT, "%s: %zu bytes, at most %zu are accepted", name, n, IDX_FILE_BYTES_MAX);
	s->gzip = n >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
	if (!s->gzip)
		return 0;
	s->z.next_in = (Bytef *)(uintptr_t)bytes;
	s->z.avail_in = (uInt)n;
	if (inflateInit2(&s->z, 16 + MAX_WBITS) != Z_OK)
		return err_set(e, E_INTERNAL, "%s: zlib does not start", name);
	return 0;
}

static void source_close(struct source *s)
{
	if (s->gzip)
		inflateEnd(&s->z);
}

/* Up to n bytes; fewer at the end of the data. Damaged gzip data is E_CORRUPT. */
static long source_read(struct source *s, uint8_t *out, size_t n, struct err *e)
{
	int rc;

	if (!s->gzip) {
		n = n < s->n ? n : s->n;
		if (n)
			memcpy(out, s->bytes, n);
		s->bytes += n;
		s->n -= n;
		return (long)n;
	}
	s->z.next_out = out;
	s->z.avail_out = (uInt)n;
	rc = inflate(&s->z, Z_SYNC_FLUSH);
	if (rc == Z_BUF_ERROR || rc == Z_OK || rc == Z_STREAM_END)
		return (long)(n - s->z.avail_out);
	return err_set(e, E_CORRUPT, "%s: damaged gzip data (%s)", s->name,
	               s->z.msg ? s->z.msg : "zlib refuses it");
}

/* After the last data byte: nothing may follow, and gzip's own checksum must have been reached and right. */
static int source_end(struct source *s, struct err *e)
{
	uint8_t extra;
	long got = source_read(s, &extra, 1, e);

	if (got < 0)
		return (int)got;
	if (got > 0)
		return err_set(e, E_CORRUPT, "%s: bytes follow the data that its header announces", s->name);
	if (s->gzip && inflate(&s->z, Z_FINISH) != Z_STREAM_END)
		return err_set(e, E_CORRUPT, "%s: gzip data cut short", s->name);
	if (s->gzip && s->z.avail_in)
		return err_set(e, E_CORRUPT, "%s: %u bytes follow the gzip data", s->name, s->z.avail_in);
	return 0;
}

static int check_dims(const struct source *s, const struct wanted *w, const struct idx *x, struct err *e)
{
	uint64_t bytes = (uint64_t)x->dims[0] * x->dims[1] * x->dims[2];

	if (x->dims[1] != w->side || x->dims[2] != w->side)
		return err_set(e, E_INVALID, "%s: items of %" PRIu32 " x %" PRIu32 ", accepted: %s", s->name,
		               x->dims[1], x->dims[2], w->what);
	if (x->dims[0] == 0 || x->dims[0] > IDX_ITEMS_MAX)
		return err_set(e, E_LIMIT, "%s: %" PRIu32 " items (accepted: 1 to %d)", s->name, x->dims[0],
		               IDX_ITEMS_MAX);
	if (bytes > (uint64_t)s->n * (s->gzip ? GZIP_RATIO_MAX : 1))
		return err_set(e, E_CORRUPT, "%s: cut short: its header announces %" PRIu64 " bytes of data", s->name,
		               bytes);
	return 0;
}

static int read_header(struct source *s, const struct wanted *w, struct idx *x, struct err *e)
{
	uint8_t head[HEADER_MAX] = {0};
	size_t want = 4 + 4 * w->rank;
	long got = source_read(s, head, 4, e);

	if (got < 0)
		return (int)got;
	if (got < 4 || be32(head) != w->magic)
		return err_set(e, E_INVALID,
		               "%s: not an IDX file of %s: it begins with %08" PRIx32 ", not %08" PRIx32, s->name,
		               w->what, be32(head), w->magic);
	got = source_read(s, head + 4, want - 4, e);
	if (got < 0)
		return (int)got;
	if ((size_t)got < want - 4)
		return err_set(e, E_CORRUPT, "%s: cut short inside its header", s->name);
	for (size_t i = 0; i < 3; i++)
		x->dims[i] = i < w->rank ? be32(head + 4 + 4 * i) : 1;
	return check_dims(s, w, x, e);
}

static int read_data(struct source *s, struct idx *x, struct err *e)
{
	size_t want = (size_t)x->dims[0] * x->dims[1] * x->dims[2];
	long got;

	x->data = mem_alloc(want);
	got = source_read(s, x->data, want, e);
	if (got < 0)
		return (int)got;
	if ((size_t)got < want)
		return err_set(e, E_CORRUPT, "%s: cut short: %ld of the %zu bytes of data that its header announces",
		               s->name, got, want);
	return source_end(s, e);
}

static int parse(const uint8_t *bytes, size_t n, const char *name, const struct wanted *w, struct idx *out,
                 struct err *e)
{
	struct source s;
	int rc;

	*out = (struct idx){0};
	rc = source_open(&s, bytes, n, name, e);
	if (rc)
		return rc;
	rc = read_header(&s, w, out, e);
	if (!rc)
		rc = read_data(&s, out, e);
	source_close(&s);
	if (rc)
		idx_release(out);
	return rc;
}

int idx_parse_images(const uint8_t *bytes, size_t n, const char *name, struct idx *out, struct err *e)
{
	return parse(bytes, n, name, &images, out, e);
}

int idx_parse_labels(const uint8_t *bytes, size_t n, const char *name, struct idx *out, struct err *e)
{
	int rc = parse(bytes, n, name, &labels, out, e);

	for (uint32_t i = 0; rc == 0 && i < out->dims[0]; i++)
		if (out->data[i] >= DATASET_CLASSES)
			rc = err_set(e, E_INVALID, "%s: label %" PRIu32 " is %d (accepted: 0 to %d)", name, i,
			             out->data[i], DATASET_CLASSES - 1);
	if (rc)
		idx_release(out);
	return rc;
}

void idx_release(struct idx *x)
{
	free(x->data);
	*x = (struct idx){0};
}
