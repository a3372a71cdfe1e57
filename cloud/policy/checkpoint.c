#include "cloud/policy/checkpoint.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/agent/safetensors.h"
#include "common/base/digest.h"
#include "common/base/file.h"
#include "common/base/mem.h"

#define FLOATS_MAX ((size_t)1 << 28)

static struct tensor_spec *add_spec(struct checkpoint *c, const char *name, uint32_t rows, uint32_t columns)
{
	size_t i = c->layout.count;
	struct tensor_spec *s = &c->specs[i];

	snprintf(c->names[i], CHECKPOINT_NAME_MAX, "%s", name);
	*s = (struct tensor_spec){
	    .name = c->names[i], .rank = 2, .dims = {rows, columns}, .offset = c->layout.floats};
	c->layout.specs = c->specs;
	c->layout.floats += (size_t)rows * columns;
	c->layout.count++;
	return s;
}

void checkpoint_add(struct checkpoint *c, const char *name, const float *v, int rows, int columns)
{
	assert(c->layout.count < CHECKPOINT_TENSORS_MAX && strlen(name) < CHECKPOINT_NAME_MAX);
	c->data[c->layout.count] = v;
	add_spec(c, name, (uint32_t)rows, (uint32_t)columns);
}

static void data_digest(const float *block, size_t n, char hex[DIGEST_HEX])
{
	struct digest d = digest_of(block, n * sizeof(*block));

	digest_hex(&d, hex);
}

void checkpoint_print(const struct checkpoint *c, const json_t *learner, struct buf *out)
{
	float *block = mem_floats(c->layout.floats);
	char hex[DIGEST_HEX], *text = json_dumps(learner, JSON_COMPACT | JSON_SORT_KEYS);

	for (size_t i = 0; i < c->layout.count; i++)
		memcpy(block + c->specs[i].offset, c->data[i], tensor_bytes(&c->specs[i]));
	data_digest(block, c->layout.floats, hex);
	safetensors_write(&c->layout, block,
	                  (struct tensor_note[]){{"format", CHECKPOINT_FORMAT},
	                                         {"learner", text},
	                                         {"sha256", hex},
	                                         {"version", CHECKPOINT_VERSION}},
	                  4, out);
	free(text);
	free(block);
}

int checkpoint_write(const struct checkpoint *c, const char *path, const json_t *learner, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc;

	checkpoint_print(c, learner, &b);
	rc = file_write(path, b.data, b.len, 0644, e);
	buf_release(&b);
	return rc;
}

/* The header's own list of matrices; everything else about the file safetensors_read() checks. */
static int read_specs(const json_t *head, struct checkpoint *c, struct err *e)
{
	const char *name;
	json_t *entry;

	json_object_foreach ((json_t *)(uintptr_t)head, name, entry) {
		json_t *shape = json_object_get(entry, "shape");
		json_int_t rows = json_integer_value(json_array_get(shape, 0));
		json_int_t columns = json_integer_value(json_array_get(shape, 1));

		if (strcmp(name, SAFETENSORS_METADATA) == 0)
			continue;
		if (c->layout.count == CHECKPOINT_TENSORS_MAX || strlen(name) >= CHECKPOINT_NAME_MAX)
			return err_set(e, E_LIMIT, "more than %d tensors, or a name of more than %d bytes",
			               CHECKPOINT_TENSORS_MAX, CHECKPOINT_NAME_MAX - 1);
		if (json_array_size(shape) != 2 || rows < 1 || columns < 1 || rows > (json_int_t)FLOATS_MAX ||
		    columns > (json_int_t)FLOATS_MAX / rows)
			return err_set(e, E_INVALID, "tensor '%s' is no matrix of an acceptable size", name);
		add_spec(c, name, (uint32_t)rows, (uint32_t)columns);
		if (c->layout.floats > FLOATS_MAX)
			return err_set(e, E_LIMIT, "more than %zu numbers", FLOATS_MAX);
	}
	return 0;
}

