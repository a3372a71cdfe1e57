/* safetensors: 8 bytes little-endian header length, a JSON header, raw little-endian data. The writer's files
 * open in any other reader; the reader takes exactly the float32 tensors of one layout and trusts nothing. */
#ifndef AGENT_SAFETENSORS_H
#define AGENT_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/err.h"
#include "common/module/module.h"

#define SAFETENSORS_LENGTH_BYTES 8 /* of the header's length */
#define SAFETENSORS_METADATA     "__metadata__"
#define SAFETENSORS_HEADER_MAX   ((size_t)1 << 20)
#define SAFETENSORS_FILE_MAX     ((size_t)1 << 30)

/* A text pair of `__metadata__`. */
struct tensor_note {
	const char *key, *value;
};

/* Appends the whole file to `out`. The same block and notes give the same bytes. */
void safetensors_write(const struct tensor_layout *layout, const float *block,
                       const struct tensor_note *notes, size_t note_count, struct buf *out);
/* Fills `block` (layout->floats floats). Every tensor of the layout must be there with its shape, and no
 * other; the data must be covered without gap or overlap. `metadata`, unless NULL, becomes a new reference to
 * the object of text values (empty if there was none). E_INVALID names the tensor and what is accepted;
 * E_LIMIT; E_CORRUPT when bytes are missing or left over. Values may be any float, not-a-number too. */
int safetensors_read(const uint8_t *bytes, size_t n, const struct tensor_layout *layout, float *block,
                     json_t **metadata, struct err *e) MUST_CHECK;

/* The same checks without a copy: *data points to the block inside of `bytes`, layout->floats float32,
 * little-endian, of any alignment. The tensors must stand in the order of the layout, as the writer puts
 * them; E_INVALID names one that does not. */
int safetensors_view(const uint8_t *bytes, size_t n, const struct tensor_layout *layout, const uint8_t **data,
                     struct err *e) MUST_CHECK;

int safetensors_save(const char *path, const struct tensor_layout *layout, const float *block,
                     const struct tensor_note *notes, size_t note_count, struct err *e) MUST_CHECK;
int safetensors_load(const char *path, const struct tensor_layout *layout, float *block, json_t **metadata,
                     struct err *e) MUST_CHECK;

#endif
