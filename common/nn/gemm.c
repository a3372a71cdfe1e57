#include "common/nn/gemm.h"

#include <cblas.h>

static bool runs_here(void)
{
	return true;
}

static void multiply(const struct gemm *g)
{
	cblas_sgemm(CblasRowMajor, g->a_trans ? CblasTrans : CblasNoTrans, g->b_trans ? CblasTrans : CblasNoTrans,
	            g->m, g->n, g->k, 1, g->a, g->lda, g->b, g->ldb, g->add ? 1 : 0, g->c, g->ldc);
}

const struct gemm_kernels gemm_cblas = {"cblas", runs_here, multiply};

void gemm(const struct gemm *g)
{
#if defined(__x86_64__)
	if (!(g->a_trans && g->b_trans)) {
		if (gemm_avx512.runs_here()) {
			gemm_avx512.multiply(g);
			return;
		}
		if (gemm_avx2.runs_here()) {
			gemm_avx2.multiply(g);
			return;
		}
	}
#endif
	gemm_cblas.multiply(g);
}
