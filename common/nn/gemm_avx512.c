/* AVX-512: 16 lanes. */
#if defined(__x86_64__)

#include <immintrin.h>

typedef __m512 vf;

#define LANES    16
#define ROWS     12
#define DOT_ROWS 4
#define DOT_COLS 6

#define vf_zero()       _mm512_setzero_ps()
#define vf_set1(v)      _mm512_set1_ps(v)
#define vf_load(p)      _mm512_loadu_ps(p)
#define vf_store(p, v)  _mm512_storeu_ps(p, v)
#define vf_fma(a, b, c) _mm512_fmadd_ps(a, b, c)

static inline vf vf_load_n(const float *p, int n)
{
	return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
}

static inline void vf_store_n(float *p, int n, vf v)
{
	_mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), v);
}

static inline float vf_sum(vf v)
{
	return _mm512_reduce_add_ps(v);
}

#include "common/nn/gemm_lanes.inc"

static bool runs_here(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("fma");
}

const struct gemm_kernels gemm_avx512 = {"avx512", runs_here, multiply};

#endif
