/* Federated averaging (McMahan et al. 2017, algorithm 1): parameters as the mean of the updates, weighted by
 * the effort that was accepted.
 *
 * Blocks are float32, little-endian, of any alignment, so what safetensors_view() finds in a mapped file goes
 * in without a copy. Sums are of doubles, element by element in the order of the calls; the result has the
 * same bits whatever the processor and however the blocks are grouped into calls. Weights count with the 24
 * bits of a float. */
#ifndef AGGREGATE_FEDAVG_H
#define AGGREGATE_FEDAVG_H

#include <stddef.h>

#include "common/base/err.h"

struct aggregate; /* a running sum: one block of doubles, however many updates go in */

struct aggregate *aggregate_new(size_t floats);
void aggregate_free(struct aggregate *a); /* NULL is fine */
/* Blocks that are added at once: more than that is not faster, and mapped ones count as memory. */
#define AGGREGATE_BATCH 4

/* Adds weight * block for n blocks: reads and writes the running sum once instead of n times. E_INVALID, with
 * nothing added, unless every weight is finite and not negative. */
int aggregate_add_many(struct aggregate *a, const void *const *blocks, const double *weights, size_t n,
                       struct err *e) MUST_CHECK;
/* The weighted mean of all that was added; more may be added afterwards. E_STATE when all weights were 0. */
int aggregate_finish(const struct aggregate *a, float *out, struct err *e) MUST_CHECK;

/* All in one pass without a running sum in memory: each block is read once, `out` written once. The result is
 * that of the calls above. Takes a second thread for large sums. */
int aggregate_many(const void *const *blocks, const double *weights, size_t n, size_t floats, float *out,
                   struct err *e) MUST_CHECK;

#endif
