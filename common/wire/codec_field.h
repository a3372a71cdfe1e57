/* Inside the codec: messages described by tables of fields, and what packs, takes and checks a field of each
 * kind.
 *
 * "Ours" is the struct of wire/msg.h, "theirs" the generated one. Taking checks counts and lengths before it
 * copies; checking then looks at our struct, in both directions, so that what is sent keeps the same rules as
 * what is accepted. */
#ifndef WIRE_CODEC_FIELD_H
#define WIRE_CODEC_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/wire/msg.h"
#include "proto/foedus.pb-c.h"

/* Memory that is handed out front to back and released as a whole. */
struct arena {
	uint8_t *mem;
	size_t cap, used;
	bool full; /* something did not fit */
};
void *arena_take(struct arena *a, size_t n); /* 16-byte aligned; NULL and a->full when it does not fit */

enum field_kind {
	FIELD_U32,    /* lo..hi, when hi is not 0 */
	FIELD_U64,    /* a count, time or version: at most 2^63 - 1, so that it fits what stores it */
	FIELD_BITS,   /* 64 bits of any value: seeds, nonces */
	FIELD_I32,    /* likewise */
	FIELD_I64,    /* any */
	FIELD_F64,    /* finite, and lo..hi when hi is not 0 */
	FIELD_BOOL,   /* */
	FIELD_TEXT,   /* UTF-8 of at most `max` bytes */
	FIELD_NAME,   /* str_is_name() of at most WIRE_NAME_MAX */
	FIELD_NAMES,  /* at most `max` of them */
	FIELD_BYTES,  /* at most `max`; ours borrows */
	FIELD_DIGEST, /* 32 bytes, or none for the zero digest */
	FIELD_BLOB,   /* must be there */
	FIELD_BLOB_OR_NONE,
	FIELD_LIST, /* 1 to `max` elements of table `sub` */
	FIELD_MARKET,
	FIELD_MENU,
};

struct table;

struct field {
	const char *name;
	enum field_kind kind;
	size_t ours, ours_count;     /* offsets in our struct */
	size_t theirs, theirs_count; /* offsets in the generated struct */
	double lo, hi;
	size_t max;
	const struct table *sub;
};

struct table {
	const ProtobufCMessageDescriptor *pb;
	size_t size; /* bytes of our struct */
	const struct field *fields;
	size_t count;
};

/* Where we are, for error texts: "task: work[2].kind". */
struct place {
	const char *message;
	const char *list; /* NULL outside lists */
	size_t index;
};

/* Fills `theirs`, which points into `ours` for texts and takes the rest from the arena. */
void table_pack(const struct table *t, const void *ours, void *theirs, struct arena *a);
/* Fills `ours`, which borrows only FIELD_BYTES. E_PROTOCOL or E_LIMIT. */
int table_take(const struct table *t, void *ours, const void *theirs, struct place at,
               struct err *e) MUST_CHECK;
int table_check(const struct table *t, const void *ours, struct place at, struct err *e) MUST_CHECK;

/* "message: list[i].field: " before fmt. */
int place_err(struct place at, const char *field, struct err *e, int code, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

Foedus__V1__Market *market_pack(const struct market *m, struct arena *a);
int market_take(struct market *m, const Foedus__V1__Market *from, struct place at, struct err *e) MUST_CHECK;
int market_check(const struct market *m, struct place at, struct err *e) MUST_CHECK;
Foedus__V1__Menu *menu_pack(const struct menu *m, struct arena *a);
int menu_take(struct menu *m, const Foedus__V1__Menu *from, struct place at, struct err *e) MUST_CHECK;

#endif
