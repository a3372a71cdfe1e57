#include "common/nn/gemm.h"

#include <cblas.h>
#include <pthread.h>

/* Debian's serial OpenBLAS shares one work buffer between all callers without a lock: products computed on
 * two threads at once come out wrong. */
static pthread_mutex_t cblas_lock = PTHREAD_MUTEX_INITIALIZER;

static bool runs_here(void)
{
	return true;
}

static void multiply(const struct gemm *g)
{
	pthread_mutex_lock(&cblas_lock);
	cblas_sgemm(CblasRowMajor, g->a_trans ? CblasTrans : CblasNoTrans, g->b_trans ? CblasTrans : CblasNoTrans,
	            g->m, g->n, g->k, 1, g->a, g->lda, g->b, g->ldb, g->add ? 1 : 0, g->c, g->ldc);
	pthread_mutex_unlock(&cblas_lock);
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
