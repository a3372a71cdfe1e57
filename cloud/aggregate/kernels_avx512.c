/* AVX-512: 8 doubles. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "cloud/aggregate/kernels.h"

typedef __m512d vd;

#define LANES  8
#define FLOATS 16 /* in one vector */

#define vd_set1(v)      _mm512_set1_pd(v)
#define vd_load(p)      _mm512_loadu_pd(p)
#define vd_store(p, v)  _mm512_storeu_pd(p, v)
#define vd_mul(a, b)    _mm512_mul_pd(a, b)
#define vd_fma(a, b, c) _mm512_fmadd_pd(a, b, c)

static inline __m256 floats(const uint8_t *p)
{
	return _mm256_castsi256_ps(_mm256_loadu_si256((const __m256i *)(const void *)p));
}

static inline vd vd_of_floats(const uint8_t *p)
{
	return _mm512_cvtps_pd(floats(p));
}

static inline void vd_to_floats(float *out, vd v)
{
	_mm256_storeu_ps(out, _mm512_cvtpd_ps(v));
}

static inline vd vd_difference(const uint8_t *a, const uint8_t *b)
{
	return _mm512_cvtps_pd(_mm256_sub_ps(floats(a), floats(b)));
}

static bool vectors_finite(const uint8_t *block, size_t n)
{
	const __m512i exponent = _mm512_set1_epi32(0x7f800000);
	__mmask16 bad = 0;

	for (size_t i = 0; i < n; i += FLOATS) {
		__m512i v = _mm512_loadu_si512(block + i * sizeof(float));

		bad = _kor_mask16(bad, _mm512_cmpeq_epi32_mask(_mm512_and_si512(v, exponent), exponent));
	}
	return bad == 0;
}

#include "cloud/aggregate/kernels_lanes.inc"

static bool runs_here(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("fma");
}

const struct aggregate_kernels aggregate_avx512 = {"avx512", runs_here, add, finish, all_finite, distance};

#endif
