/* IDX, the format of the MNIST family: a magic number, big-endian dimensions, then bytes; gzipped or not.
 * Strict: the type, the dimensions and the length must be exactly right, and sizes are checked before
 * anything is allocated. */
#ifndef DATA_IDX_H
#define DATA_IDX_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

#define IDX_ITEMS_MAX      1000000           /* images or labels in one file */
#define IDX_FILE_BYTES_MAX ((size_t)1 << 30) /* on disk */

struct idx {
	uint32_t dims[3]; /* items, then rows and columns (1 and 1 for labels) */
	uint8_t *data;    /* owned, dims[0] * dims[1] * dims[2] bytes */
};

/* Parses the bytes of a file of images (rank 3, 28x28) or labels (rank 1, each below DATASET_CLASSES);
 * `name` is for messages. E_INVALID: another kind of file; E_LIMIT: too many items; E_CORRUPT: cut short,
 * too long or damaged. */
int idx_parse_images(const uint8_t *bytes, size_t n, const char *name, struct idx *out,
                     struct err *e) MUST_CHECK;
int idx_parse_labels(const uint8_t *bytes, size_t n, const char *name, struct idx *out,
                     struct err *e) MUST_CHECK;
void idx_release(struct idx *x);

#endif
