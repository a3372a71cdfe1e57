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

void fuzz_splice(struct buf *b, size_t at, size_t n, const void *with, size_t with_len)
{
	struct buf tail = BUF_INIT;

	buf_append(&tail, b->data + at + n, b->len - at - n);
	b->len = at;
	buf_append(b, with, with_len);
	buf_append(b, tail.data, tail.len);
	buf_release(&tail);
}

/* A number at a limit of some type, or near one. */
static uint64_t edgy(struct rng *r)
{
	uint64_t v = (uint64_t)1 << rng_below(r, 64);

	switch (rng_below(r, 4)) {
	case 0:
		return v;
	case 1:
		return v - 1;
	case 2:
		return ~v + 1;
	default:
		return rng_below(r, 300);
	}
}

static void put_number(struct rng *r, struct buf *b)
{
	size_t width = (size_t)1 << rng_below(r, 4);
	uint64_t v = edgy(r);
	bool big = rng_below(r, 2);
	size_t at;

	if (b->len < width)
		return;
	at = (size_t)rng_below(r, b->len - width + 1);
	for (size_t i = 0; i < width; i++)
		b->data[at + i] = (uint8_t)(v >> 8 * (big ? width - 1 - i : i));
}

/* Replaces a run of decimal digits, where the text has one, by another number. */
static void put_digits(struct rng *r, struct buf *b)
{
	char text[24];
	size_t at = (size_t)rng_below(r, b->len), end;

	while (at < b->len && (b->data[at] < '0' || b->data[at] > '9'))
		at++;
	for (end = at; end < b->len && b->data[end] >= '0' && b->data[end] <= '9';)
		end++;
	if (at == end)
		return;
	snprintf(text, sizeof(text), "%s%llu", rng_below(r, 4) ? "" : "-", (unsigned long long)edgy(r));
	fuzz_splice(b, at, end - at, text, strlen(text));
}

/* Cuts a piece out, repeats one, or ends the input early. */
static void move_piece(struct rng *r, struct buf *b)
{
	size_t at = (size_t)rng_below(r, b->len);
	size_t n = 1 + (size_t)rng_below(r, b->len - at < 64 ? b->len - at : 64);
	uint8_t piece[64];

	switch (rng_below(r, 3)) {
	case 0:
		fuzz_splice(b, at, n, "", 0);
		break;
	case 1:
		memcpy(piece, b->data + at, n);
		fuzz_splice(b, (size_t)rng_below(r, b->len + 1), 0, piece, n);
		break;
	default:
		b->len = at;
	}
}

static void mutate_once(struct rng *r, struct buf *b)
{
	static const char marks[] = "\"{}[]:,\\/0-e.\0\xff\x80";
	size_t at;

	if (b->len == 0)
		return;
	at = (size_t)rng_below(r, b->len);
	switch (rng_below(r, 6)) {
	case 0:
		b->data[at] ^= (uint8_t)(1u << rng_below(r, 8));
		break;
	case 1:
		b->data[at] = (uint8_t)rng_u64(r);
		break;
	case 2:
		b->data[at] = (uint8_t)marks[rng_below(r, sizeof(marks) - 1)];
		break;
	case 3:
		put_number(r, b);
		break;
	case 4:
		put_digits(r, b);
		break;
	default:
		move_piece(r, b);
	}
}

void fuzz_mutate(struct rng *r, struct buf *b)
{
	for (uint64_t n = 1 + rng_below(r, 8); n > 0; n--)
		mutate_once(r, b);
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
