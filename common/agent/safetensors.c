#include "common/agent/safetensors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/json.h"
#include "common/base/mem.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "float data is copied as it is in the file");

/* Where one tensor of the layout lies in the data part. */
struct place {
	const struct tensor_spec *spec;
	uint64_t begin, end; /* bytes; both 0 until found */
	bool found;
};

static void shape_text(const struct tensor_spec *t, struct buf *out)
{
	for (int i = 0; i < t->rank; i++)
		buf_fmt(out, "%s%" PRIu32, i ? "," : "", t->dims[i]);
}

static int check_shape(const struct tensor_spec *t, const json_t *entry, struct err *e)
{
	json_t *shape = json_object_get(entry, "shape");
	struct buf text = BUF_INIT;
	bool same = json_is_array(shape) && json_array_size(shape) == (size_t)t->rank;

	for (size_t i = 0; same && i < (size_t)t->rank; i++) {
		json_t *v = json_array_get(shape, i);

		same = json_is_integer(v) && json_integer_value(v) == t->dims[i];
	}
	if (same)
		return 0;
	shape_text(t, &text);
	err_set(e, E_INVALID, "tensor '%s': wrong shape (accepted: [%s])", t->name, buf_cstr(&text));
	buf_release(&text);
	return E_INVALID;
}

static int read_entry(struct place *p, const json_t *entry, uint64_t data_bytes, struct err *e)
{
	const char *name = p->spec->name, *dtype = json_string_value(json_object_get(entry, "dtype"));
	json_t *offsets = json_object_get(entry, "data_offsets");
	json_t *begin = json_array_get(offsets, 0), *end = json_array_get(offsets, 1);
	int rc;

	if (!dtype || strcmp(dtype, "F32") != 0)
		return err_set(e, E_INVALID, "tensor '%s': dtype '%.20s' (accepted: F32)", name, dtype ? dtype : "");
	rc = check_shape(p->spec, entry, e);
	if (rc)
		return rc;
	if (json_array_size(offsets) != 2 || !json_is_integer(begin) || !json_is_integer(end) ||
	    json_integer_value(begin) < 0 || json_integer_value(end) < json_integer_value(begin))
		return err_set(e, E_INVALID, "tensor '%s': data_offsets must be [begin, end]", name);
	p->begin = (uint64_t)json_integer_value(begin);
	p->end = (uint64_t)json_integer_value(end);
	p->found = true;
	if (p->end - p->begin != tensor_bytes(p->spec))
		return err_set(e, E_INVALID, "tensor '%s': %" PRIu64 " bytes of data, its shape needs %" PRIu64, name,
		               p->end - p->begin, tensor_bytes(p->spec));
	if (p->end > data_bytes)
		return err_set(e, E_CORRUPT,
		               "tensor '%s': its data ends at byte %" PRIu64 ", the file has only %" PRIu64, name,
		               p->end, data_bytes);
	return 0;
}

static int check_metadata(const json_t *meta, struct err *e)
{
	const char *key;
	json_t *v;

	if (!json_is_object(meta))
		return err_set(e, E_INVALID, SAFETENSORS_METADATA " is not an object");
	json_object_foreach ((json_t *)(uintptr_t)meta, key, v)
		if (!json_is_string(v))
			return err_set(e, E_INVALID, SAFETENSORS_METADATA ": '%.80s' is not a text", key);
	return 0;
}

static int read_entries(json_t *head, struct place *places, size_t count, uint64_t data_bytes, struct err *e)
{
	const char *key;
	json_t *v;
	int rc = 0;

	json_object_foreach (head, key, v) {
		size_t i = 0;

		if (strcmp(key, SAFETENSORS_METADATA) == 0) {
			rc = check_metadata(v, e);
		} else {
			while (i < count && strcmp(places[i].spec->name, key) != 0)
				i++;
			rc = i < count ? read_entry(&places[i], v, data_bytes, e)
			               : err_set(e, E_INVALID, "tensor '%.80s' is not one of this module's", key);
		}
		if (rc)
			return rc;
	}
	for (size_t i = 0; i < count; i++)
		if (!places[i].found)
			return err_set(e, E_INVALID, "tensor '%s' is missing", places[i].spec->name);
	return 0;
}

