#include "common/base/rng.h"

#include <math.h>

static uint64_t splitmix(uint64_t *x)
{
	uint64_t z = (*x += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void rng_seed(struct rng *r, uint64_t seed, uint64_t stream)
{
	uint64_t x = seed;
	uint64_t y = stream ^ 0x6a09e667f3bcc909u;
	uint64_t mixed = splitmix(&x) ^ (splitmix(&y) << 1);

	for (int i = 0; i < 4; i++)
		r->s[i] = splitmix(&mixed);
	r->spare = 0;
	r->has_spare = 0;
}

static uint64_t rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

uint64_t rng_u64(struct rng *r)
{
	uint64_t *s = r->s;
	uint64_t result = rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
	uint64_t floor = -n % n; /* values below it would be drawn once too often */
	uint64_t x;

	do
		x = rng_u64(r);
	while (x < floor);
	return x % n;
}

double rng_double(struct rng *r)
{
	return (double)(rng_u64(r) >> 11) * 0x1p-53;
}

double rng_uniform(struct rng *r, double lo, double hi)
{
	return lo + (hi - lo) * rng_double(r);
}

double rng_normal(struct rng *r)
{
	double u, v, s;

	if (r->has_spare) {
		r->has_spare = 0;
		return r->spare;
	}
	do { /* Marsaglia's polar method */
		u = 2 * rng_double(r) - 1;
		v = 2 * rng_double(r) - 1;
		s = u * u + v * v;
	} while (s >= 1 || s == 0);
	s = sqrt(-2 * log(s) / s);
	r->spare = v * s;
	r->has_spare = 1;
	return u * s;
}

/* Marsaglia and Tsang 2000; shapes below one through gamma(a+1)*U^(1/a). */
double rng_gamma(struct rng *r, double shape)
{
	double boost = 1, d, c;

	if (shape < 1) {
		boost = pow(1 - rng_double(r), 1 / shape);
		shape += 1;
	}
	d = shape - 1.0 / 3;
	c = 1 / sqrt(9 * d);
	for (;;) {
		double x = rng_normal(r);
		double v = 1 + c * x;

		if (v <= 0)
			continue;
		v = v * v * v;
		if (log(1 - rng_double(r)) < 0.5 * x * x + d - d * v + d * log(v))
			return boost * d * v;
	}
}

void rng_dirichlet(struct rng *r, double concentration, size_t n, double *out)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += out[i] = rng_gamma(r, concentration);
	for (size_t i = 0; i < n; i++)
		out[i] = sum > 0 ? out[i] / sum : 1.0 / (double)n;
}

size_t rng_pick(struct rng *r, const double *weights, size_t n)
{
	double sum = 0, x;

	for (size_t i = 0; i < n; i++)
		sum += weights[i];
	x = rng_double(r) * sum;
	for (size_t i = 0; i + 1 < n; i++) {
		if (x < weights[i])
			return i;
		x -= weights[i];
	}
	return n - 1;
}

void rng_shuffle(struct rng *r, uint32_t *items, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = (size_t)rng_below(r, i);
		uint32_t t = items[i - 1];

		items[i - 1] = items[j];
		items[j] = t;
	}
}

uint64_t rng_stream(const char *name)
{
	uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */

	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 0x100000001b3u;
	return h;
}
