/* AVX2 and FMA: 8 lanes. */
#if defined(__x86_64__)

#include <stdbool.h>

#include "common/nn/lanes_avx2.inc"

#define ROWS     6
#define DOT_ROWS 3
#define DOT_COLS 4

static inline float vf_sum(vf v)
{
	__m128 half = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));

	half = _mm_add_ps(half, _mm_movehl_ps(half, half));
	return _mm_cvtss_f32(_mm_add_ss(half, _mm_shuffle_ps(half, half, 1)));
}

#include "common/nn/gemm_lanes.inc"

const struct gemm_kernels gemm_avx2 = {"avx2", runs_here, multiply};

#endif
