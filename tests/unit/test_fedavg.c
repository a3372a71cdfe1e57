#include "cloud/aggregate/fedavg.h"

#include <math.h>
#include <string.h>

#include "cloud/aggregate/kernels.h"
#include "common/base/rng.h"
#include "tests/support/suite.h"

enum { UPDATES = 37, FLOATS = 2 * 2048 + 1234 + 5 };

static struct err e;
static float *block[UPDATES];
static const void *view[UPDATES];
static double weight[UPDATES];

static void start(void)
{
	struct rng rng;

	rng_seed(&rng, suite_seed(), 0);
	for (int u = 0; u < UPDATES; u++) {
		view[u] = block[u] = mem_floats(FLOATS);
		weight[u] = rng_uniform(&rng, 0, 10);
		for (size_t i = 0; i < FLOATS; i++)
			block[u][i] = (float)(rng_normal(&rng) * exp(rng_uniform(&rng, -60, 60)));
	}
}

static void finish(void)
{
	for (int u = 0; u < UPDATES; u++)
		free(block[u]);
}

static int add_one(struct aggregate *a, const void *x, double w, struct err *why)
{
	return aggregate_add_many(a, &x, &w, 1, why);
}

START_TEST(the_mean_is_weighted)
{
	const float a[3] = {1, -2, 0.5f}, b[3] = {3, 6, 0.5f};
	const void *const both[2] = {a, b};
	const double weights[2] = {3, 1};
	float out[3];

	ck_ok(aggregate_many(both, weights, 2, 3, out, &e), &e);
	ck_assert(out[0] == 1.5f && out[1] == 0 && out[2] == 0.5f);
}
END_TEST

/* Against long doubles, to the last bit of a float but one. */
START_TEST(the_mean_is_exact_to_a_float)
{
	float *out = mem_floats(FLOATS);

	start();
	ck_ok(aggregate_many(view, weight, UPDATES, FLOATS, out, &e), &e);
	for (size_t i = 0; i < FLOATS; i++) {
		long double sum = 0, total = 0, size = 0;

		for (int u = 0; u < UPDATES; u++) {
			long double w = (float)weight[u];

			sum += w * block[u][i];
			size += w * fabsl(block[u][i]);
			total += w;
		}
		ck_assert_msg(fabsl(out[i] - sum / total) <= fabsl(sum / total) * 0x1p-24L + size / total * 0x1p-49L,
		              "element %zu: %a is not %La", i, (double)out[i], sum / total);
	}
	free(out);
	finish();
}
END_TEST

START_TEST(every_way_gives_the_same_bits)
{
	struct aggregate *one = aggregate_new(FLOATS), *some = aggregate_new(FLOATS);
	float *want = mem_floats(FLOATS), *out = mem_floats(FLOATS);

	start();
	ck_ok(aggregate_many(view, weight, UPDATES, FLOATS, want, &e), &e);
	for (int u = 0; u < UPDATES; u++)
		ck_ok(add_one(one, block[u], weight[u], &e), &e);
	ck_ok(aggregate_finish(one, out, &e), &e);
	ck_assert_mem_eq(out, want, FLOATS * sizeof(float));
	for (size_t u = 0; u < UPDATES; u += 10)
		ck_ok(aggregate_add_many(some, view + u, weight + u, u + 10 > UPDATES ? UPDATES - u : 10, &e), &e);
	ck_ok(aggregate_finish(some, out, &e), &e);
	ck_assert_mem_eq(out, want, FLOATS * sizeof(float));
	aggregate_free(one);
	aggregate_free(some);
	aggregate_free(NULL);
	free(want);
	free(out);
	finish();
}
END_TEST

