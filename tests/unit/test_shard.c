#include "common/data/shard.h"

#include <math.h>
#include <string.h>

#include "common/data/dataset.h"
#include "tests/support/suite.h"

#define COUNT 6000

static uint8_t labels[COUNT];

static void label_all(void)
{
	for (int i = 0; i < COUNT; i++)
		labels[i] = (uint8_t)(i % DATASET_CLASSES);
}

static void check_cover(const struct shards *s, size_t least)
{
	static uint8_t seen[COUNT];

	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; i < s->count; i++) {
		ck_assert_uint_ge(s->list[i].count, least);
		for (size_t k = 0; k < s->list[i].count; k++) {
			ck_assert_uint_lt(s->list[i].items[k], COUNT);
			ck_assert_msg(!seen[s->list[i].items[k]]++, "sample %u twice", s->list[i].items[k]);
		}
	}
	ck_assert_ptr_null(memchr(seen, 0, COUNT));
}

START_TEST(every_sample_is_in_exactly_one_shard)
{
	static const double alphas[] = {0.001, 0.1, 0.5, 10, 1e6};
	struct err e = ERR_INIT;
	struct shards s;

	label_all();
	for (size_t a = 0; a < ARRAY_LEN(alphas); a++)
		for (size_t n = 1; n <= 100; n = n * 3 + 1) {
			ck_ok(shard_split(labels, COUNT, n, alphas[a], suite_seed(), &s, &e), &e);
			ck_assert_uint_eq(s.count, n);
			check_cover(&s, COUNT / n / 4 < SHARD_SAMPLES_MIN ? COUNT / n / 4 : SHARD_SAMPLES_MIN);
			shards_release(&s);
		}
	ck_ok(shard_split(labels, 3, 3, 0.5, 1, &s, &e), &e);
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(s.list[i].count, 1);
	shards_release(&s);
}
END_TEST

START_TEST(a_seed_decides_the_split)
{
	struct err e = ERR_INIT;
	struct shards a, b, c;

	label_all();
	ck_ok(shard_split(labels, COUNT, 4, 0.5, 7, &a, &e), &e);
	ck_ok(shard_split(labels, COUNT, 4, 0.5, 7, &b, &e), &e);
	ck_ok(shard_split(labels, COUNT, 4, 0.5, 8, &c, &e), &e);
	for (int i = 0; i < 4; i++) {
		ck_assert_uint_eq(a.list[i].count, b.list[i].count);
		ck_assert_mem_eq(a.list[i].items, b.list[i].items, a.list[i].count * sizeof(uint32_t));
	}
	ck_assert(a.list[0].count != c.list[0].count ||
	          memcmp(a.list[0].items, c.list[0].items, a.list[0].count * sizeof(uint32_t)) != 0);
	shards_release(&a);
	shards_release(&b);
	shards_release(&c);
}
END_TEST

/* Mean over the shards of the share that the commonest class has. */
static double skew(double alpha)
{
	struct err e = ERR_INIT;
	struct shards s;
	double sum = 0;

	ck_ok(shard_split(labels, COUNT, 5, alpha, suite_seed(), &s, &e), &e);
	for (size_t i = 0; i < s.count; i++) {
		size_t of[DATASET_CLASSES] = {0}, most = 0;

		for (size_t k = 0; k < s.list[i].count; k++)
			of[labels[s.list[i].items[k]]]++;
		for (int c = 0; c < DATASET_CLASSES; c++)
			most = of[c] > most ? of[c] : most;
		sum += (double)most / (double)s.list[i].count;
	}
	shards_release(&s);
	return sum / 5;
}

START_TEST(alpha_sets_how_uneven_the_classes_are)
{
	label_all();
	ck_assert_double_gt(skew(0.05), 0.35);
	ck_assert_double_lt(skew(1000), 0.15);
	ck_assert_double_gt(skew(0.5), skew(1000));
}
END_TEST

START_TEST(wrong_numbers_are_refused)
{
	struct err e = ERR_INIT;
	struct shards s;

	label_all();
	ck_fails(shard_split(labels, COUNT, 0, 0.5, 1, &s, &e), E_INVALID, &e, "0 shards (accepted: 1 to");
	ck_fails(shard_split(labels, COUNT, SHARDS_MAX + 1, 0.5, 1, &s, &e), E_INVALID, &e, "shards");
	ck_fails(shard_split(labels, 3, 4, 0.5, 1, &s, &e), E_INVALID, &e, "3 samples cannot be split into 4");
	ck_fails(shard_split(labels, COUNT, 4, 0, 1, &s, &e), E_INVALID, &e, "concentration 0");
	ck_fails(shard_split(labels, COUNT, 4, NAN, 1, &s, &e), E_INVALID, &e, "concentration");
	labels[5] = 10;
	ck_fails(shard_split(labels, COUNT, 4, 0.5, 1, &s, &e), E_INVALID, &e, "label 5 is 10");
}
END_TEST

SUITE("data/shard", every_sample_is_in_exactly_one_shard, a_seed_decides_the_split,
      alpha_sets_how_uneven_the_classes_are, wrong_numbers_are_refused)
