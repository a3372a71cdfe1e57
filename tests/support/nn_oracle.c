#include "tests/support/nn_oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/rng.h"
#include "tests/support/suite.h"

/* Larger than any activation of the networks under test. */
#define ACTIVATION_MAX 16384

static const struct net_layer product_layers[] = {
    {NET_CONV_POOL, "conv1", 16, 5},
    {NET_CONV_POOL, "conv2", 32, 5},
    {NET_DENSE_RELU, "fc1", 128, 0},
    {NET_DENSE, "fc2", 10, 0},
};
const struct net_spec oracle_product = {1, 28, 28, product_layers, ARRAY_LEN(product_layers)};

static double conv_at(const double *x, int ic, int h, int w, const double *weight, int k)
{
	double sum = 0;

	for (int c = 0; c < ic; c++)
		for (int ky = 0; ky < k; ky++)
			for (int kx = 0; kx < k; kx++)
				sum += x[(c * h + ky) * w + kx] * weight[(c * k + ky) * k + kx];
	return sum;
}

void oracle_conv(const double *x, int ic, int h, int w, const double *weight, const double *bias, int oc,
                 int k, double *y)
{
	for (int o = 0; o < oc; o++)
		for (int r = 0; r + k <= h; r++)
			for (int c = 0; c + k <= w; c++)
				*y++ = bias[o] + conv_at(x + r * w + c, ic, h, w, weight + o * ic * k * k, k);
}

void oracle_relu(double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		v[i] = v[i] > 0 ? v[i] : 0;
}

void oracle_pool(const double *x, int c, int h, int w, double *y)
{
	for (int i = 0; i < c; i++, x += h * w)
		for (int r = 0; r + 2 <= h; r += 2)
			for (int j = 0; j + 2 <= w; j += 2)
				*y++ = fmax(fmax(x[r * w + j], x[r * w + j + 1]),
				            fmax(x[(r + 1) * w + j], x[(r + 1) * w + j + 1]));
}

void oracle_dense(const double *x, int in, const double *weight, const double *bias, int out, double *y)
{
	for (int o = 0; o < out; o++) {
		y[o] = bias[o];
		for (int i = 0; i < in; i++)
			y[o] += weight[o * in + i] * x[i];
	}
}

double oracle_cross_entropy(const double *logits, int n, int label)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += exp(logits[i]);
	return log(sum) - logits[label];
}

void oracle_net(const struct net_spec *spec, const double *params, const double *x, double *logits)
{
	int c = spec->channels, h = spec->height, w = spec->width;
	double *in = mem_array(ACTIVATION_MAX, sizeof(*in)), *out = mem_array(ACTIVATION_MAX, sizeof(*out));

	memcpy(in, x, (size_t)(c * h * w) * sizeof(*in));
	for (int i = 0; i < spec->count; i++) {
		const struct net_layer *l = &spec->layers[i];
		int fan_in = l->kind == NET_CONV_POOL ? c * l->kernel * l->kernel : c * h * w;
		const double *bias = params + l->out * fan_in;

		if (l->kind == NET_CONV_POOL) {
			int rows = h - l->kernel + 1, columns = w - l->kernel + 1;

			oracle_conv(in, c, h, w, params, bias, l->out, l->kernel, out);
			oracle_relu(out, (size_t)(l->out * rows * columns));
			oracle_pool(out, l->out, rows, columns, in);
			h = rows / 2;
			w = columns / 2;
		} else {
			oracle_dense(in, fan_in, params, bias, l->out, out);
			if (l->kind == NET_DENSE_RELU)
				oracle_relu(out, (size_t)l->out);
			memcpy(in, out, (size_t)l->out * sizeof(*in));
			h = w = 1;
		}
		c = l->out;
		params = bias + l->out;
	}
	memcpy(logits, in, (size_t)c * sizeof(*logits));
	free(in);
	free(out);
}

double oracle_net_loss(const struct net_spec *spec, const double *params, const double *x,
                       const uint8_t *labels, int batch)
{
	int classes = spec->layers[spec->count - 1].out;
	double *logits = mem_array((size_t)classes, sizeof(*logits)), loss = 0;

	for (int b = 0; b < batch; b++) {
		oracle_net(spec, params, x + b * spec->channels * spec->height * spec->width, logits);
		loss += oracle_cross_entropy(logits, classes, labels[b]);
	}
	free(logits);
	return loss / batch;
}

double oracle_slope(double (*f)(void *arg), void *arg, double *v)
{
	const double step = 1e-6, at = *v;
	double up, down;

	*v = at + step;
	up = f(arg);
	*v = at - step;
	down = f(arg);
	*v = at;
	return (up - down) / (2 * step);
}

void oracle_fill(unsigned long seed, size_t n, float *v, double *same)
{
	struct rng rng;

	rng_seed(&rng, seed, 7);
	for (size_t i = 0; i < n; i++) {
		v[i] = (float)rng_normal(&rng);
		same[i] = (double)v[i];
	}
}

void oracle_near(const char *what, size_t i, double got, double want, double tolerance)
{
	double allowed = tolerance * fmax(1, fabs(want));

	if (!(fabs(got - want) <= allowed))
		ck_abort_msg("%s[%zu] is %.9g, want %.9g (off by %.2g, allowed %.2g)", what, i, got, want,
		             fabs(got - want), allowed);
}