/* Also for blocks that start at odd bytes, as in a mapped file. */
START_TEST(every_instruction_set_gives_the_same_bits)
{
	const struct aggregate_kernels *plain = &aggregate_portable;
	uint8_t *odd = mem_alloc(FLOATS * sizeof(float) + 1);

	start();
	memcpy(odd + 1, block[3], FLOATS * sizeof(float));
	view[3] = odd + 1;
	for (size_t i = 1; aggregate_kernel_table[i]; i++) {
		const struct aggregate_kernels *k = aggregate_kernel_table[i];

		if (!k->runs_here())
			continue;
		for (size_t n = 0; n < 70; n++) {
			double a[70] = {0}, b[70] = {0}, rounded[5];
			float x[70] = {0}, y[70] = {0};

			for (int u = 0; u < 5; u++)
				rounded[u] = (double)(float)weight[u];
			plain->add(a, view, rounded, 5, 3, n);
			k->add(b, view, rounded, 5, 3, n);
			ck_assert_mem_eq(a, b, sizeof(a));
			plain->finish(x, a, 1 / 3.7, n);
			k->finish(y, a, 1 / 3.7, n);
			ck_assert_mem_eq(x, y, sizeof(x));
		}
		for (size_t n = 0; n < FLOATS; n += 16 * 37) {
			double a[SCAN_LANES] = {0}, b[SCAN_LANES] = {0};

			plain->distance(a, odd + 1, view[1], n);
			k->distance(b, odd + 1, view[1], n);
			ck_assert_mem_eq(a, b, sizeof(a));
		}
	}
	free(odd);
	finish();
}
END_TEST

START_TEST(equal_updates_stay_as_they_are)
{
	struct aggregate *a = aggregate_new(FLOATS);
	float *out = mem_floats(FLOATS);

	start();
	for (int u = 0; u < UPDATES; u++)
		ck_ok(add_one(a, block[0], weight[u], &e), &e);
	ck_ok(aggregate_finish(a, out, &e), &e);
	ck_assert_mem_eq(out, block[0], FLOATS * sizeof(float));
	aggregate_free(a);
	free(out);
	finish();
}
END_TEST

/* Large enough for the second thread. */
START_TEST(threads_change_nothing)
{
	enum { N = 400000, BLOCKS = 3 };
	float *x = mem_floats(N), *y = mem_floats(N), *out = mem_floats(N), *want = mem_floats(N);
	const void *const blocks[BLOCKS] = {x, y, x};
	const double weights[BLOCKS] = {0.1, 7, 3.3};
	struct aggregate *a = aggregate_new(N);

	for (int i = 0; i < N; i++) {
		x[i] = (float)i / 7;
		y[i] = 1 / (float)(i + 1);
	}
	ck_ok(aggregate_add_many(a, blocks, weights, BLOCKS, &e), &e);
	ck_ok(aggregate_finish(a, want, &e), &e);
	ck_ok(aggregate_many(blocks, weights, BLOCKS, N, out, &e), &e);
	ck_assert_mem_eq(out, want, N * sizeof(float));
	aggregate_free(a);
	free(x);
	free(y);
	free(out);
	free(want);
}
END_TEST

START_TEST(bad_weights_are_refused_and_add_nothing)
{
	const float ones[2] = {1, 1}, twos[2] = {2, 2};
	const void *const both[2] = {ones, twos};
	const double bad[] = {-1, NAN, INFINITY, 1e300};
	struct aggregate *a = aggregate_new(2);
	float out[2];

	ck_fails(aggregate_finish(a, out, &e), E_STATE, &e, "nothing to average");
	ck_ok(add_one(a, twos, 0, &e), &e);
	ck_fails(aggregate_finish(a, out, &e), E_STATE, &e, "sum to 0");
	ck_ok(add_one(a, ones, 1, &e), &e);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const double weights[2] = {1, bad[i]};

		ck_fails(add_one(a, twos, bad[i], &e), E_INVALID, &e, "weight 1 is");
		ck_fails(aggregate_add_many(a, both, weights, 2, &e), E_INVALID, &e, "weight 2 is");
		ck_fails(aggregate_many(both, weights, 2, 2, out, &e), E_INVALID, &e, "weight 2 is");
	}
	ck_fails(aggregate_many(both, NULL, 0, 2, out, &e), E_STATE, &e, "nothing to average");
	ck_ok(aggregate_finish(a, out, &e), &e);
	ck_assert(out[0] == 1 && out[1] == 1);
	aggregate_free(a);
}
END_TEST

SUITE("aggregate/fedavg", the_mean_is_weighted, the_mean_is_exact_to_a_float, every_way_gives_the_same_bits,
      every_instruction_set_gives_the_same_bits, equal_updates_stay_as_they_are, threads_change_nothing,
      bad_weights_are_refused_and_add_nothing)
