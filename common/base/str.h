/* Strict text: numbers, hexadecimal, bounded copies. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

/* The whole text must be a number in [lo, hi]; the error names `what` and the range. */
int str_to_int(const char *text, const char *what, int64_t lo, int64_t hi, int64_t *out,
               struct err *e) MUST_CHECK;
int str_to_double(const char *text, const char *what, double lo, double hi, double *out,
                  struct err *e) MUST_CHECK;
/* "64k", "10M", "1G" (powers of 1024) or plain bytes. */
int str_to_bytes(const char *text, const char *what, int64_t hi, int64_t *out, struct err *e) MUST_CHECK;

/* Copies with the final NUL; false (and an empty `out`) when it does not fit. */
bool str_copy(char *out, size_t cap, const char *text);
void str_hex(const uint8_t *p, size_t n, char *out); /* 2n + 1 bytes, lower case */
bool str_unhex(const char *hex, uint8_t *out, size_t n);
/* Letters, digits, '.', '_' and '-', 1 to `max` of them, not starting with '.' or '-': the names of edges,
 * sessions and modules, safe in paths, logs and JSON. */
bool str_is_name(const char *text, size_t max);
/* Edits (letters added, dropped or changed; Levenshtein 1966) from the n bytes at `a` to `b`, for "did you
 * mean"; 64 when either has 64 bytes or more. */
size_t str_distance(const char *a, size_t n, const char *b);

#endif
