/* AVX-512: 16 lanes. */
#if defined(__x86_64__)

#include <stdbool.h>

#include "common/nn/lanes_avx512.inc"

#include "common/nn/optim_lanes.inc"

const struct optim_kernels optim_avx512 = {"avx512", runs_here, sgd, adam};

#endif
