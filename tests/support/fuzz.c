#include "tests/support/fuzz.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/str.h"

/* Weak: only a sanitizer's run time has it. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static const char *now_target;
static unsigned long long now_seed, now_round;

static void say_where(void)
{
	char line[160];
	int n = snprintf(line, sizeof(line),
	                 "fuzz %s: died in round %llu; replay with --seed %llu --from %llu --rounds 1\n",
	                 now_target, now_round, now_seed, now_round);

	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}

static void on_signal(int number)
{
	say_where();
	signal(number, SIG_DFL);
	raise(number);
}

void fuzz_sample(struct fuzz_samples *s, const void *p, size_t n)
{
	if (s->count == FUZZ_SAMPLES_MAX)
		abort();
	buf_append(&s->list[s->count++], p, n);
}

static bool round_of(const struct fuzz_target *t, const struct fuzz_samples *s, uint64_t seed, uint64_t round)
{
	struct buf input = BUF_INIT;
	struct rng r;
	const struct buf *sample;
	uint8_t *exact; /* a block of just this size, so that a sanitizer sees the first byte read too far */
	bool taken, aimed;

	rng_seed(&r, seed, round);
	sample = &s->list[rng_below(&r, s->count)];
	buf_append(&input, sample->data, sample->len);
	aimed = t->mutate && rng_below(&r, 2);
	if (aimed)
		t->mutate(&r, &input);
	if (!aimed || rng_below(&r, 4) == 0)
		fuzz_mutate(&r, &input);
	exact = mem_alloc(input.len ? input.len : 1);
	if (input.len)
		memcpy(exact, input.data, input.len);
	taken = t->parse(exact, input.len);
	free(exact);
	buf_release(&input);
	return taken;
}

static int replay_file(const struct fuzz_target *t, const char *path)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;

	if (file_read(path, (size_t)1 << 30, &b, &e)) {
		fprintf(stderr, "fuzz %s: %s\n", t->name, e.text);
		buf_release(&b);
		return 1;
	}
	printf("%s: %s\n", path, t->parse(b.data, b.len) ? "accepted" : "refused");
	buf_release(&b);
	return 0;
}

static int run(const struct fuzz_target *t, uint64_t seed, uint64_t from, uint64_t rounds)
{
	struct fuzz_samples s = {0};
	uint64_t accepted = 0;
	int bad = 0;

	t->samples(&s);
	for (size_t i = 0; i < s.count; i++)
		if (!t->parse(s.list[i].data, s.list[i].len)) {
			fprintf(stderr, "fuzz %s: sample %zu is refused though unchanged\n", t->name, i);
			bad = 1;
		}
	for (now_round = from; !bad && now_round - from < rounds; now_round++) {
		alarm(20);
		accepted += round_of(t, &s, seed, now_round);
	}
	alarm(0);
	for (size_t i = 0; i < s.count; i++)
		buf_release(&s.list[i]);
	if (!bad)
		printf("fuzz %s: %llu inputs, %llu accepted, seed %llu\n", t->name, (unsigned long long)rounds,
		       (unsigned long long)accepted, (unsigned long long)seed);
	return bad;
}

static int usage(const char *name, const char *why)
{
	fprintf(stderr, "fuzz %s: %s (accepted: [--rounds N] [--seed S] [--from ROUND] [FILE...])\n", name, why);
	return 2;
}

int fuzz_main(const struct fuzz_target *t, int argc, char **argv)
{
	static const char *const names[] = {"--rounds", "--seed", "--from"};
	int64_t values[] = {10000, 1, 0};
	struct err e = ERR_INIT;
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i += 2) {
		size_t k = 0;

		while (k < ARRAY_LEN(names) && strcmp(argv[i], names[k]) != 0)
			k++;
		if (k == ARRAY_LEN(names) || i + 1 == argc)
			return usage(t->name, argv[i]);
		if (str_to_int(argv[i + 1], names[k], 0, INT64_MAX, &values[k], &e))
			return usage(t->name, e.text);
	}
	now_target = t->name;
	now_seed = (unsigned long long)values[1];
	signal(SIGALRM, on_signal);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(say_where);
	else
		for (const int *n = (const int[]){SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, 0}; *n; n++)
			signal(*n, on_signal);
	if (i == argc)
		return run(t, (uint64_t)values[1], (uint64_t)values[2], (uint64_t)values[0]);
	for (; i < argc; i++)
		if (replay_file(t, argv[i]))
			return 1;
	return 0;
}
