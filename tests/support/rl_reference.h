/* Reading tests/reference/rl_reference.json, and the sequence of numbers that both sides draw from. */
#ifndef TESTS_RL_REFERENCE_H
#define TESTS_RL_REFERENCE_H

#include <stddef.h>

#include "common/base/json.h"

/* The whole dump; the caller's to json_decref(). */
json_t *reference_load(void);
/* v[i] = number first + i of the sequence, times scale. */
void reference_fill(size_t first, size_t n, float scale, float *v);
/* Fails the test unless the dump's n numbers under `field` are those of v. */
void reference_all(const json_t *object, const char *field, const float *v, size_t n, double tolerance);
/* The same for those numbers that the dump keeps of a long tensor. */
void reference_some(const json_t *object, const char *field, const float *v, size_t n, double tolerance);

#endif
