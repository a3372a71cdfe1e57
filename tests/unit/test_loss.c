#include "common/nn/loss.h"

#include <math.h>

#include "tests/support/nn_oracle.h"
#include "tests/support/suite.h"

#define BATCH   5
#define CLASSES 7

static const uint8_t labels[BATCH] = {0, 6, 3, 3, 1};

static double mean_loss(void *arg)
{
	const double *logits = arg;
	double sum = 0;

	for (int b = 0; b < BATCH; b++)
		sum += oracle_cross_entropy(logits + b * CLASSES, CLASSES, labels[b]);
	return sum / BATCH;
}

START_TEST(loss_and_gradient_are_the_oracles)
{
	float logits[BATCH * CLASSES], d[BATCH * CLASSES];
	double logits64[BATCH * CLASSES];
	int correct = -1, want = 0;

	oracle_fill(suite_seed(), BATCH * CLASSES, logits, logits64);
	oracle_near("loss", 0, cross_entropy(logits, labels, BATCH, CLASSES, d, &correct), mean_loss(logits64),
	            1e-6);
	for (size_t i = 0; i < BATCH * CLASSES; i++)
		oracle_near("d", i, (double)d[i], oracle_slope(mean_loss, logits64, &logits64[i]), 1e-6);
	for (int b = 0; b < BATCH; b++)
		want += argmax(logits + b * CLASSES, CLASSES) == labels[b];
	ck_assert_int_eq(correct, want);
}
END_TEST

START_TEST(large_logits_do_not_overflow)
{
	const float logits[3] = {1000, 998, -1000};
	const uint8_t label = 1;
	float d[3], p[3];
	int correct;

	oracle_near("loss", 0, cross_entropy(logits, &label, 1, 3, d, &correct), 2 + log1p(exp(-2)), 1e-6);
	ck_assert_int_eq(correct, 0);
	softmax(logits, 3, p);
	oracle_near("p", 0, (double)p[0], 1 / (1 + exp(-2)), 1e-6);
	oracle_near("p", 1, (double)p[1], exp(-2) / (1 + exp(-2)), 1e-6);
	ck_assert_float_eq(p[2], 0);
}
END_TEST

START_TEST(what_is_not_finite_shows)
{
	static const float bad[] = {NAN, INFINITY};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		for (int at = 0; at < 3; at++) {
			const uint8_t label = 1;
			float logits[3] = {1, 2, 3}, d[3];
			int correct;

			logits[at] = bad[i];
			ck_assert(!isfinite(cross_entropy(logits, &label, 1, 3, d, &correct)));
			softmax(logits, 3, d);
			ck_assert(isnan(d[0] + d[1] + d[2]));
		}
}
END_TEST

START_TEST(argmax_takes_the_first_of_equals)
{
	const float v[4] = {1, 3, 3, 2};

	ck_assert_int_eq(argmax(v, 4), 1);
	ck_assert_int_eq(argmax(v, 1), 0);
}
END_TEST

SUITE("nn/loss", loss_and_gradient_are_the_oracles, large_logits_do_not_overflow, what_is_not_finite_shows,
      argmax_takes_the_first_of_equals)
