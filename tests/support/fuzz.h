/* A driver for fuzz targets without a fuzzing engine: valid inputs, mutated by a seed, as many as asked for.
 *
 *   static bool parse(const uint8_t *data, size_t n);         the parser; true when it accepted the input
 *   static void samples(struct fuzz_samples *s);              adds at least one valid input
 *   static void mutate(struct rng *r, struct buf *b);         knows the structure; or NULL
 *   FUZZ_TARGET("idx", parse, samples, mutate)
 *
 * makes main() with `--rounds N [--seed S] [--from ROUND] [FILE...]` (files are replayed as they are) and
 * LLVMFuzzerTestOneInput(); with -DFUZZ_ENGINE there is no main(), for clang -fsanitize=fuzzer.
 * The same seed and round give the same input; a crash or a hang of 20 s prints both. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/rng.h"

#define FUZZ_SAMPLES_MAX 64

struct fuzz_samples {
	struct buf list[FUZZ_SAMPLES_MAX];
	size_t count;
};

/* Copies a valid input into the set. */
void fuzz_sample(struct fuzz_samples *s, const void *p, size_t n);

struct fuzz_target {
	const char *name;
	bool (*parse)(const uint8_t *data, size_t n);
	void (*samples)(struct fuzz_samples *s);
	void (*mutate)(struct rng *r, struct buf *b); /* may be NULL; used in half of the rounds */
};

/* One to eight small changes: bits, bytes, numbers of either byte order, decimal digits, cuts, copies. */
void fuzz_mutate(struct rng *r, struct buf *b);
/* Replaces `n` bytes at `at` (both within b) by `with`; a tool for structure-aware mutators. */
void fuzz_splice(struct buf *b, size_t at, size_t n, const void *with, size_t with_len);

/* Fails (exit code 1) when an unchanged sample is refused; ends with one line of counts. */
int fuzz_main(const struct fuzz_target *t, int argc, char **argv);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#ifdef FUZZ_ENGINE
#define FUZZ_PROGRAM(target)
#else
#define FUZZ_PROGRAM(target)                                                                                 \
	int main(int argc, char **argv)                                                                          \
	{                                                                                                        \
		return fuzz_main(&target, argc, argv);                                                               \
	}
#endif

#define FUZZ_TARGET(name, parse, samples, mutate)                                                            \
	static const struct fuzz_target fuzz_target = {name, parse, samples, mutate};                            \
	int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)                                                \
	{                                                                                                        \
		fuzz_target.parse(data, n);                                                                          \
		return 0;                                                                                            \
	}                                                                                                        \
	FUZZ_PROGRAM(fuzz_target)

#endif