static int by_begin(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* The tensors must cover the data part from its first byte to its last. */
static int check_cover(struct place *places, size_t count, uint64_t data_bytes, struct err *e)
{
	uint64_t at = 0;

	qsort(places, count, sizeof(*places), by_begin);
	for (size_t i = 0; i < count; i++) {
		if (places[i].begin != at)
			return err_set(e, E_INVALID, "tensor '%s': its data %s the one before it", places[i].spec->name,
			               places[i].begin < at ? "overlaps" : "leaves a gap after");
		at = places[i].end;
	}
	if (at != data_bytes)
		return err_set(e, E_CORRUPT, "%" PRIu64 " bytes follow the last tensor", data_bytes - at);
	return 0;
}

static int read_header(const uint8_t *bytes, size_t n, json_t **head, size_t *data_at, struct err *e)
{
	uint64_t length = 0;
	int rc;

	if (n < SAFETENSORS_LENGTH_BYTES)
		return err_set(e, E_CORRUPT, "%zu bytes are too few for a safetensors file", n);
	for (int i = SAFETENSORS_LENGTH_BYTES - 1; i >= 0; i--)
		length = length << 8 | bytes[i];
	if (length > SAFETENSORS_HEADER_MAX)
		return err_set(e, E_LIMIT,
		               "header of %" PRIu64 " bytes, at most %zu are accepted (is it a safetensors file?)",
		               length, SAFETENSORS_HEADER_MAX);
	if (length > n - SAFETENSORS_LENGTH_BYTES)
		return err_set(e, E_CORRUPT, "cut short inside its header of %" PRIu64 " bytes", length);
	*data_at = SAFETENSORS_LENGTH_BYTES + (size_t)length;
	rc = json_parse((const char *)bytes + SAFETENSORS_LENGTH_BYTES, (size_t)length, head, e);
	if (rc) {
		err_wrap(e, "header");
		return rc;
	}
	if (json_is_object(*head))
		return 0;
	json_decref(*head);
	*head = NULL;
	return err_set(e, E_INVALID, "header is not a JSON object");
}

static void copy_data(const uint8_t *data, const struct place *places, size_t count, float *block)
{
	for (size_t i = 0; i < count; i++)
		memcpy(block + places[i].spec->offset, data + places[i].begin, places[i].end - places[i].begin);
}

/* A sound file of this layout: where its data starts, its tensors (owned) by their place, its header (owned).
 */
struct content {
	json_t *head;
	struct place *places;
	const uint8_t *data;
};

static void content_release(struct content *c)
{
	free(c->places);
	json_decref(c->head);
}

static int content_read(const uint8_t *bytes, size_t n, const struct tensor_layout *layout, struct content *c,
                        struct err *e)
{
	size_t data_at = 0;
	int rc;

	*c = (struct content){0};
	rc = read_header(bytes, n, &c->head, &data_at, e);
	if (rc)
		return rc;
	c->data = bytes + data_at;
	c->places = mem_array(layout->count, sizeof(*c->places));
	for (size_t i = 0; i < layout->count; i++)
		c->places[i].spec = &layout->specs[i];
	rc = read_entries(c->head, c->places, layout->count, n - data_at, e);
	if (!rc)
		rc = check_cover(c->places, layout->count, n - data_at, e);
	if (rc)
		content_release(c);
	return rc;
}

int safetensors_read(const uint8_t *bytes, size_t n, const struct tensor_layout *layout, float *block,
                     json_t **metadata, struct err *e)
{
	struct content c;
	json_t *meta;
	int rc;

	if (metadata)
		*metadata = NULL;
	rc = content_read(bytes, n, layout, &c, e);
	if (rc)
		return rc;
	copy_data(c.data, c.places, layout->count, block);
	if (metadata) {
		meta = json_object_get(c.head, SAFETENSORS_METADATA);
		*metadata = meta ? json_incref(meta) : json_object();
	}
	content_release(&c);
	return 0;
}

int safetensors_view(const uint8_t *bytes, size_t n, const struct tensor_layout *layout, const uint8_t **data,
                     struct err *e)
{
	struct content c;
	int rc;

	*data = NULL;
	rc = content_read(bytes, n, layout, &c, e);
	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < layout->count; i++)
		if (c.places[i].begin != c.places[i].spec->offset * sizeof(float))
			rc =
			    err_set(e, E_INVALID, "tensor '%s' stands elsewhere than in the layout (accepted: its order)",
			            c.places[i].spec->name);
	if (!rc)
		*data = c.data;
	content_release(&c);
	return rc;
}

int safetensors_load(const char *path, const struct tensor_layout *layout, float *block, json_t **metadata,
                     struct err *e)
{
	struct buf b = BUF_INIT;
	int rc = file_read(path, SAFETENSORS_FILE_MAX, &b, e);

	if (!rc) {
		rc = safetensors_read(b.data, b.len, layout, block, metadata, e);
		if (rc)
			err_wrap(e, "%s", path);
	}
	buf_release(&b);
	return rc;
}
