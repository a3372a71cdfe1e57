#include "common/data/dataset.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/data/idx.h"

#define NAME_MAX_BYTES 4096

static const char *const part_names[] = {[DATASET_TRAIN] = "train", [DATASET_TEST] = "t10k"};

/* The first of the usual names that is there: "-idx3" or ".idx3", plain or gzipped. */
static int find_file(const char *dir, const char *part, const char *what, int rank, char *out, struct err *e)
{
	static const char seps[] = "-.";
	static const char *const ends[] = {"", ".gz"};

	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < ARRAY_LEN(ends); k++) {
			int n = snprintf(out, NAME_MAX_BYTES, "%s/%s-%s%cidx%d-ubyte%s", dir, part, what, seps[i], rank,
			                 ends[k]);

			if (n < 0 || n >= NAME_MAX_BYTES)
				return err_set(e, E_LIMIT, "folder name too long: %.60s...", dir);
			if (file_exists(out))
				return 0;
		}
	return err_set(
	    e, E_NOT_FOUND,
	    "%s: no %s-%s-idx%d-ubyte or %s-%s-idx%d-ubyte.gz (accepted: a folder with the IDX files of "
	    "MNIST or Fashion-MNIST)",
	    dir, part, what, rank, part, what, rank);
}

typedef int parse_fn(const uint8_t *bytes, size_t n, const char *name, struct idx *out, struct err *e);

static int load_file(const char *path, parse_fn *parse, struct idx *out, struct err *e)
{
	struct buf bytes = BUF_INIT;
	int rc = file_read(path, IDX_FILE_BYTES_MAX, &bytes, e);

	if (rc == 0)
		rc = parse(bytes.data, bytes.len, path, out, e);
	buf_release(&bytes);
	return rc;
}

int dataset_load(const char *dir, enum dataset_part part, size_t max_samples, struct dataset *out,
                 struct err *e)
{
	char image_path[NAME_MAX_BYTES], label_path[NAME_MAX_BYTES];
	struct idx images = {0}, labels = {0};
	int rc;

	*out = (struct dataset){0};
	rc = find_file(dir, part_names[part], "images", 3, image_path, e);
	if (!rc)
		rc = find_file(dir, part_names[part], "labels", 1, label_path, e);
	if (!rc)
		rc = load_file(label_path, idx_parse_labels, &labels, e);
	if (!rc)
		rc = load_file(image_path, idx_parse_images, &images, e);
	if (!rc && images.dims[0] != labels.dims[0])
		rc = err_set(e, E_INVALID, "%s has %" PRIu32 " images, but %s has %" PRIu32 " labels", image_path,
		             images.dims[0], label_path, labels.dims[0]);
	if (rc) {
		idx_release(&images);
		idx_release(&labels);
		return rc;
	}
	*out = (struct dataset){images.data, labels.data, images.dims[0]};
	if (max_samples && max_samples < out->count) {
		out->count = max_samples;
		out->images = mem_realloc(out->images, max_samples, IMAGE_PIXELS);
		out->labels = mem_realloc(out->labels, max_samples, 1);
	}
	return 0;
}

void dataset_release(struct dataset *d)
{
	free(d->images);
	free(d->labels);
	*d = (struct dataset){0};
}
