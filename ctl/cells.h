/* Members of JSON objects as cells of a grid; what is absent or null is "-". */
#ifndef CTL_CELLS_H
#define CTL_CELLS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/grid.h"

const char *field_text(const json_t *object, const char *key); /* "" when absent */
double field_number(const json_t *object, const char *key);    /* 0 when absent */
int64_t field_int(const json_t *object, const char *key);      /* 0 when absent */
bool field_bool(const json_t *object, const char *key);        /* false when absent */

void cell_text(struct grid *g, const json_t *object, const char *key);
void cell_int(struct grid *g, const json_t *object, const char *key);
void cell_number(struct grid *g, const json_t *object, const char *key, int decimals);
void cell_bool(struct grid *g, const json_t *object, const char *key, const char *yes, const char *no);
/* "2026-11-22 14:46:27", in UTC as the cloud says it. */
void cell_time(struct grid *g, const json_t *object, const char *key);
/* An item's index, "declined", or "-". */
void cell_item(struct grid *g, const json_t *object, const char *key);

/* A page of names and values: "mode      open". */
struct grid *fields_new(void);
void fields_add(struct grid *g, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* "3 s", "5 min", "2 h 10 min", "4 d". */
const char *duration_text(double seconds, char out[32]);
/* Milliseconds since 1970 of "2026-11-22T14:46:27.123Z"; -1 when it is not such a text. */
int64_t time_parse(const char *text);

#endif
