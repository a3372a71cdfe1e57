#include "common/nn/dense.h"

#include <cblas.h>
#include <string.h>

void dense_forward(const struct dense_shape *s, int batch, const float *x, const float *w, const float *bias,
                   float *y)
{
	for (int b = 0; b < batch; b++)
		memcpy(y + b * s->out, bias, (size_t)s->out * sizeof(*y));
	if (batch == 1)
		cblas_sgemv(CblasRowMajor, CblasNoTrans, s->out, s->in, 1, w, s->in, x, 1, 1, y, 1);
	else
		cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, batch, s->out, s->in, 1, x, s->in, w, s->in, 1,
		            y, s->out);
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
	cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, s->out, s->in, batch, 1, dy, s->out, x, s->in, 0, dw,
	            s->in);
	if (dx)
		cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, batch, s->in, s->out, 1, dy, s->out, w, s->in,
		            0, dx, s->in);
}
