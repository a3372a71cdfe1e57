#include "cloud/policy/normals.h"

#include <math.h>
#include <pthread.h>

#define LAYERS 256
#define EDGE   3.6541528853610088 /* where the tail begins */
#define AREA   0.00492867323399   /* of each layer, the tail's included */

static double edge[LAYERS + 1]; /* right ends of the layers, from the widest; edge[0] stands for the tail's */
static double height[LAYERS + 1]; /* exp(-edge^2 / 2) */
static float scale[LAYERS];       /* edge / 2^31 */
static int32_t inside[LAYERS];    /* positions below this need no test */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_tables(void)
{
	double f = exp(-0.5 * EDGE * EDGE);

	edge[0] = AREA / f;
	edge[1] = EDGE;
	for (int i = 2; i < LAYERS; i++) {
		edge[i] = sqrt(-2 * log(AREA / edge[i - 1] + f));
		f = exp(-0.5 * edge[i] * edge[i]);
	}
	edge[LAYERS] = 0;
	for (int i = 0; i <= LAYERS; i++)
		height[i] = exp(-0.5 * edge[i] * edge[i]);
	for (int i = 0; i < LAYERS; i++) {
		scale[i] = (float)(edge[i] / 2147483648.0);
		inside[i] = (int32_t)(edge[i + 1] / edge[i] * 2147483520.0);
	}
}

/* Marsaglia 1964: a normal beyond EDGE. */
static double tail(struct rng *r)
{
	double x, y;

	do {
		x = -log(1 - rng_double(r)) / EDGE;
		y = -log(1 - rng_double(r));
	} while (2 * y < x * x);
	return EDGE + x;
}

/* The position is not safely under the curve: test it, or draw again. */
static float slow(struct rng *r, uint64_t bits)
{
	for (;; bits = rng_u64(r)) {
		int layer = (int)(bits & (LAYERS - 1));
		int32_t at = (int32_t)(bits >> 32);
		double x = (double)at * (edge[layer] / 2147483648.0);

		if (fabs(x) < edge[layer + 1])
			return (float)x;
		if (layer == 0)
			return (float)(at < 0 ? -tail(r) : tail(r));
		if (height[layer] + rng_double(r) * (height[layer + 1] - height[layer]) < exp(-0.5 * x * x))
			return (float)x;
	}
}

void normals_fill(struct rng *r, float *v, size_t n)
{
	pthread_once(&once, make_tables);
	for (size_t i = 0; i < n; i++) {
		uint64_t bits = rng_u64(r);
		int layer = (int)(bits & (LAYERS - 1));
		int32_t at = (int32_t)(bits >> 32);

		v[i] = at < inside[layer] && at > -inside[layer] ? (float)at * scale[layer] : slow(r, bits);
	}
}
