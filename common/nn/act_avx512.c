/* AVX-512: 16 lanes. */
#if defined(__x86_64__)

#include <stdbool.h>

#include "common/nn/lanes_avx512.inc"

/* min and max answer with their second operand if either is NaN. */
#define vf_clamp(lo, v, hi) _mm512_max_ps(lo, _mm512_min_ps(hi, v))
#define vf_round(v)         _mm512_roundscale_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define vf_scale2(v, n)     _mm512_scalef_ps(v, n)

#include "common/nn/act_lanes.inc"

const struct act_kernels act_avx512 = {"avx512", runs_here, mish, mish_back};

#endif
