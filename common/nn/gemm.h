/* Matrix products of single precision, row-major: C = A B or C += A B, where A or B may be stored
 * transposed.
 *
 * Own SIMD kernels for the shapes of small networks (hundreds of rows and columns, all in the L2
 * cache), because OpenBLAS picks its oldest kernels on processors newer than itself; CBLAS elsewhere.
 * The same call gives the same bits on one machine. NaN and infinity propagate. */
#ifndef NN_GEMM_H
#define NN_GEMM_H

#include <stdbool.h>

struct gemm {
	int m, n, k;    /* C is m x n, the sum runs over k; all > 0 */
	const float *a; /* m x k with rows lda apart; stored k x m if a_trans */
	int lda;
	bool a_trans;
	const float *b; /* k x n with rows ldb apart; stored n x k if b_trans */
	int ldb;
	bool b_trans; /* not together with a_trans in the SIMD kernels: CBLAS does that case */
	float *c;
	int ldc;
	bool add; /* C += instead of C = */
};

void gemm(const struct gemm *g);

/* One implementation of it. */
struct gemm_kernels {
	const char *name;
	bool (*runs_here)(void);
	void (*multiply)(const struct gemm *g);
};

extern const struct gemm_kernels gemm_cblas; /* anything, anywhere */
extern const struct gemm_kernels gemm_avx2;
extern const struct gemm_kernels gemm_avx512;

#endif
