/* AVX2 and FMA: 4 doubles. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "cloud/aggregate/kernels.h"

typedef __m256d vd;

#define LANES  4
#define FLOATS 8 /* in one vector */

#define vd_set1(v)      _mm256_set1_pd(v)
#define vd_load(p)      _mm256_loadu_pd(p)
#define vd_store(p, v)  _mm256_storeu_pd(p, v)
#define vd_mul(a, b)    _mm256_mul_pd(a, b)
#define vd_fma(a, b, c) _mm256_fmadd_pd(a, b, c)

static inline __m128 floats(const uint8_t *p)
{
	return _mm_castsi128_ps(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static inline vd vd_of_floats(const uint8_t *p)
{
	return _mm256_cvtps_pd(floats(p));
}

static inline void vd_to_floats(float *out, vd v)
{
	_mm_storeu_ps(out, _mm256_cvtpd_ps(v));
}

static inline vd vd_difference(const uint8_t *a, const uint8_t *b)
{
	return _mm256_cvtps_pd(_mm_sub_ps(floats(a), floats(b)));
}

static bool vectors_finite(const uint8_t *block, size_t n)
{
	const __m256i exponent = _mm256_set1_epi32(0x7f800000);
	__m256i bad = _mm256_setzero_si256();

	for (size_t i = 0; i < n; i += FLOATS) {
		__m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(block + i * sizeof(float)));

		bad = _mm256_or_si256(bad, _mm256_cmpeq_epi32(_mm256_and_si256(v, exponent), exponent));
	}
	return _mm256_testz_si256(bad, bad);
}

#include "cloud/aggregate/kernels_lanes.inc"

static bool runs_here(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const struct aggregate_kernels aggregate_avx2 = {"avx2", runs_here, add, finish, all_finite, distance};

#endif
