#include "common/wire/codec_field.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/wire/utf8.h"

#define AT(base, offset, type) ((type *)(void *)((char *)(base) + (offset)))
#define OF(base, offset, type) ((type const *)(const void *)((const char *)(base) + (offset)))

void *arena_take(struct arena *a, size_t n)
{
	size_t at = (a->used + 15) & ~(size_t)15;

	if (at > a->cap || n > a->cap - at) {
		a->full = true;
		return NULL;
	}
	a->used = at + n;
	return a->mem + at;
}

int place_err(struct place at, const char *field, struct err *e, int code, const char *fmt, ...)
{
	char what[256];
	char list[64] = "";
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (at.list)
		snprintf(list, sizeof(list), "%s[%zu].", at.list, at.index);
	return err_set(e, code, "message %s: %s%s: %s", at.message, list, field, what);
}

/* --- packing ----------------------------------------------------------------------------------- */

static ProtobufCBinaryData pack_digest(const struct digest *d)
{
	if (digest_is_zero(d))
		return (ProtobufCBinaryData){0, NULL};
	return (ProtobufCBinaryData){DIGEST_BYTES, (uint8_t *)(uintptr_t)d->bytes};
}

static Foedus__V1__Blob *pack_blob(const struct blob_ref *ref, struct arena *a)
{
	Foedus__V1__Blob *to;

	if (digest_is_zero(&ref->digest))
		return NULL;
	to = arena_take(a, sizeof(*to));
	foedus__v1__blob__init(to);
	to->digest = pack_digest(&ref->digest);
	to->size = ref->size;
	return to;
}

/* Error texts may quote anything, cut anywhere. */
static char *pack_text(const char *text, struct arena *a)
{
	size_t n = strlen(text);
	char *to;

	if (utf8_is_text(text, n))
		return (char *)(uintptr_t)text;
	to = arena_take(a, n + 1);
	utf8_clean(to, text, n);
	to[n] = 0;
	return to;
}

static void pack_names(const struct field *f, const void *ours, void *theirs, struct arena *a)
{
	size_t n = *OF(ours, f->ours_count, size_t);
	char **list = arena_take(a, n * sizeof(*list) + 1);

	for (size_t i = 0; i < n; i++)
		list[i] = (char *)(uintptr_t)OF(ours, f->ours + i * (WIRE_NAME_MAX + 1), char);
	*AT(theirs, f->theirs, char **) = list;
	*AT(theirs, f->theirs_count, size_t) = n;
}

static void pack_list(const struct field *f, const void *ours, void *theirs, struct arena *a)
{
	size_t n = *OF(ours, f->ours_count, size_t);
	void **list = arena_take(a, n * sizeof(*list) + 1);

	for (size_t i = 0; i < n; i++) {
		list[i] = arena_take(a, f->sub->pb->sizeof_message);
		table_pack(f->sub, OF(ours, f->ours + i * f->sub->size, char), list[i], a);
	}
	*AT(theirs, f->theirs, void **) = list;
	*AT(theirs, f->theirs_count, size_t) = n;
}

static void pack_field(const struct field *f, const void *ours, void *theirs, struct arena *a)
{
	switch (f->kind) {
	case FIELD_U32:
	case FIELD_I32:
		memcpy(AT(theirs, f->theirs, char), OF(ours, f->ours, char), 4);
		break;
	case FIELD_U64:
	case FIELD_BITS:
	case FIELD_I64:
	case FIELD_F64:
		memcpy(AT(theirs, f->theirs, char), OF(ours, f->ours, char), 8);
		break;
	case FIELD_BOOL:
		*AT(theirs, f->theirs, protobuf_c_boolean) = *OF(ours, f->ours, bool);
		break;
	case FIELD_TEXT:
	case FIELD_NAME:
		*AT(theirs, f->theirs, char *) = pack_text(OF(ours, f->ours, char), a);
		break;
	case FIELD_NAMES:
		pack_names(f, ours, theirs, a);
		break;
	case FIELD_BYTES:
		*AT(theirs, f->theirs, ProtobufCBinaryData) = (ProtobufCBinaryData){
		    *OF(ours, f->ours_count, size_t), (uint8_t *)(uintptr_t)*OF(ours, f->ours, uint8_t *)};
		break;
	case FIELD_DIGEST:
		*AT(theirs, f->theirs, ProtobufCBinaryData) = pack_digest(OF(ours, f->ours, struct digest));
		break;
	case FIELD_BLOB:
	case FIELD_BLOB_OR_NONE:
		*AT(theirs, f->theirs, Foedus__V1__Blob *) = pack_blob(OF(ours, f->ours, struct blob_ref), a);
		break;
	case FIELD_LIST:
		pack_list(f, ours, theirs, a);
		break;
	case FIELD_MARKET:
		*AT(theirs, f->theirs, Foedus__V1__Market *) = market_pack(OF(ours, f->ours, struct market), a);
		break;
	case FIELD_MENU:
		*AT(theirs, f->theirs, Foedus__V1__Menu *) = menu_pack(OF(ours, f->ours, struct menu), a);
		break;
	}
}

void table_pack(const struct table *t, const void *ours, void *theirs, struct arena *a)
{
	protobuf_c_message_init(t->pb, theirs);
	for (size_t i = 0; i < t->count; i++)
		pack_field(&t->fields[i], ours, theirs, a);
}

/* --- taking ------------------------------------------------------------------------------------ */

