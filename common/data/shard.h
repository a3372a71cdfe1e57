/* A seeded non-IID split of a data set: each class is spread over the shards by its own Dirichlet draw
 * (Hsu, Qi and Brown 2019). Every process that knows the seed computes the same split. */
#ifndef DATA_SHARD_H
#define DATA_SHARD_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"

#define SHARDS_MAX        4096
#define SHARD_SAMPLES_MIN 64 /* each shard has this many, or a quarter of an equal share if that is less */

struct shard {
	uint32_t *items; /* owned by the shards; indices into the data set, ascending */
	size_t count;
};

struct shards {
	struct shard *list; /* owned */
	size_t count;
};

/* Splits `count` samples with these labels (below DATASET_CLASSES) into n shards; every sample is in exactly
 * one. alpha > 0: small means few classes per shard, large means equal shares. E_INVALID for n, alpha or
 * labels out of range, or fewer samples than shards. */
int shard_split(const uint8_t *labels, size_t count, size_t n, double alpha, uint64_t seed,
                struct shards *out, struct err *e) MUST_CHECK;
void shards_release(struct shards *s);

#endif
