#include "common/agent/safetensors.h"

#include <assert.h>
#include <stdlib.h>

#include "common/base/file.h"

static json_t *entry_make(const struct tensor_spec *t, uint64_t begin)
{
	json_t *shape = json_array();

	for (int i = 0; i < t->rank; i++)
		json_array_append_new(shape, json_integer(t->dims[i]));
	return json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape, "data_offsets",
	                 (json_int_t)begin, (json_int_t)(begin + tensor_bytes(t)));
}

/* The header's text, padded with spaces so that the data is 8-byte aligned. */
static void header_make(const struct tensor_layout *layout, const struct tensor_note *notes,
                        size_t note_count, struct buf *out)
{
	json_t *head = json_object(), *meta = json_object();
	uint64_t at = 0;
	char *text;

	for (size_t i = 0; i < note_count; i++) {
		int rc = json_object_set_new(meta, notes[i].key, json_string(notes[i].value));

		assert(rc == 0); /* notes are UTF-8 */
		(void)rc;
	}
	if (note_count)
		json_object_set(head, SAFETENSORS_METADATA, meta);
	for (size_t i = 0; i < layout->count; i++) {
		json_object_set_new(head, layout->specs[i].name, entry_make(&layout->specs[i], at));
		at += tensor_bytes(&layout->specs[i]);
	}
	text = json_dumps(head, JSON_COMPACT);
	buf_str(out, text);
	while (out->len % SAFETENSORS_LENGTH_BYTES)
		buf_str(out, " ");
	free(text);
	json_decref(meta);
	json_decref(head);
}

void safetensors_write(const struct tensor_layout *layout, const float *block,
                       const struct tensor_note *notes, size_t note_count, struct buf *out)
{
	struct buf head = BUF_INIT;
	uint8_t length[SAFETENSORS_LENGTH_BYTES];

	header_make(layout, notes, note_count, &head);
	for (int i = 0; i < SAFETENSORS_LENGTH_BYTES; i++)
		length[i] = (uint8_t)(head.len >> 8 * i);
	buf_reserve(out, SAFETENSORS_LENGTH_BYTES + head.len + layout->floats * sizeof(float));
	buf_append(out, length, SAFETENSORS_LENGTH_BYTES);
	buf_append(out, head.data, head.len);
	for (size_t i = 0; i < layout->count; i++)
		buf_append(out, block + layout->specs[i].offset, tensor_bytes(&layout->specs[i]));
	buf_release(&head);
}

int safetensors_save(const char *path, const struct tensor_layout *layout, const float *block,
                     const struct tensor_note *notes, size_t note_count, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc;

	safetensors_write(layout, block, notes, note_count, &b);
	rc = file_write(path, b.data, b.len, 0644, e);
	buf_release(&b);
	return rc;
}
