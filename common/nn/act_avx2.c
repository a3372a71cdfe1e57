/* AVX2 and FMA: 8 lanes. */
#if defined(__x86_64__)

#include <stdbool.h>

#include "common/nn/lanes_avx2.inc"

/* min and max answer with their second operand if either is NaN. */
#define vf_clamp(lo, v, hi) _mm256_max_ps(lo, _mm256_min_ps(hi, v))
#define vf_round(v)         _mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)

static inline vf vf_scale2(vf v, vf n)
{
	vi exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));

	return v * _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
}

#include "common/nn/act_lanes.inc"

const struct act_kernels act_avx2 = {"avx2", runs_here, mish, mish_back};

#endif
