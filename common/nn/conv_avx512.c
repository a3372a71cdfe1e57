/* AVX-512: 16 lanes. */
#if defined(__x86_64__)

#include <stdbool.h>

#include "common/nn/lanes_avx512.inc"

#define FORWARD_COLS   4
#define DW_ROWS        5
#define DX_ROWS        3
#define DW_ROWS_SINGLE 3

#define vi_zero()      _mm512_setzero_si512()
#define vi_load(p)     _mm512_loadu_si512(p)
#define vi_store(p, v) _mm512_storeu_si512(p, v)

static inline void vf_pool(vf v, int which, vf *best, vi *arg)
{
	__mmask16 wins = _mm512_cmp_ps_mask(v, *best, _CMP_GT_OQ) | _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);

	*best = _mm512_mask_mov_ps(*best, wins, v);
	*arg = _mm512_mask_mov_epi32(*arg, wins, _mm512_set1_epi32(which));
}

static inline vf vf_gate(vf y, vf g)
{
	return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(y, _mm512_setzero_ps(), _CMP_NLE_UQ), g);
}

static inline vf vf_relu(vf v)
{
	return vf_gate(v, v);
}

static inline vf vf_load_edge(const float *p)
{
	return _mm512_maskz_loadu_ps(0x3f, p);
}

/* The indices of vpermt2ps: bit 4 chooses the row, the low bits the column. */
static inline vi vi_index(vi arg)
{
	vi row = _mm512_slli_epi32(_mm512_srli_epi32(arg, 1), 4);

	return _mm512_or_si512(row, _mm512_and_si512(arg, _mm512_set1_epi32(1)));
}

static inline vi vi_next(vi index)
{
	return _mm512_add_epi32(index, _mm512_set1_epi32(1));
}

static inline vf vf_pick(vf r0, vf r1, vi index)
{
	return _mm512_permutex2var_ps(r0, index, r1);
}

#include "common/nn/conv_lanes.inc"

const struct conv_kernels conv_avx512 = {"avx512", runs_here, fits, forward, backward};

#endif
