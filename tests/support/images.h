/* Made-up images and IDX files, so that tests of data and modules need no data set. */
#ifndef TESTS_IMAGES_H
#define TESTS_IMAGES_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/data/dataset.h"

/* `count` images of ten easily told classes (a bright block whose place is the class, on noise), classes in
 * turn. */
struct dataset images_make(size_t count, uint64_t seed);
/* The data as IDX bytes, appended. */
void images_idx(const struct dataset *d, struct buf *out);
void labels_idx(const struct dataset *d, struct buf *out);
/* Bytes as a gzip file, appended. */
void gzip_bytes(const void *p, size_t n, struct buf *out);

#endif
