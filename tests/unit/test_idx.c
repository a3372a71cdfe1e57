#include "common/data/idx.h"

#include <string.h>

#include "tests/support/images.h"
#include "tests/support/suite.h"

#define COUNT 20

static struct dataset made;
static struct buf plain, packed, plain_labels;

static void make(void)
{
	made = images_make(COUNT, suite_seed());
	plain = packed = plain_labels = BUF_INIT;
	images_idx(&made, &plain);
	labels_idx(&made, &plain_labels);
	gzip_bytes(plain.data, plain.len, &packed);
}

static void drop(void)
{
	dataset_release(&made);
	buf_release(&plain);
	buf_release(&packed);
	buf_release(&plain_labels);
}

static int parse(const struct buf *b, size_t n, struct err *e)
{
	struct idx x;
	int rc = idx_parse_images(b->data, n, "f", &x, e);

	if (rc == 0) {
		ck_assert_uint_eq(x.dims[0], COUNT);
		ck_assert_mem_eq(x.data, made.images, (size_t)COUNT * IMAGE_PIXELS);
	}
	idx_release(&x);
	return rc;
}

START_TEST(plain_and_gzipped_files_hold_the_same)
{
	struct err e = ERR_INIT;
	struct idx x;

	make();
	ck_ok(parse(&plain, plain.len, &e), &e);
	ck_ok(parse(&packed, packed.len, &e), &e);
	ck_ok(idx_parse_labels(plain_labels.data, plain_labels.len, "f", &x, &e), &e);
	ck_assert_mem_eq(x.data, made.labels, COUNT);
	idx_release(&x);
	drop();
}
END_TEST

START_TEST(every_shorter_file_is_refused)
{
	struct err e = ERR_INIT;

	make();
	for (size_t n = 0; n < plain.len; n += n < 20 ? 1 : 997)
		ck_assert_msg(parse(&plain, n, &e) < 0, "%zu of %zu bytes were accepted", n, plain.len);
	for (size_t n = 0; n<packed.len; n += n + 30> packed.len || n < 30 ? 1 : 97)
		ck_assert_msg(parse(&packed, n, &e) < 0, "%zu of %zu gzipped bytes were accepted", n, packed.len);
	ck_fails(parse(&plain, 10, &e), E_CORRUPT, &e, "f: cut short inside its header");
	ck_fails(parse(&plain, plain.len - 1, &e), E_CORRUPT, &e, "cut short");
	ck_fails(parse(&packed, packed.len - 1, &e), E_CORRUPT, &e, "cut short");
	drop();
}
END_TEST

START_TEST(bytes_after_the_data_are_refused)
{
	struct err e = ERR_INIT;
	struct buf longer = BUF_INIT;

	make();
	buf_append(&plain, "", 1);
	buf_append(&packed, "", 1);
	ck_fails(parse(&plain, plain.len, &e), E_CORRUPT, &e, "bytes follow");
	ck_fails(parse(&packed, packed.len, &e), E_CORRUPT, &e, "1 bytes follow the gzip data");
	gzip_bytes(plain.data, plain.len, &longer);
	ck_fails(parse(&longer, longer.len, &e), E_CORRUPT, &e, "bytes follow");
	buf_release(&longer);
	drop();
}
END_TEST

START_TEST(damage_inside_gzip_is_found)
{
	struct err e = ERR_INIT;

	make();
	packed.data[packed.len / 2] ^= 0x10;
	ck_fails(parse(&packed, packed.len, &e), E_CORRUPT, &e, "");
	packed.data[packed.len / 2] ^= 0x10;
	packed.data[packed.len - 6] ^= 1; /* in the checksum */
	ck_fails(parse(&packed, packed.len, &e), E_CORRUPT, &e, "damaged gzip data");
	drop();
}
END_TEST

START_TEST(another_kind_of_file_is_named)
{
	struct err e = ERR_INIT;
	struct idx x;

	make();
	ck_fails(parse(&plain_labels, plain_labels.len, &e), E_INVALID, &e, "not an IDX file of images");
	ck_fails(idx_parse_labels(plain.data, plain.len, "f", &x, &e), E_INVALID, &e,
	         "not an IDX file of labels");
	plain.data[2] = 0x0d; /* floats */
	ck_fails(parse(&plain, plain.len, &e), E_INVALID, &e, "00000d03");
	plain.data[2] = 0x08;
	plain.data[15] = 27;
	ck_fails(parse(&plain, plain.len, &e), E_INVALID, &e, "28 x 27, accepted: images");
	plain_labels.data[8 + 7] = 10;
	ck_fails(idx_parse_labels(plain_labels.data, plain_labels.len, "f", &x, &e), E_INVALID, &e,
	         "label 7 is 10 (accepted: 0 to 9)");
	drop();
}
END_TEST

START_TEST(sizes_are_limited_before_allocation)
{
	struct err e = ERR_INIT;
	struct buf lie = BUF_INIT;

	make();
	memcpy(plain.data + 4, "\x00\x0f\x00\x00", 4); /* 983040 images: 770 MB announced */
	ck_fails(parse(&plain, plain.len, &e), E_CORRUPT, &e, "announces 770703360 bytes");
	gzip_bytes(plain.data, plain.len, &lie);
	ck_fails(parse(&lie, lie.len, &e), E_CORRUPT, &e, "announces 770703360 bytes");
	memcpy(plain.data + 4, "\xff\xff\xff\xff", 4);
	ck_fails(parse(&plain, plain.len, &e), E_LIMIT, &e, "4294967295 items (accepted: 1 to 1000000)");
	memcpy(plain.data + 4, "\0\0\0\0", 4);
	ck_fails(parse(&plain, plain.len, &e), E_LIMIT, &e, "0 items");
	buf_release(&lie);
	drop();
}
END_TEST

SUITE("data/idx", plain_and_gzipped_files_hold_the_same, every_shorter_file_is_refused,
      bytes_after_the_data_are_refused, damage_inside_gzip_is_found, another_kind_of_file_is_named,
      sizes_are_limited_before_allocation)
