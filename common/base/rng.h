/* Seeded randomness: xoshiro256** (Blackman and Vigna 2018), seeded through SplitMix64.
 * The same seed and stream give the same numbers on every machine. Nothing in the core draws from
 * anywhere else; the operating system's generator is for keys and sessions only (digest.h). */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t s[4];
	double spare; /* second normal of a pair */
	int has_spare;
};

/* Different streams of one seed are independent: one per edge, per purpose. */
void rng_seed(struct rng *r, uint64_t seed, uint64_t stream);
uint64_t rng_u64(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t n); /* uniform on [0, n), n > 0, no bias */
double rng_double(struct rng *r);              /* uniform on [0, 1) */
double rng_uniform(struct rng *r, double lo, double hi);
double rng_normal(struct rng *r);              /* mean 0, variance 1 */
double rng_gamma(struct rng *r, double shape); /* scale 1, shape > 0 */
void rng_dirichlet(struct rng *r, double concentration, size_t n, double *out);
size_t rng_pick(struct rng *r, const double *weights, size_t n); /* index with these odds */
void rng_shuffle(struct rng *r, uint32_t *items, size_t n);
/* A stream number from text, so that streams can be named ("edge-3/will"). */
uint64_t rng_stream(const char *name);

#endif
