#include "common/base/mem.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_abort(void *p, size_t bytes)
{
	if (!p) {
		fprintf(stderr, "foedus: out of memory (%zu bytes asked)\n", bytes);
		abort();
	}
	return p;
}

static size_t product(size_t count, size_t bytes)
{
	size_t total;

	if (__builtin_mul_overflow(count, bytes, &total))
		or_abort(NULL, SIZE_MAX);
	return total;
}

void *mem_alloc(size_t bytes)
{
	return or_abort(malloc(bytes ? bytes : 1), bytes);
}

void *mem_zalloc(size_t bytes)
{
	return or_abort(calloc(1, bytes ? bytes : 1), bytes);
}

void *mem_array(size_t count, size_t bytes)
{
	return mem_zalloc(product(count, bytes));
}

void *mem_realloc(void *p, size_t count, size_t bytes)
{
	size_t total = product(count, bytes);

	return or_abort(realloc(p, total ? total : 1), total);
}

void *mem_dup(const void *p, size_t bytes)
{
	void *copy = mem_alloc(bytes);

	if (bytes)
		memcpy(copy, p, bytes);
	return copy;
}

char *mem_strdup(const char *s)
{
	return mem_dup(s, strlen(s) + 1);
}

float *mem_floats(size_t count)
{
	size_t bytes = (product(count, sizeof(float)) + 63) / 64 * 64;
	float *p = or_abort(aligned_alloc(64, bytes ? bytes : 64), bytes);

	memset(p, 0, bytes);
	return p;
}

void mem_setup(void)
{
#ifdef M_ARENA_MAX
	mallopt(M_ARENA_MAX, 2);
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	mallopt(M_TRIM_THRESHOLD, 256 * 1024);
#endif
}

void mem_trim(void)
{
#ifdef M_TRIM_THRESHOLD
	malloc_trim(0);
#endif
}
