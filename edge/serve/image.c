#include "edge/serve/image.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/digest.h"
#include "common/base/mem.h"
#include "common/data/idx.h"

#define DECODED_MAX (SERVE_IMAGE_TEXT_MAX / 4 * 3)
#define IDX_HEADER  16

/* The bytes of a PGM not read yet. */
struct cursor {
	const uint8_t *at, *end;
};

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* White space, and comments from '#' to the end of the line. */
static void skip_space(struct cursor *c)
{
	while (c->at < c->end && (is_space(*c->at) || *c->at == '#')) {
		bool comment = *c->at++ == '#';

		while (comment && c->at < c->end && *c->at != '\n')
			c->at++;
	}
}

/* A decimal number below 100000, or -1. */
static int number(struct cursor *c)
{
	int v = -1;

	skip_space(c);
	while (c->at < c->end && *c->at >= '0' && *c->at <= '9' && v < 10000)
		v = (v < 0 ? 0 : v * 10) + (*c->at++ - '0');
	return v;
}

static int parse_pgm(const uint8_t *p, size_t n, uint8_t *out, struct err *e)
{
	struct cursor c = {p + 2, p + n};
	int width, height, most;

	if (n < 3 || memcmp(p, "P5", 2) != 0 || !(is_space(p[2]) || p[2] == '#'))
		return err_set(e, E_INVALID, "field 'image.data' is not a binary PGM (it begins with P5)");
	width = number(&c);
	height = number(&c);
	most = number(&c);
	if (width != IMAGE_SIDE || height != IMAGE_SIDE || most != 255)
		return err_set(
		    e, E_INVALID,
		    "field 'image.data': a PGM of %d x %d with maximum %d; accepted: 28 x 28 with maximum 255", width,
		    height, most);
	if (c.at == c.end || !is_space(*c.at) || c.end - c.at - 1 != IMAGE_PIXELS)
		return err_set(e, E_INVALID,
		               "field 'image.data': the PGM's header is not followed by exactly %d bytes",
		               IMAGE_PIXELS);
	memcpy(out, c.at + 1, IMAGE_PIXELS);
	return 0;
}

static int parse_idx(const uint8_t *p, size_t n, uint8_t *out, struct err *e)
{
	struct idx x;
	int rc;

	/* Its size first: the reader would take many images, and gzip. */
	if (n != IDX_HEADER + IMAGE_PIXELS)
		return err_set(e, E_INVALID,
		               "field 'image.data' has %zu bytes; accepted for 'idx': one 28 x 28 image in %d bytes",
		               n, IDX_HEADER + IMAGE_PIXELS);
	rc = idx_parse_images(p, n, "field 'image.data'", &x, e);
	if (rc)
		return rc;
	memcpy(out, x.data, IMAGE_PIXELS);
	idx_release(&x);
	return 0;
}

static int parse_raw(const uint8_t *p, size_t n, uint8_t *out, struct err *e)
{
	if (n != IMAGE_PIXELS)
		return err_set(e, E_INVALID, "field 'image.data' has %zu bytes; accepted for 'raw28': %d (28 x 28)",
		               n, IMAGE_PIXELS);
	memcpy(out, p, IMAGE_PIXELS);
	return 0;
}

static const struct {
	const char *name;
	int (*parse)(const uint8_t *p, size_t n, uint8_t *out, struct err *e);
} formats[] = {{"pgm", parse_pgm}, {"idx", parse_idx}, {"raw28", parse_raw}};

int serve_image_decode(const char *format, const char *base64, uint8_t out[IMAGE_PIXELS], struct err *e)
{
	uint8_t bytes[DECODED_MAX];
	struct err why = ERR_INIT;
	long n;

	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		if (strcmp(format, formats[i].name) != 0)
			continue;
		n = base64_decode(base64, strlen(base64), bytes, sizeof(bytes), &why);
		if (n < 0)
			return err_set(e, E_INVALID, "field 'image.data': %s", why.text);
		return formats[i].parse(bytes, (size_t)n, out, e);
	}
	return err_set(e, E_INVALID, "field 'image.format' is '%.40s'; accepted: pgm, idx, raw28", format);
}
