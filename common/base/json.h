/* Strict reading of JSON fields over jansson: an error names the field and what is accepted. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

/* Parses `n` bytes (depth and size limited); E_INVALID names line and column. Caller json_decref()s. */
int json_parse(const char *text, size_t n, json_t **out, struct err *e) MUST_CHECK;
int json_get_double(const json_t *object, const char *field, double lo, double hi, double *out,
                    struct err *e) MUST_CHECK;
int json_get_int(const json_t *object, const char *field, int64_t lo, int64_t hi, int64_t *out,
                 struct err *e) MUST_CHECK;
/* Borrowed text, at most `max` bytes. */
int json_get_str(const json_t *object, const char *field, size_t max, const char **out,
                 struct err *e) MUST_CHECK;
/* Borrowed array of `lo` to `hi` elements. */
int json_get_array(const json_t *object, const char *field, size_t lo, size_t hi, json_t **out,
                   struct err *e) MUST_CHECK;
/* Exactly n finite numbers. */
int json_get_doubles(const json_t *object, const char *field, size_t n, double *out,
                     struct err *e) MUST_CHECK;

#endif
