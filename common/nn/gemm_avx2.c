/* AVX2 and FMA: 8 lanes. */
#if defined(__x86_64__)

#include <immintrin.h>

typedef __m256 vf;

#define LANES    8
#define ROWS     6
#define DOT_ROWS 3
#define DOT_COLS 4

#define vf_zero()       _mm256_setzero_ps()
#define vf_set1(v)      _mm256_set1_ps(v)
#define vf_load(p)      _mm256_loadu_ps(p)
#define vf_store(p, v)  _mm256_storeu_ps(p, v)
#define vf_fma(a, b, c) _mm256_fmadd_ps(a, b, c)

static inline __m256i mask_of(int n)
{
	return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

static inline vf vf_load_n(const float *p, int n)
{
	return _mm256_maskload_ps(p, mask_of(n));
}

static inline void vf_store_n(float *p, int n, vf v)
{
	_mm256_maskstore_ps(p, mask_of(n), v);
}

static inline float vf_sum(vf v)
{
	__m128 half = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));

	half = _mm_add_ps(half, _mm_movehl_ps(half, half));
	return _mm_cvtss_f32(_mm_add_ss(half, _mm_shuffle_ps(half, half, 1)));
}

#include "common/nn/gemm_lanes.inc"

static bool runs_here(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const struct gemm_kernels gemm_avx2 = {"avx2", runs_here, multiply};

#endif
