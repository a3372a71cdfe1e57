#include "common/nn/dense.h"

#include <math.h>
#include <string.h>

#include "tests/support/nn_oracle.h"
#include "tests/support/suite.h"

#define BATCH 5
#define IN    19
#define OUT   13

struct layer {
	struct dense_shape s;
	float x[BATCH * IN], w[OUT * IN], bias[OUT], y[BATCH * OUT], dy[BATCH * OUT], dw[OUT * IN], db[OUT],
	    dx[BATCH * IN];
	double x64[BATCH * IN], w64[OUT * IN], bias64[OUT], y64[BATCH * OUT], dy64[BATCH * OUT];
};

static void layer_init(struct layer *l, bool relu)
{
	l->s = (struct dense_shape){IN, OUT, relu};
	oracle_fill(suite_seed(), BATCH * IN, l->x, l->x64);
	oracle_fill(suite_seed() + 1, OUT * IN, l->w, l->w64);
	oracle_fill(suite_seed() + 2, OUT, l->bias, l->bias64);
	oracle_fill(suite_seed() + 3, BATCH * OUT, l->dy, l->dy64);
}

static void oracle_forward(struct layer *l)
{
	for (int b = 0; b < BATCH; b++)
		oracle_dense(l->x64 + b * IN, IN, l->w64, l->bias64, OUT, l->y64 + b * OUT);
	if (l->s.relu)
		oracle_relu(l->y64, BATCH * OUT);
}

/* A scalar whose gradient with respect to y is dy. */
static double weighted_sum(void *arg)
{
	struct layer *l = arg;
	double sum = 0;

	oracle_forward(l);
	for (int i = 0; i < BATCH * OUT; i++)
		sum += l->y64[i] * l->dy64[i];
	return sum;
}

static void check_layer(bool relu)
{
	struct layer l;

	layer_init(&l, relu);
	oracle_forward(&l);
	dense_forward(&l.s, BATCH, l.x, l.w, l.bias, l.y);
	for (size_t i = 0; i < BATCH * OUT; i++)
		oracle_near("y", i, (double)l.y[i], l.y64[i], 1e-5);
	dense_backward(&l.s, BATCH, l.x, l.w, l.y, l.dy, l.dw, l.db, l.dx);
	for (size_t i = 0; i < OUT * IN; i++)
		oracle_near("dw", i, (double)l.dw[i], oracle_slope(weighted_sum, &l, &l.w64[i]), 1e-5);
	for (size_t i = 0; i < OUT; i++)
		oracle_near("db", i, (double)l.db[i], oracle_slope(weighted_sum, &l, &l.bias64[i]), 1e-5);
	for (size_t i = 0; i < BATCH * IN; i++)
		oracle_near("dx", i, (double)l.dx[i], oracle_slope(weighted_sum, &l, &l.x64[i]), 1e-5);
}

START_TEST(layer_and_gradients_are_the_oracles)
{
	check_layer(false);
	check_layer(true);
}
END_TEST

START_TEST(dx_can_be_left_out)
{
	struct layer a, b;

	layer_init(&a, true);
	layer_init(&b, true);
	dense_forward(&a.s, BATCH, a.x, a.w, a.bias, a.y);
	dense_forward(&b.s, BATCH, b.x, b.w, b.bias, b.y);
	dense_backward(&a.s, BATCH, a.x, a.w, a.y, a.dy, a.dw, a.db, a.dx);
	dense_backward(&b.s, BATCH, b.x, b.w, b.y, b.dy, b.dw, b.db, NULL);
	ck_assert_mem_eq(a.dw, b.dw, sizeof(a.dw));
	ck_assert_mem_eq(a.db, b.db, sizeof(a.db));
}
END_TEST

START_TEST(nan_passes_through_relu)
{
	struct layer l;

	layer_init(&l, true);
	l.x[IN + 3] = NAN;
	dense_forward(&l.s, BATCH, l.x, l.w, l.bias, l.y);
	for (int o = 0; o < OUT; o++) {
		ck_assert(isfinite(l.y[o]));
		ck_assert(isnan(l.y[OUT + o]));
	}
}
END_TEST

SUITE("nn/dense", layer_and_gradients_are_the_oracles, dx_can_be_left_out, nan_passes_through_relu)
