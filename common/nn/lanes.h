/* Four floats at a time in the compiler's own vectors, for simple loops on any processor; what deserves more
 * has kernels in files of its own. */
#ifndef NN_LANES_H
#define NN_LANES_H

#include <stdint.h>
#include <string.h>

#define QUAD 4

typedef float quad __attribute__((vector_size(QUAD * sizeof(float))));
typedef int32_t quad_mask __attribute__((vector_size(QUAD * sizeof(int32_t))));

static inline quad quad_load(const float *p)
{
	quad v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline void quad_store(float *p, quad v)
{
	memcpy(p, &v, sizeof(v));
}

static inline quad quad_all(float x)
{
	return (quad){x, x, x, x};
}

/* a where the mask is set, b elsewhere; masks come from comparisons. */
static inline quad quad_select(quad_mask mask, quad a, quad b)
{
	return (quad)((mask & (quad_mask)a) | (~mask & (quad_mask)b));
}

#endif
