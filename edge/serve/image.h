/* Images as users send them: base64 text in one of three formats, all of 28x28 grey pixels. */
#ifndef SERVE_IMAGE_H
#define SERVE_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/data/dataset.h"

#define SERVE_IMAGE_TEXT_MAX 4096 /* characters of base64 */

/* "pgm": binary PGM (P5) 28x28, maximum 255; "idx": an IDX3 file with one image; "raw28": 784 bytes row by
 * row, 0 = background. E_INVALID names the field and what is accepted. */
int serve_image_decode(const char *format, const char *base64, uint8_t out[IMAGE_PIXELS],
                       struct err *e) MUST_CHECK;

#endif
