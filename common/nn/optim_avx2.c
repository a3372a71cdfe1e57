/* AVX2 and FMA: 8 lanes. */
#if defined(__x86_64__)

#include <stdbool.h>

#include "common/nn/lanes_avx2.inc"

#include "common/nn/optim_lanes.inc"

const struct optim_kernels optim_avx2 = {"avx2", runs_here, sgd, adam};

#endif
