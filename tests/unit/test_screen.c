#include "cloud/aggregate/screen.h"

#include <math.h>
#include <string.h>

#include "cloud/aggregate/kernels.h"
#include "common/agent/safetensors.h"
#include "common/base/rng.h"
#include "tests/support/suite.h"

enum { FLOATS = 100 + 7 };

static const struct tensor_spec specs[] = {{"weight", 2, {10, 10}, 0}, {"bias", 1, {7}, 100}};
static const struct tensor_layout layout = {specs, 2, FLOATS};
static const struct screen_limits limits = {
    .norm_factor = 4, .norm_max = 50, .metric_drop = 0.3, .metric_min = 0.05};
static struct err e;
static float start[FLOATS], update[FLOATS];

static const struct tensor_layout *layout_of(void)
{
	return &layout;
}

/* The last parameter is the metric; above 1 the evaluation breaks. */
static int evaluate(const float *params, const float *needs_params, const struct dataset *data,
                    size_t max_samples, double *metric, struct err *why)
{
	(void)needs_params;
	(void)data;
	ck_assert_uint_eq(max_samples, 77);
	ck_assert_uint_eq((uintptr_t)params % 64, 0);
	*metric = (double)params[FLOATS - 1];
	return *metric > 1 ? err_set(why, E_INTERNAL, "the data is gone") : 0;
}

static const struct module_kind toy = {
    .name = "toy", .metric = "accuracy", .layout = layout_of, .evaluate = evaluate};
static const struct module_kind derived = {.name = "derived",
                                           .metric = "accuracy",
                                           .stage = STAGE_DERIVED,
                                           .layout = layout_of,
                                           .evaluate = evaluate};

static int screen_of(const struct module_kind *kind, double start_metric, double median,
                     struct screening *out)
{
	struct buf file = BUF_INIT;
	struct screen_subject s = {.kind = kind,
	                           .start = start,
	                           .start_metric = start_metric,
	                           .norm_median = median,
	                           .validation_max = 77};
	int rc;

	safetensors_write(&layout, update, NULL, 0, &file);
	s.bytes = file.data;
	s.size = file.len;
	rc = screen_update(&s, &limits, out, &e);
	buf_release(&file);
	return rc;
}

static void fill(void)
{
	for (int i = 0; i < FLOATS; i++)
		start[i] = update[i] = (float)i / FLOATS;
	update[FLOATS - 1] = start[FLOATS - 1] = 0.5f;
}

static void refused(double start_metric, double median, enum screen_gate gate, const char *says)
{
	struct screening out;

	ck_ok(screen_of(&toy, start_metric, median, &out), &e);
	ck_assert_msg(out.gate == gate, "gate %d: %s", (int)out.gate, out.reason);
	ck_assert_msg(strcmp(out.reason, says) == 0, "'%s' is not '%s'", out.reason, says);
}

START_TEST(a_good_update_passes)
{
	struct screening out;

	fill();
	update[3] += 3;
	update[101] -= 4;
	ck_ok(screen_of(&toy, 0.6, 2, &out), &e);
	ck_assert_str_eq(out.reason, "");
	ck_assert_int_eq(out.gate, SCREEN_PASSED);
	ck_assert_double_eq_tol(out.norm, 5, 1e-6);
	ck_assert_double_eq(out.metric, 0.5);
}
END_TEST

START_TEST(each_gate_says_why)
{
	fill();
	update[104] = NAN;
	refused(0.5, 0, SCREEN_FINITE, "finite: element 4 of tensor 'bias' is not a number");
	fill();
	update[99] = -INFINITY;
	refused(0.5, 0, SCREEN_FINITE, "finite: element 99 of tensor 'weight' is infinite");
	fill();
	update[0] = 60;
	refused(0.5, 0, SCREEN_NORM, "norm: 60 is above 50, the most for any update");
	update[0] = 3e38f;
	start[0] = -3e38f;
	refused(0.5, 0, SCREEN_NORM, "norm: inf is above 50, the most for any update");
	fill();
	update[0] = 12.25f;
	refused(0.5, 2.5, SCREEN_NORM, "norm: 12.25 is above 10 (4 times the median)");
	refused(NAN, 3.5, SCREEN_PASSED, "");
	fill();
	update[106] = 0.04f;
	refused(NAN, 0, SCREEN_VALIDATION,
	        "validation: accuracy 0.0400 is below 0.0500, the least for any update");
	update[106] = 0.4375f;
	refused(0.75, 0, SCREEN_VALIDATION,
	        "validation: accuracy 0.4375 is more than 0.3 below the start's 0.7500");
	refused(0.73, 0, SCREEN_PASSED, "");
}
END_TEST

START_TEST(an_update_that_is_its_start_is_refused)
{
	fill();
	start[0] = 100;
	memcpy(update, start, sizeof(update));
	refused(NAN, 0, SCREEN_NORM, "norm: 0 is no training: the parameters are those it began from");
	update[0] = nextafterf(start[0], INFINITY);
	refused(NAN, 0, SCREEN_NORM, "norm: 7.629e-06 is no training: the parameters are those it began from");
}
END_TEST

