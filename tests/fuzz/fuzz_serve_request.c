/* Bodies of /v1/agent/act: what is accepted has something to answer, within its limits. */
#include <stdlib.h>
#include <string.h>

#include "common/base/digest.h"
#include "common/base/str.h"
#include "edge/serve/request.h"
#include "tests/support/fuzz.h"
#include "tests/support/images.h"

static bool parse(const uint8_t *data, size_t n)
{
	struct err e = ERR_INIT;
	json_t *root;
	struct act a;
	bool ok;

	act_init(&a);
	ok = serve_request_parse(data, n, &a, &root, &e) == 0;
	if (ok && ((!a.has_image && !a.text) || (a.text && strlen(a.text) > SERVE_TEXT_MAX) ||
	           (a.session && !str_is_name(a.session, SESSION_NAME_MAX))))
		abort();
	if (!ok && e.code == 0)
		abort();
	act_release(&a);
	json_decref(root);
	return ok;
}

static void add(struct fuzz_samples *s, const char *format, const struct buf *image)
{
	char *base64 = base64_encode(image->data, image->len);
	struct buf b = BUF_INIT;

	buf_fmt(&b,
	        "{\"session\":\"s-1\",\"text\":\"what \\u00e4 is "
	        "it?\",\"image\":{\"format\":\"%s\",\"data\":\"%s\"}}",
	        format, base64);
	fuzz_sample(s, b.data, b.len);
	buf_release(&b);
	free(base64);
}

static void samples(struct fuzz_samples *s)
{
	struct dataset d = images_make(1, 1);
	struct buf raw = BUF_INIT, idx = BUF_INIT, pgm = BUF_INIT;

	buf_append(&raw, d.images, IMAGE_PIXELS);
	images_idx(&d, &idx);
	buf_str(&pgm, "P5\n# 28\n28 28\n255\n");
	buf_append(&pgm, d.images, IMAGE_PIXELS);
	add(s, "raw28", &raw);
	add(s, "idx", &idx);
	add(s, "pgm", &pgm);
	fuzz_sample(s, (const uint8_t *)"{\"text\":\"hello\"}", 16);
	buf_release(&raw);
	buf_release(&idx);
	buf_release(&pgm);
	dataset_release(&d);
}

FUZZ_TARGET("serve_request", parse, samples, NULL)
