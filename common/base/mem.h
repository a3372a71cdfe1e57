/* Memory. Sizes are limited before they reach here (see limits.h), so running out of memory is
 * not an answerable error: these never return NULL; they say what was asked for and abort. What a
 * peer was told is on disk by then, and a restart goes on from there. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t bytes);               /* uninitialised */
void *mem_zalloc(size_t bytes);              /* zeroed */
void *mem_array(size_t count, size_t bytes); /* zeroed; aborts if count*bytes overflows */
void *mem_realloc(void *p, size_t count, size_t bytes);
void *mem_dup(const void *p, size_t bytes);
char *mem_strdup(const char *s);
/* 64-byte aligned and zeroed, for numbers that SIMD kernels read; freed with free(). */
float *mem_floats(size_t count);

/* For long-running programs, once at the start: two heaps whatever the number of threads, and large blocks go
 * back to the system when they are freed, so the peak does not depend on which thread did what. */
void mem_setup(void);
/* After a burst of work: free pages between blocks that stay go back to the system. Takes milliseconds. */
void mem_trim(void);

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
