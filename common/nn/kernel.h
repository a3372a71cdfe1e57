/* For the loops that must become straight-line vector code: sums held in an array of vectors stay in
 * registers only if every loop over them is inlined and unrolled. */
#ifndef NN_KERNEL_H
#define NN_KERNEL_H

#define INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

#endif
