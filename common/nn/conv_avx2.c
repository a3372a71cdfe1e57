/* AVX2 and FMA: 8 lanes. */
#if defined(__x86_64__)

#include <stdbool.h>

#include "common/nn/lanes_avx2.inc"

#define FORWARD_COLS   2
#define DW_ROWS        2
#define DX_ROWS        2
#define DW_ROWS_SINGLE 1

#define vi_zero()      _mm256_setzero_si256()
#define vi_load(p)     _mm256_loadu_si256((const __m256i *)(p))
#define vi_store(p, v) _mm256_storeu_si256((__m256i *)(p), v)

static inline void vf_pool(vf v, int which, vf *best, vi *arg)
{
	vf wins = _mm256_or_ps(_mm256_cmp_ps(v, *best, _CMP_GT_OQ), _mm256_cmp_ps(v, v, _CMP_UNORD_Q));

	*best = _mm256_blendv_ps(*best, v, wins);
	*arg = _mm256_blendv_epi8(*arg, _mm256_set1_epi32(which), _mm256_castps_si256(wins));
}

static inline vf vf_gate(vf y, vf g)
{
	return _mm256_and_ps(_mm256_cmp_ps(y, _mm256_setzero_ps(), _CMP_NLE_UQ), g);
}

static inline vf vf_relu(vf v)
{
	return vf_gate(v, v);
}

static inline vf vf_load_edge(const float *p)
{
	return _mm256_maskload_ps(p, _mm256_setr_epi32(-1, -1, -1, -1, -1, -1, 0, 0));
}

/* Low bits: the column, as vpermps reads it. Sign bit: the second row, as vblendvps reads it. */
static inline vi vi_index(vi arg)
{
	return _mm256_or_si256(_mm256_slli_epi32(_mm256_srli_epi32(arg, 1), 31),
	                       _mm256_and_si256(arg, _mm256_set1_epi32(1)));
}

static inline vi vi_next(vi index)
{
	return _mm256_add_epi32(index, _mm256_set1_epi32(1));
}

static inline vf vf_pick(vf r0, vf r1, vi index)
{
	return _mm256_blendv_ps(_mm256_permutevar8x32_ps(r0, index), _mm256_permutevar8x32_ps(r1, index),
	                        _mm256_castsi256_ps(index));
}

#include "common/nn/conv_lanes.inc"

const struct conv_kernels conv_avx2 = {"avx2", runs_here, fits, forward, backward};

#endif
