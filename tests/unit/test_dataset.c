#include "common/data/dataset.h"

#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "tests/support/images.h"
#include "tests/support/suite.h"

/* Writes one file of a set of ten images into the test's folder. */
static void put(const char *name, const struct dataset *d, int is_labels, int gzipped)
{
	struct buf b = BUF_INIT, z = BUF_INIT;
	struct err e = ERR_INIT;
	char path[512];

	(is_labels ? labels_idx : images_idx)(d, &b);
	gzip_bytes(b.data, b.len, &z);
	ck_ok(path_join(path, sizeof(path), suite_tmp(), name, &e), &e);
	ck_ok(gzipped ? file_write(path, z.data, z.len, 0644, &e) : file_write(path, b.data, b.len, 0644, &e),
	      &e);
	buf_release(&b);
	buf_release(&z);
}

START_TEST(all_usual_names_are_found)
{
	struct dataset made = images_make(10, 1), d;
	struct err e = ERR_INIT;

	put("train-images-idx3-ubyte.gz", &made, 0, 1);
	put("train-labels.idx1-ubyte", &made, 1, 0);
	put("t10k-images.idx3-ubyte", &made, 0, 0);
	put("t10k-labels-idx1-ubyte.gz", &made, 1, 1);
	ck_ok(dataset_load(suite_tmp(), DATASET_TRAIN, 0, &d, &e), &e);
	ck_assert_uint_eq(d.count, 10);
	ck_assert_mem_eq(d.images, made.images, 10 * IMAGE_PIXELS);
	dataset_release(&d);
	ck_ok(dataset_load(suite_tmp(), DATASET_TEST, 4, &d, &e), &e);
	ck_assert_uint_eq(d.count, 4);
	ck_assert_mem_eq(dataset_image(&d, 3), dataset_image(&made, 3), IMAGE_PIXELS);
	dataset_release(&d);
	dataset_release(&made);
}
END_TEST

START_TEST(what_is_missing_or_does_not_fit_is_named)
{
	struct dataset made = images_make(10, 1), d;
	struct err e = ERR_INIT;

	ck_fails(dataset_load("/no/such", DATASET_TRAIN, 0, &d, &e), E_NOT_FOUND, &e,
	         "/no/such: no train-images-idx3-ubyte");
	put("train-images-idx3-ubyte", &made, 0, 0);
	made.count = 9;
	put("train-labels-idx1-ubyte", &made, 1, 0);
	ck_fails(dataset_load(suite_tmp(), DATASET_TRAIN, 0, &d, &e), E_INVALID, &e, "has 10 images, but");
	ck_assert_ptr_null(d.images);
	dataset_release(&made);
}
END_TEST

START_TEST(the_packaged_data_set_loads)
{
	struct err e = ERR_INIT;
	struct dataset d;

	if (!file_exists(DATASET_DIR))
		return;
	ck_ok(dataset_load(DATASET_DIR, DATASET_TEST, 0, &d, &e), &e);
	ck_assert_uint_eq(d.count, 10000);
	ck_assert_uint_eq(d.labels[0], 9); /* an ankle boot */
	dataset_release(&d);
}
END_TEST

SUITE("data/dataset", all_usual_names_are_found, what_is_missing_or_does_not_fit_is_named,
      the_packaged_data_set_loads)
