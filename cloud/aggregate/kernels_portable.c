#include <string.h>

#include "cloud/aggregate/kernels.h"

#define EXPONENT UINT32_C(0x7f800000) /* all ones: infinite or not a number */

static inline float float_at(const uint8_t *block, size_t i)
{
	float v;

	memcpy(&v, block + i * sizeof(v), sizeof(v));
	return v;
}

static bool runs_here(void)
{
	return true;
}

static void add(double *sum, const void *const *blocks, const double *weights, size_t count, size_t from,
                size_t n)
{
	for (size_t j = 0; j < count; j++)
		for (size_t i = 0; i < n; i++)
			sum[i] += weights[j] * (double)float_at(blocks[j], from + i);
}

static void finish(float *out, const double *sum, double scale, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (float)(sum[i] * scale);
}

static bool all_finite(const uint8_t *block, size_t n)
{
	unsigned bad = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t bits;

		memcpy(&bits, block + i * sizeof(bits), sizeof(bits));
		bad |= (bits & EXPONENT) == EXPONENT;
	}
	return bad == 0;
}

static void distance(double lane[SCAN_LANES], const uint8_t *block, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		float d = float_at(block, i) - float_at(from, i);

		lane[i % SCAN_LANES] += (double)d * (double)d;
	}
}

const struct aggregate_kernels aggregate_portable = {"portable", runs_here,  add,
                                                     finish,     all_finite, distance};
