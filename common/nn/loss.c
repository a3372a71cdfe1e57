#include "common/nn/loss.h"

#include <math.h>

int argmax(const float *v, int n)
{
	int best = 0;

	for (int i = 1; i < n; i++)
		if (v[i] > v[best])
			best = i;
	return best;
}

/* Writes exp(v - max) and returns their sum. */
static float exp_shifted(const float *v, int n, float max, float *out)
{
	float sum = 0;

	for (int i = 0; i < n; i++) {
		out[i] = expf(v[i] - max);
		sum += out[i];
	}
	return sum;
}

void softmax(const float *logits, int n, float *p)
{
	float sum = exp_shifted(logits, n, logits[argmax(logits, n)], p);

	for (int i = 0; i < n; i++)
		p[i] /= sum;
}

double cross_entropy(const float *logits, const uint8_t *labels, int batch, int classes, float *d,
                     int *correct)
{
	double loss = 0;
	float share = 1.0f / (float)batch;

	*correct = 0;
	for (int b = 0; b < batch; b++, logits += classes, d += classes) {
		int best = argmax(logits, classes), label = labels[b];
		float max = logits[best], own = logits[label];
		float sum = exp_shifted(logits, classes, max, d);

		*correct += best == label;
		loss += (double)(logf(sum) - (own - max));
		for (int i = 0; i < classes; i++)
			d[i] *= share / sum;
		d[label] -= share;
	}
	return loss / batch;
}