static int take_text(char *to, size_t max, const char *from, struct place at, const char *field,
                     struct err *e)
{
	size_t n = from ? strlen(from) : 0;

	if (n > max)
		return place_err(at, field, e, E_LIMIT, "text of %zu bytes (accepted: at most %zu)", n, max);
	if (n > 0 && !utf8_is_text(from, n))
		return place_err(at, field, e, E_PROTOCOL, "not UTF-8 text without control characters");
	if (n > 0)
		memcpy(to, from, n);
	to[n] = 0;
	return 0;
}

static int take_digest(struct digest *to, ProtobufCBinaryData from, struct place at, const char *field,
                       struct err *e)
{
	if (from.len != 0 && from.len != DIGEST_BYTES)
		return place_err(at, field, e, E_PROTOCOL, "digest of %zu bytes (accepted: %d)", from.len,
		                 DIGEST_BYTES);
	*to = (struct digest){{0}};
	if (from.len)
		memcpy(to->bytes, from.data, DIGEST_BYTES);
	return 0;
}

static int take_blob(const struct field *f, struct blob_ref *to, const Foedus__V1__Blob *from,
                     struct place at, struct err *e)
{
	*to = (struct blob_ref){0};
	if (!from)
		return 0;
	to->size = from->size;
	if (from->digest.len == 0)
		return place_err(at, f->name, e, E_PROTOCOL, "blob without a digest");
	return take_digest(&to->digest, from->digest, at, f->name, e);
}

static int take_count(const struct field *f, const void *theirs, struct place at, size_t *n, struct err *e)
{
	*n = *OF(theirs, f->theirs_count, size_t);
	if (*n > f->max)
		return place_err(at, f->name, e, E_LIMIT, "%zu elements (accepted: at most %zu)", *n, f->max);
	return 0;
}

static int take_names(const struct field *f, void *ours, const void *theirs, struct place at, struct err *e)
{
	char *const *list = *OF(theirs, f->theirs, char **);
	size_t n;
	int rc = take_count(f, theirs, at, &n, e);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = take_text(AT(ours, f->ours + i * (WIRE_NAME_MAX + 1), char), WIRE_NAME_MAX, list[i], at, f->name,
		               e);
	*AT(ours, f->ours_count, size_t) = rc ? 0 : n;
	return rc;
}

static int take_list(const struct field *f, void *ours, const void *theirs, struct place at, struct err *e)
{
	void *const *list = *OF(theirs, f->theirs, void **);
	size_t n;
	int rc = take_count(f, theirs, at, &n, e);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = table_take(f->sub, AT(ours, f->ours + i * f->sub->size, char), list[i],
		                (struct place){at.message, f->name, i}, e);
	*AT(ours, f->ours_count, size_t) = rc ? 0 : n;
	return rc;
}

static int take_bytes(const struct field *f, void *ours, const void *theirs, struct place at, struct err *e)
{
	ProtobufCBinaryData from = *OF(theirs, f->theirs, ProtobufCBinaryData);

	if (from.len > f->max)
		return place_err(at, f->name, e, E_LIMIT, "%zu bytes (accepted: at most %zu)", from.len, f->max);
	*AT(ours, f->ours, const uint8_t *) = from.data;
	*AT(ours, f->ours_count, size_t) = from.len;
	return 0;
}

static int take_field(const struct field *f, void *ours, const void *theirs, struct place at, struct err *e)
{
	switch (f->kind) {
	case FIELD_U32:
	case FIELD_I32:
		memcpy(AT(ours, f->ours, char), OF(theirs, f->theirs, char), 4);
		return 0;
	case FIELD_U64:
	case FIELD_BITS:
	case FIELD_I64:
	case FIELD_F64:
		memcpy(AT(ours, f->ours, char), OF(theirs, f->theirs, char), 8);
		return 0;
	case FIELD_BOOL:
		*AT(ours, f->ours, bool) = *OF(theirs, f->theirs, protobuf_c_boolean) != 0;
		return 0;
	case FIELD_TEXT:
	case FIELD_NAME:
		return take_text(AT(ours, f->ours, char), f->max, *OF(theirs, f->theirs, char *), at, f->name, e);
	case FIELD_NAMES:
		return take_names(f, ours, theirs, at, e);
	case FIELD_BYTES:
		return take_bytes(f, ours, theirs, at, e);
	case FIELD_DIGEST:
		return take_digest(AT(ours, f->ours, struct digest), *OF(theirs, f->theirs, ProtobufCBinaryData), at,
		                   f->name, e);
	case FIELD_BLOB:
	case FIELD_BLOB_OR_NONE:
		return take_blob(f, AT(ours, f->ours, struct blob_ref), *OF(theirs, f->theirs, Foedus__V1__Blob *),
		                 at, e);
	case FIELD_LIST:
		return take_list(f, ours, theirs, at, e);
	case FIELD_MARKET:
		return market_take(AT(ours, f->ours, struct market), *OF(theirs, f->theirs, Foedus__V1__Market *), at,
		                   e);
	case FIELD_MENU:
		return menu_take(AT(ours, f->ours, struct menu), *OF(theirs, f->theirs, Foedus__V1__Menu *), at, e);
	}
	return 0;
}

int table_take(const struct table *t, void *ours, const void *theirs, struct place at, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < t->count; i++)
		rc = take_field(&t->fields[i], ours, theirs, at, e);
	return rc;
}
