#include "edge/serve/request.h"

#include <string.h>

#include "common/base/digest.h"
#include "edge/serve/image.h"
#include "tests/support/images.h"
#include "tests/support/suite.h"

static struct act a;
static json_t *root;
static struct err e;

static int parse(const char *body)
{
	json_decref(root);
	act_release(&a);
	act_init(&a);
	e = ERR_INIT;
	return serve_request_parse((const uint8_t *)body, strlen(body), &a, &root, &e);
}

static void done(void)
{
	json_decref(root);
	act_release(&a);
	root = NULL;
}

/* A body with these bytes as an image of this format. */
static int parse_image(const char *format, const void *p, size_t n)
{
	char *base64 = base64_encode(p, n);
	struct buf body = BUF_INIT;
	int rc;

	buf_fmt(&body, "{\"image\":{\"format\":\"%s\",\"data\":\"%s\"}}", format, base64);
	rc = parse(buf_cstr(&body));
	buf_release(&body);
	free(base64);
	return rc;
}

static int parse_pgm(const char *header, size_t pixels)
{
	struct dataset d = images_make(1, 7);
	struct buf b = BUF_INIT;
	int rc;

	buf_str(&b, header);
	buf_append(&b, d.images, pixels);
	rc = parse_image("pgm", b.data, b.len);
	if (rc == 0)
		ck_assert_mem_eq(a.image, d.images, IMAGE_PIXELS);
	buf_release(&b);
	dataset_release(&d);
	return rc;
}

START_TEST(takes_text_session_and_image)
{
	struct dataset d = images_make(2, 7);
	struct buf idx = BUF_INIT;

	ck_ok(parse("{\"session\":\"s-1\",\"text\":\"gr\\u00fc\\u00df dich\"}"), &e);
	ck_assert_str_eq(a.session, "s-1");
	ck_assert_str_eq(a.text, "gr\xc3\xbc\xc3\x9f dich");
	ck_assert(!a.has_image);
	ck_ok(parse_image("raw28", d.images, IMAGE_PIXELS), &e);
	ck_assert(a.has_image);
	ck_assert_ptr_null(a.session);
	ck_assert_mem_eq(a.image, d.images, IMAGE_PIXELS);
	d.count = 1;
	images_idx(&d, &idx);
	ck_ok(parse_image("idx", idx.data, idx.len), &e);
	ck_assert_mem_eq(a.image, d.images, IMAGE_PIXELS);
	ck_ok(parse_pgm("P5\n28 28\n255\n", IMAGE_PIXELS), &e);
	ck_ok(parse_pgm("P5 # made by hand\n#\n28\t28 255 ", IMAGE_PIXELS), &e);
	buf_release(&idx);
	dataset_release(&d);
	done();
}
END_TEST

START_TEST(refuses_what_is_not_the_object)
{
	ck_fails(parse(""), E_INVALID, &e, "the body is empty");
	ck_fails(parse("{"), E_INVALID, &e, "the body: not JSON: line 1");
	ck_fails(parse("[1]"), E_INVALID, &e, "not a JSON object");
	ck_fails(parse("{\"text\":\"a\",\"text\":\"b\"}"), E_INVALID, &e, "not JSON");
	ck_fails(parse("{\"text\":\"\xff\"}"), E_INVALID, &e, "not JSON");
	ck_fails(parse("{}"), E_INVALID, &e, "give 'text', 'image' or both");
	ck_fails(parse("{\"text\":\"\"}"), E_INVALID, &e, "give 'text', 'image' or both");
	ck_fails(parse("{\"txt\":\"a\"}"), E_INVALID, &e, "unknown field 'txt'; accepted: session, text, image");
	done();
}
END_TEST