START_TEST(a_file_of_another_shape_is_refused)
{
	static const struct tensor_spec turned[] = {{"weight", 2, {5, 20}, 0}, {"bias", 1, {7}, 100}};
	static const struct tensor_layout other = {turned, 2, FLOATS};
	struct screening out = {0};
	struct buf file = BUF_INIT;
	const uint8_t *block;

	ck_assert(!screen_shape((const uint8_t *)"no", 2, &layout, &block, &out));
	ck_assert_int_eq(out.gate, SCREEN_SHAPE);
	ck_assert_str_eq(out.reason, "shape: 2 bytes are too few for a safetensors file");
	safetensors_write(&other, start, NULL, 0, &file);
	ck_assert(!screen_shape(file.data, file.len, &layout, &block, &out));
	ck_assert_ptr_nonnull(strstr(out.reason, "shape: tensor 'weight': wrong shape"));
	ck_assert(screen_shape(file.data, file.len, &other, &block, &out));
	ck_assert_ptr_eq(block, file.data + file.len - FLOATS * sizeof(float));
	buf_release(&file);
}
END_TEST

START_TEST(what_is_derived_anew_is_not_compared_with_its_start)
{
	struct screening out;

	fill();
	update[106] = 0.1f;
	refused(0.75, 0, SCREEN_VALIDATION,
	        "validation: accuracy 0.1000 is more than 0.3 below the start's 0.7500");
	ck_ok(screen_of(&derived, 0.75, 0, &out), &e);
	ck_assert_int_eq(out.gate, SCREEN_PASSED);
}
END_TEST

START_TEST(a_broken_evaluation_is_an_error_not_a_verdict)
{
	struct screening out;

	fill();
	update[106] = 2;
	ck_fails(screen_of(&toy, 0.5, 0, &out), E_INTERNAL, &e, "validation of a toy update: the data is gone");
	update[106] = -1;
	ck_ok(screen_of(&toy, 0.5, 0, &out), &e);
	ck_assert_int_eq(out.gate, SCREEN_VALIDATION);
}
END_TEST

/* Every place of a bad value, in every set of kernels, at odd addresses. */
START_TEST(no_bad_value_is_overlooked)
{
	const uint32_t bad[] = {0x7f800000, 0xff800000, 0x7f800001, 0xffc00000, 0x7fffffff};
	const float good[] = {3.4028235e38f, -3.4028235e38f, 1e-45f, -0.0f};
	enum { N = 5000 };
	uint8_t *bytes = mem_zalloc(N * sizeof(float) + 1), *p = bytes + 1;

	for (size_t i = 0; i < N; i++)
		memcpy(p + i * 4, &good[i % ARRAY_LEN(good)], 4);
	ck_assert_uint_eq(block_first_bad(p, N), N);
	ck_assert_uint_eq(block_first_bad(p, 0), 0);
	for (size_t i = 0; i < N; i += i < 100 ? 1 : 97) {
		memcpy(p + i * 4, &bad[i % ARRAY_LEN(bad)], 4);
		ck_assert_uint_eq(block_first_bad(p, N), i);
		ck_assert_uint_eq(block_first_bad(p, i), i);
		for (size_t k = 0; aggregate_kernel_table[k]; k++)
			if (aggregate_kernel_table[k]->runs_here()) {
				ck_assert(!aggregate_kernel_table[k]->all_finite(p, i + 1));
				ck_assert(aggregate_kernel_table[k]->all_finite(p, i));
			}
		memcpy(p + i * 4, &good[0], 4);
	}
	free(bytes);
}
END_TEST

START_TEST(the_distance_is_that_of_a_plain_sum)
{
	struct rng rng;
	float a[FLOATS], b[FLOATS];
	long double sum = 0;

	rng_seed(&rng, suite_seed(), 0);
	for (int i = 0; i < FLOATS; i++) {
		a[i] = (float)rng_normal(&rng);
		b[i] = (float)rng_normal(&rng);
		sum += ((long double)a[i] - b[i]) * ((long double)a[i] - b[i]);
	}
	ck_assert_double_eq_tol(block_distance(a, b, FLOATS), (double)sqrtl(sum), 1e-6);
	ck_assert(block_distance(a, a, FLOATS) == 0);
	ck_assert(block_distance(a, b, 0) == 0);
}
END_TEST

START_TEST(limits_are_checked)
{
	struct screen_limits l = SCREEN_LIMITS_DEFAULT;

	ck_ok(screen_limits_check(&l, &e), &e);
	l.norm_factor = 0;
	ck_fails(screen_limits_check(&l, &e), E_INVALID, &e, "factor 0");
	l = SCREEN_LIMITS_DEFAULT;
	l.norm_max = INFINITY;
	ck_fails(screen_limits_check(&l, &e), E_INVALID, &e, "largest norm inf");
	l = SCREEN_LIMITS_DEFAULT;
	l.metric_drop = NAN;
	ck_fails(screen_limits_check(&l, &e), E_INVALID, &e, "drop nan");
	l = SCREEN_LIMITS_DEFAULT;
	l.metric_min = 1.5;
	ck_fails(screen_limits_check(&l, &e), E_INVALID, &e, "metric 1.5");
}
END_TEST

SUITE("aggregate/screen", a_good_update_passes, each_gate_says_why, an_update_that_is_its_start_is_refused,
      a_file_of_another_shape_is_refused, what_is_derived_anew_is_not_compared_with_its_start,
      a_broken_evaluation_is_an_error_not_a_verdict, no_bad_value_is_overlooked,
      the_distance_is_that_of_a_plain_sum, limits_are_checked)
