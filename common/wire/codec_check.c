/* The rules that a field must keep, whichever way it goes. */
#include <math.h>
#include <string.h>

#include "common/base/str.h"
#include "common/wire/codec_field.h"

#define OF(base, offset, type) ((type const *)(const void *)((const char *)(base) + (offset)))

static int check_number(const struct field *f, double v, struct place at, struct err *e)
{
	if (!isfinite(v))
		return place_err(at, f->name, e, E_PROTOCOL, "not a finite number");
	if (f->hi != 0 && !(v >= f->lo && v <= f->hi))
		return place_err(at, f->name, e, E_PROTOCOL, "%g (accepted: %g to %g)", v, f->lo, f->hi);
	return 0;
}

static int check_u64(const struct field *f, uint64_t v, struct place at, struct err *e)
{
	if (v <= INT64_MAX)
		return check_number(f, (double)v, at, e);
	return place_err(at, f->name, e, E_PROTOCOL, "%llu (accepted: at most 2^63 - 1)", (unsigned long long)v);
}

/* Only the length: what others send was checked when it was taken, and what we send is cleaned. */
static int check_text(const struct field *f, const char *text, size_t max, struct place at, struct err *e)
{
	if (strnlen(text, max + 1) > max)
		return place_err(at, f->name, e, E_LIMIT, "text above %zu bytes", max);
	return 0;
}

static int check_name(const struct field *f, const char *text, struct place at, struct err *e)
{
	if (strnlen(text, WIRE_NAME_MAX + 1) <= WIRE_NAME_MAX && str_is_name(text, WIRE_NAME_MAX))
		return 0;
	return place_err(
	    at, f->name, e, E_PROTOCOL,
	    "not a name (accepted: 1 to %d letters, digits, '.', '_', '-', not beginning with '.' or '-')",
	    WIRE_NAME_MAX);
}

static int check_blob(const struct field *f, const struct blob_ref *ref, struct place at, struct err *e)
{
	if (digest_is_zero(&ref->digest)) {
		if (f->kind == FIELD_BLOB_OR_NONE)
			return 0;
		return place_err(at, f->name, e, E_PROTOCOL, "missing");
	}
	if (ref->size > WIRE_BLOB_MAX)
		return place_err(at, f->name, e, E_LIMIT, "blob of %llu bytes (accepted: at most %llu)",
		                 (unsigned long long)ref->size, (unsigned long long)WIRE_BLOB_MAX);
	return 0;
}

static int check_names(const struct field *f, const void *ours, struct place at, struct err *e)
{
	size_t n = *OF(ours, f->ours_count, size_t);
	int rc = 0;

	if (n > f->max)
		return place_err(at, f->name, e, E_LIMIT, "%zu elements (accepted: at most %zu)", n, f->max);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = check_name(f, OF(ours, f->ours + i * (WIRE_NAME_MAX + 1), char), at, e);
	return rc;
}

static int check_list(const struct field *f, const void *ours, struct place at, struct err *e)
{
	size_t n = *OF(ours, f->ours_count, size_t);
	int rc = 0;

	if (n < 1 || n > f->max)
		return place_err(at, f->name, e, E_LIMIT, "%zu elements (accepted: 1 to %zu)", n, f->max);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = table_check(f->sub, OF(ours, f->ours + i * f->sub->size, char),
		                 (struct place){at.message, f->name, i}, e);
	return rc;
}

static int check_bytes(const struct field *f, const void *ours, struct place at, struct err *e)
{
	size_t n = *OF(ours, f->ours_count, size_t);

	if (n < 1 || n > f->max)
		return place_err(at, f->name, e, E_LIMIT, "%zu bytes (accepted: 1 to %zu)", n, f->max);
	return 0;
}

static int check_field(const struct field *f, const void *ours, struct place at, struct err *e)
{
	switch (f->kind) {
	case FIELD_U32:
		return check_number(f, *OF(ours, f->ours, uint32_t), at, e);
	case FIELD_U64:
		return check_u64(f, *OF(ours, f->ours, uint64_t), at, e);
	case FIELD_I32:
		return check_number(f, *OF(ours, f->ours, int32_t), at, e);
	case FIELD_F64:
		return check_number(f, *OF(ours, f->ours, double), at, e);
	case FIELD_TEXT:
		return check_text(f, OF(ours, f->ours, char), f->max, at, e);
	case FIELD_NAME:
		return check_name(f, OF(ours, f->ours, char), at, e);
	case FIELD_NAMES:
		return check_names(f, ours, at, e);
	case FIELD_BYTES:
		return check_bytes(f, ours, at, e);
	case FIELD_BLOB:
	case FIELD_BLOB_OR_NONE:
		return check_blob(f, OF(ours, f->ours, struct blob_ref), at, e);
	case FIELD_LIST:
		return check_list(f, ours, at, e);
	case FIELD_MARKET:
		return market_check(OF(ours, f->ours, struct market), at, e);
	case FIELD_I64:
	case FIELD_BITS:
	case FIELD_BOOL:
	case FIELD_DIGEST:
	case FIELD_MENU: /* with its terms: see codec.c */
		break;
	}
	return 0;
}

int table_check(const struct table *t, const void *ours, struct place at, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < t->count; i++)
		rc = check_field(&t->fields[i], ours, at, e);
	return rc;
}
