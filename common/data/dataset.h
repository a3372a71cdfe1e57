/* Labelled images of the MNIST family: 28x28 grey pixels, ten classes, loaded once and then read-only. */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

#define IMAGE_SIDE      28
#define IMAGE_PIXELS    (IMAGE_SIDE * IMAGE_SIDE)
#define DATASET_CLASSES 10
#define DATASET_DIR     "/usr/share/datasets/fashion-mnist" /* Debian package dataset-fashion-mnist */

struct dataset {
	uint8_t *images; /* owned, count x IMAGE_PIXELS, row by row, 0 = background */
	uint8_t *labels; /* owned, count labels below DATASET_CLASSES */
	size_t count;    /* at least 1 once loaded */
};

enum dataset_part { DATASET_TRAIN, DATASET_TEST };

/* Loads one part from a folder that holds the IDX files of the MNIST family under their usual names
 * (train-images-idx3-ubyte, t10k-labels-idx1-ubyte, ..., each also with ".gz" or with '.' before "idx").
 * At most `max_samples` are kept, the first ones (0 = all). E_NOT_FOUND, E_INVALID, E_LIMIT or E_CORRUPT name
 * the file and what is accepted. */
int dataset_load(const char *dir, enum dataset_part part, size_t max_samples, struct dataset *out,
                 struct err *e) MUST_CHECK;
void dataset_release(struct dataset *d);

static inline const uint8_t *dataset_image(const struct dataset *d, size_t i)
{
	return d->images + i * IMAGE_PIXELS;
}

#endif
