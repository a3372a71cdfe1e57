#include "cloud/aggregate/rule.h"

#include <math.h>
#include <string.h>

#include "common/base/rng.h"
#include "tests/support/suite.h"

enum { UPDATES_MAX = 70, FLOATS = 150 };

static struct err e;
static float block[UPDATES_MAX][FLOATS], out[FLOATS];
static const void *view[UPDATES_MAX];
static double weight[UPDATES_MAX];

static void fill(void)
{
	struct rng rng;

	rng_seed(&rng, suite_seed(), 0);
	for (int u = 0; u < UPDATES_MAX; u++) {
		view[u] = block[u];
		weight[u] = 1 + u;
		for (int i = 0; i < FLOATS; i++)
			block[u][i] = i % 5 == 0 ? (float)rng_below(&rng, 3) : (float)rng_normal(&rng);
	}
}

static const struct aggregate_rule *rule(const char *name)
{
	const struct aggregate_rule *r;

	ck_ok(aggregate_rule_find(name, &r, &e), &e);
	return r;
}

static int by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

/* The mean of coordinate i's values without the `cut` smallest and largest, in double. */
static double plain(size_t n, size_t i, size_t cut)
{
	float v[UPDATES_MAX];
	double sum = 0;

	for (size_t u = 0; u < n; u++)
		v[u] = block[u][i];
	qsort(v, n, sizeof(*v), by_size);
	for (size_t u = cut; u < n - cut; u++)
		sum += (double)v[u];
	return sum / (double)(n - 2 * cut);
}

START_TEST(rules_agree_with_a_plain_sort)
{
	fill();
	for (size_t n = 1; n <= UPDATES_MAX; n++) {
		size_t cut = n / 5 == 0 && n >= 3 ? 1 : n / 5;

		ck_ok(rule("median")->run(view, weight, n, FLOATS, out, &e), &e);
		for (size_t i = 0; i < FLOATS; i++)
			ck_assert_msg(out[i] == (float)plain(n, i, (n - 1) / 2), "median of %zu, element %zu", n, i);
		ck_ok(rule("trimmed-mean")->run(view, weight, n, FLOATS, out, &e), &e);
		for (size_t i = 0; i < FLOATS; i++)
			ck_assert_msg(out[i] == (float)plain(n, i, cut), "trimmed mean of %zu, element %zu", n, i);
	}
}
END_TEST

START_TEST(a_liar_moves_only_the_mean)
{
	float liar[FLOATS], honest[FLOATS];

	fill();
	ck_ok(rule("median")->run(view, weight, 10, FLOATS, honest, &e), &e);
	for (int i = 0; i < FLOATS; i++)
		liar[i] = 1e6f;
	view[10] = liar;
	ck_ok(rule("median")->run(view, weight, 11, FLOATS, out, &e), &e);
	for (int i = 0; i < FLOATS; i++)
		ck_assert(fabsf(out[i] - honest[i]) < 3);
	ck_ok(rule("trimmed-mean")->run(view, weight, 11, FLOATS, out, &e), &e);
	for (int i = 0; i < FLOATS; i++)
		ck_assert(fabsf(out[i]) < 4);
	ck_ok(rule("fedavg")->run(view, weight, 11, FLOATS, out, &e), &e);
	ck_assert(out[1] > 1e4f);
}
END_TEST

START_TEST(the_order_of_updates_does_not_matter_to_the_median)
{
	float want[FLOATS];
	const void *swap;

	fill();
	ck_ok(rule("median")->run(view, weight, 9, FLOATS, want, &e), &e);
	for (size_t u = 0; u < 4; u++) {
		swap = view[u];
		view[u] = view[8 - u];
		view[8 - u] = swap;
	}
	ck_ok(rule("median")->run(view, weight, 9, FLOATS, out, &e), &e);
	for (int i = 0; i < FLOATS; i++)
		ck_assert(out[i] == want[i]);
}
END_TEST

START_TEST(updates_without_weight_have_no_voice)
{
	fill();
	weight[1] = 0;
	ck_ok(rule("median")->run(view, weight, 2, FLOATS, out, &e), &e);
	ck_assert_mem_eq(out, block[0], sizeof(out));
	weight[0] = 0;
	for (size_t i = 0; i < aggregate_rule_count; i++) {
		ck_fails(aggregate_rules[i].run(view, weight, 2, FLOATS, out, &e), E_STATE, &e, "nothing to average");
		ck_fails(aggregate_rules[i].run(view, weight, 0, FLOATS, out, &e), E_STATE, &e, "nothing to average");
	}
	weight[1] = NAN;
	for (size_t i = 0; i < aggregate_rule_count; i++)
		ck_fails(aggregate_rules[i].run(view, weight, 2, FLOATS, out, &e), E_INVALID, &e, "weight 2 is");
}
END_TEST

START_TEST(an_unknown_rule_names_the_known)
{
	const struct aggregate_rule *r;

	ck_fails(aggregate_rule_find("krum", &r, &e), E_NOT_FOUND, &e, "'krum'");
	ck_assert_ptr_nonnull(strstr(e.text, "fedavg, trimmed-mean, median"));
	ck_assert_ptr_null(r);
}
END_TEST

SUITE("aggregate/rule", rules_agree_with_a_plain_sort, a_liar_moves_only_the_mean,
      the_order_of_updates_does_not_matter_to_the_median, updates_without_weight_have_no_voice,
      an_unknown_rule_names_the_known)
