/* Inside of aggregation: the loops over parameters, one set per instruction set.
 *
 * All sets give the same bits. Sums are of doubles; a product is always of two numbers that were floats, so
 * it is exact in a double, and whether it is fused with the addition makes no difference. Reductions keep
 * SCAN_LANES partial sums, element i going to number i % SCAN_LANES, whatever the width of the machine.
 *
 * Blocks are float32, little-endian, of any alignment: also inside of a mapped file. */
#ifndef AGGREGATE_KERNELS_H
#define AGGREGATE_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SCAN_LANES = 16 };

struct aggregate_kernels {
	const char *name;
	bool (*runs_here)(void);
	/* sum[i] += weights[j] * blocks[j][from + i] for every block j in their order; weights are floats'. Few
	 * blocks at a time: each is a stream for the memory to keep up with. */
	void (*add)(double *sum, const void *const *blocks, const double *weights, size_t count, size_t from,
	            size_t n);
	/* out[i] = sum[i] * scale, rounded to float */
	void (*finish)(float *out, const double *sum, double scale, size_t n);
	/* whether all of the block is finite */
	bool (*all_finite)(const uint8_t *block, size_t n);
	/* lane[i % SCAN_LANES] += (block[i] - from[i])^2, the difference rounded to float; n a multiple of
	 * SCAN_LANES */
	void (*distance)(double lane[SCAN_LANES], const uint8_t *block, const uint8_t *from, size_t n);
};

extern const struct aggregate_kernels aggregate_portable;
extern const struct aggregate_kernels aggregate_avx2;   /* x86-64 only */
extern const struct aggregate_kernels aggregate_avx512; /* x86-64 only */

/* The best that runs here, chosen once. */
const struct aggregate_kernels *aggregate_kernels(void);
/* All that were built, from the plainest on; NULL at the end. */
extern const struct aggregate_kernels *const aggregate_kernel_table[];

#endif
