#include "common/nn/dense.h"

#include <string.h>

#include "common/nn/gemm.h"

void dense_forward(const struct dense_shape *s, int batch, const float *x, const float *w, const float *bias,
                   float *y)
{
	for (int b = 0; b < batch; b++)
		memcpy(y + b * s->out, bias, (size_t)s->out * sizeof(*y));
	gemm(&(struct gemm){.m = batch,
	                    .n = s->out,
	                    .k = s->in,
	                    .a = x,
	                    .lda = s->in,
	                    .b = w,
	                    .ldb = s->in,
	                    .b_trans = true,
	                    .c = y,
	                    .ldc = s->out,
	                    .add = true});
	if (!s->relu)
		return;
	for (int i = 0; i < batch * s->out; i++)
		y[i] = y[i] <= 0 ? 0 : y[i];
}

void dense_backward(const struct dense_shape *s, int batch, const float *x, const float *w, const float *y,
                    float *dy, float *dw, float *db, float *dx)
{
	if (s->relu)
		for (int i = 0; i < batch * s->out; i++)
			dy[i] = y[i] <= 0 ? 0 : dy[i];
	memset(db, 0, (size_t)s->out * sizeof(*db));
	for (int b = 0; b < batch; b++)
		for (int o = 0; o < s->out; o++)
			db[o] += dy[b * s->out + o];
	gemm(&(struct gemm){.m = s->out,
	                    .n = s->in,
	                    .k = batch,
	                    .a = dy,
	                    .lda = s->out,
	                    .a_trans = true,
	                    .b = x,
	                    .ldb = s->in,
	                    .c = dw,
	                    .ldc = s->in});
	if (dx)
		gemm(&(struct gemm){.m = batch,
		                    .n = s->in,
		                    .k = s->out,
		                    .a = dy,
		                    .lda = s->out,
		                    .b = w,
		                    .ldb = s->in,
		                    .c = dx,
		                    .ldc = s->in});
}