START_TEST(refuses_wrong_fields)
{
	char text[SERVE_TEXT_MAX + 64];

	ck_fails(parse("{\"text\":5}"), E_INVALID, &e, "field 'text' is not a text of up to 4096 bytes");
	ck_fails(parse("{\"text\":null}"), E_INVALID, &e, "field 'text'");
	ck_fails(parse("{\"text\":\"a\\u0000b\"}"), E_INVALID, &e, "not JSON");
	memset(text, 'x', sizeof(text));
	memcpy(text, "{\"text\":\"", 9);
	memcpy(text + 9 + SERVE_TEXT_MAX, "\"}", 3);
	ck_ok(parse(text), &e);
	memcpy(text + 9 + SERVE_TEXT_MAX, "x\"}", 4);
	ck_fails(parse(text), E_INVALID, &e, "field 'text' is not a text of up to 4096 bytes");
	ck_fails(parse("{\"text\":\"a\",\"session\":1}"), E_INVALID, &e,
	         "field 'session' is not a name; accepted: 1 to 64");
	ck_fails(parse("{\"text\":\"a\",\"session\":\"\"}"), E_INVALID, &e, "field 'session'");
	ck_fails(parse("{\"text\":\"a\",\"session\":\"../x\"}"), E_INVALID, &e, "field 'session'");
	ck_fails(parse("{\"text\":\"a\",\"image\":\"x\"}"), E_INVALID, &e, "field 'image' is not an object");
	ck_fails(parse("{\"image\":{\"format\":\"pgm\",\"date\":\"\"}}"), E_INVALID, &e,
	         "unknown field 'image.date'; accepted: image.format, image.data");
	ck_fails(parse("{\"image\":{\"data\":\"\"}}"), E_INVALID, &e, "field 'image.format' is missing");
	ck_fails(parse("{\"image\":{\"format\":\"pgm\"}}"), E_INVALID, &e, "field 'image.data' is missing");
	ck_fails(parse("{\"image\":{\"format\":\"png\",\"data\":\"\"}}"), E_INVALID, &e,
	         "field 'image.format' is 'png'; accepted: pgm, idx, raw28");
	ck_fails(parse("{\"image\":{\"format\":1,\"data\":\"\"}}"), E_INVALID, &e,
	         "field 'image.format' is not a text");
	ck_fails(parse("{\"image\":{\"format\":\"pgm\",\"data\":7}}"), E_INVALID, &e,
	         "field 'image.data' is not a text");
	ck_fails(parse("{\"image\":{\"format\":\"raw28\",\"data\":\"abc\"}}"), E_INVALID, &e,
	         "field 'image.data': base64 text of 3 characters");
	ck_fails(parse("{\"image\":{\"format\":\"raw28\",\"data\":\"ab!d\"}}"), E_INVALID, &e,
	         "character 3 is outside");
	done();
}
END_TEST

START_TEST(refuses_wrong_images)
{
	uint8_t raw[4000] = {0};
	struct dataset d = images_make(2, 7);
	struct buf idx = BUF_INIT;

	ck_fails(parse_image("raw28", raw, 783), E_INVALID, &e, "has 783 bytes; accepted for 'raw28': 784");
	ck_fails(parse_image("raw28", raw, 0), E_INVALID, &e, "has 0 bytes");
	ck_fails(parse_image("raw28", raw, sizeof(raw)), E_INVALID, &e,
	         "field 'image.data' is not a text of up to 4096");
	images_idx(&d, &idx);
	ck_fails(parse_image("idx", idx.data, idx.len), E_INVALID, &e,
	         "has 1584 bytes; accepted for 'idx': one 28 x 28");
	ck_fails(parse_image("idx", raw, 800), E_INVALID, &e, "field 'image.data'");
	ck_assert(parse_image("idx", idx.data, 800) < 0); /* says two images, has one */
	ck_fails(parse_image("pgm", raw, 797), E_INVALID, &e, "not a binary PGM");
	ck_fails(parse_pgm("P2\n28 28\n255\n", IMAGE_PIXELS), E_INVALID, &e, "not a binary PGM");
	ck_fails(parse_pgm("P5\n27 28\n255\n", IMAGE_PIXELS), E_INVALID, &e,
	         "27 x 28 with maximum 255; accepted: 28 x 28");
	ck_fails(parse_pgm("P5\n28 28\n65535\n", IMAGE_PIXELS), E_INVALID, &e, "with maximum 255");
	ck_fails(parse_pgm("P5\n99999999999 28\n255\n", IMAGE_PIXELS), E_INVALID, &e, "accepted: 28 x 28");
	ck_fails(parse_pgm("P5\n28 28\n255\n", IMAGE_PIXELS - 1), E_INVALID, &e, "exactly 784 bytes");
	ck_fails(parse_pgm("P5\n28 28\n255\nx", IMAGE_PIXELS), E_INVALID, &e, "exactly 784 bytes");
	ck_fails(parse_pgm("P5\n28 28\n255", 0), E_INVALID, &e, "exactly 784 bytes");
	ck_fails(parse_pgm("P5\n#", 0), E_INVALID, &e, "-1 x -1");
	buf_release(&idx);
	dataset_release(&d);
	done();
}
END_TEST

SUITE("serve/request", takes_text_session_and_image, refuses_what_is_not_the_object, refuses_wrong_fields,
      refuses_wrong_images)
