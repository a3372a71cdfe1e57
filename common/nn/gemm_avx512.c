/* AVX-512: 16 lanes. */
#if defined(__x86_64__)

#include <stdbool.h>

#include "common/nn/lanes_avx512.inc"

#define ROWS     12
#define DOT_ROWS 4
#define DOT_COLS 6

static inline float vf_sum(vf v)
{
	return _mm512_reduce_add_ps(v);
}

#include "common/nn/gemm_lanes.inc"

const struct gemm_kernels gemm_avx512 = {"avx512", runs_here, multiply};

#endif