static int read_header(const uint8_t *bytes, size_t n, struct checkpoint *c, struct err *e)
{
	uint64_t length = 0;
	json_t *head = NULL;
	int rc;

	if (n < SAFETENSORS_LENGTH_BYTES)
		return err_set(e, E_CORRUPT, "%zu bytes are too few for a checkpoint", n);
	for (int i = SAFETENSORS_LENGTH_BYTES - 1; i >= 0; i--)
		length = length << 8 | bytes[i];
	if (length > SAFETENSORS_HEADER_MAX || length > n - SAFETENSORS_LENGTH_BYTES)
		return err_set(e, E_CORRUPT, "its header is cut short, or it is no safetensors file");
	rc = json_parse((const char *)bytes + SAFETENSORS_LENGTH_BYTES, (size_t)length, &head, e);
	if (rc)
		return err_wrap(e, "header");
	rc = read_specs(head, c, e);
	json_decref(head);
	return rc;
}

static int check_note(const json_t *notes, const char *key, const char *want, struct err *e)
{
	const char *got;
	int rc = json_get_str(notes, key, 128, &got, e);

	if (rc)
		return err_wrap(e, "no checkpoint of a policy");
	if (strcmp(got, want) == 0)
		return 0;
	return err_set(e, strcmp(key, "sha256") == 0 ? E_CORRUPT : E_INVALID,
	               "its %s is '%.64s' (accepted: '%s')", key, got, want);
}

static int read_notes(const json_t *notes, struct checkpoint *c, struct err *e)
{
	char hex[DIGEST_HEX];
	const char *text;
	int rc = check_note(notes, "format", CHECKPOINT_FORMAT, e);

	if (rc == 0)
		rc = check_note(notes, "version", CHECKPOINT_VERSION, e);
	if (rc)
		return rc;
	data_digest(c->block, c->layout.floats, hex);
	rc = check_note(notes, "sha256", hex, e);
	if (rc == 0)
		rc = json_get_str(notes, "learner", SAFETENSORS_HEADER_MAX, &text, e);
	if (rc == 0)
		rc = json_parse(text, strlen(text), &c->learner, e);
	return rc;
}

int checkpoint_parse(const uint8_t *bytes, size_t n, struct checkpoint *c, struct err *e)
{
	json_t *notes = NULL;
	int rc;

	*c = (struct checkpoint){0};
	rc = read_header(bytes, n, c, e);
	if (rc == 0 && c->layout.floats > n / sizeof(float))
		rc = err_set(e, E_CORRUPT, "its data is cut short");
	if (rc == 0) {
		c->block = mem_floats(c->layout.floats);
		rc = safetensors_read(bytes, n, &c->layout, c->block, &notes, e);
	}
	if (rc == 0)
		rc = read_notes(notes, c, e);
	if (rc)
		checkpoint_release(c);
	json_decref(notes);
	return rc;
}

int checkpoint_read(const char *path, struct checkpoint *c, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc = file_read(path, SAFETENSORS_FILE_MAX, &b, e);

	if (rc == 0) {
		rc = checkpoint_parse(b.data, b.len, c, e);
		if (rc)
			err_wrap(e, "%s", path);
	}
	buf_release(&b);
	return rc;
}

void checkpoint_release(struct checkpoint *c)
{
	free(c->block);
	json_decref(c->learner);
	*c = (struct checkpoint){0};
}

static const struct tensor_spec *find(const struct checkpoint *c, const char *name)
{
	for (size_t i = 0; i < c->layout.count; i++)
		if (strcmp(c->names[i], name) == 0)
			return &c->specs[i];
	return NULL;
}

bool checkpoint_has(const struct checkpoint *c, const char *name)
{
	return find(c, name) != NULL;
}

int checkpoint_get(const struct checkpoint *c, const char *name, int rows, int columns, float *to,
                   struct err *e)
{
	const struct tensor_spec *s = find(c, name);

	if (!s)
		return err_set(e, E_INVALID, "tensor '%s' is missing", name);
	if (s->dims[0] != (uint32_t)rows || s->dims[1] != (uint32_t)columns)
		return err_set(e, E_INVALID, "tensor '%s' is %ux%u (accepted: %dx%d)", name, s->dims[0], s->dims[1],
		               rows, columns);
	memcpy(to, c->block + s->offset, tensor_bytes(s));
	return 0;
}
