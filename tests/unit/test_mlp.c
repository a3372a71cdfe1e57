/* The perceptron against what PyTorch computes (tests/reference/rl_reference.py) and finite differences. */
#include "common/nn/mlp.h"

#include <math.h>
#include <string.h>

#include "common/base/json.h"
#include "common/nn/rows.h"
#include "tests/support/nn_oracle.h"
#include "tests/support/rl_reference.h"
#include "tests/support/suite.h"

#define BATCH 5

static const struct mlp_spec shape = {
    .in = 7, .layers = 3, .out = {20, 33, 3}, .hidden = MLP_MISH, .last = MLP_LINEAR};

struct fixture {
	struct mlp net;
	float *w, *g, x[BATCH * 7], dy[BATCH * 3], dx[BATCH * 7];
};

static void fixture_init(struct fixture *f, enum mlp_act hidden, enum mlp_act last)
{
	struct mlp_spec spec = shape;
	struct err e = ERR_INIT;

	spec.hidden = hidden;
	spec.last = last;
	ck_ok(mlp_init(&f->net, &spec, BATCH, &e), &e);
	f->w = mem_floats(f->net.params);
	f->g = mem_floats(f->net.params);
	reference_fill(0, f->net.params, 0.25f, f->w);
	reference_fill(100000, BATCH * 7, 1, f->x);
	reference_fill(200000, BATCH * 3, 1, f->dy);
}

static void fixture_release(struct fixture *f)
{
	mlp_release(&f->net);
	free(f->w);
	free(f->g);
}

static void check_against(const json_t *dump, const char *name, enum mlp_act hidden, enum mlp_act last)
{
	const json_t *want = json_object_get(json_object_get(dump, "mlp"), name);
	struct fixture f;

	ck_assert(want != NULL);
	fixture_init(&f, hidden, last);
	reference_all(want, "y", mlp_forward(&f.net, f.w, f.x, BATCH), BATCH * 3, 1e-5);
	mlp_backward(
	    &f.net, f.w,
	    &(struct mlp_back){.x = f.x, .dy = f.dy, .batch = BATCH, .grads = f.g, .dx = f.dx, .dx_count = 7});
	reference_some(want, "grads", f.g, f.net.params, 1e-5);
	reference_some(want, "dx", f.dx, BATCH * 7, 1e-5);
	fixture_release(&f);
}

START_TEST(agrees_with_pytorch)
{
	json_t *dump = reference_load();

	check_against(dump, "mish-linear", MLP_MISH, MLP_LINEAR);
	check_against(dump, "relu-tanh", MLP_RELU, MLP_TANH);
	check_against(dump, "tanh-mish", MLP_TANH, MLP_MISH);
	json_decref(dump);
}
END_TEST

/* sum(y * dy), whose gradients mlp_backward() gives. */
static double weighed(struct fixture *f)
{
	const float *y = mlp_forward(&f->net, f->w, f->x, BATCH);
	double sum = 0;

	for (int i = 0; i < BATCH * 3; i++)
		sum += (double)y[i] * (double)f->dy[i];
	return sum;
}

static double slope(struct fixture *f, float *v)
{
	const float step = 1e-2f, was = *v;
	double up, down;

	*v = was + step;
	up = weighed(f);
	*v = was - step;
	down = weighed(f);
	*v = was;
	return (up - down) / (2 * (double)step);
}

START_TEST(gradients_are_slopes)
{
	struct fixture f;

	fixture_init(&f, MLP_TANH, MLP_MISH);
	(void)weighed(&f);
	mlp_backward(
	    &f.net, f.w,
	    &(struct mlp_back){
	        .x = f.x, .dy = f.dy, .batch = BATCH, .grads = f.g, .dx = f.dx, .dx_from = 2, .dx_count = 3});
	for (size_t i = 0; i < f.net.params; i += 37)
		oracle_near("parameter", i, (double)f.g[i], slope(&f, &f.w[i]), 2e-3);
	for (size_t b = 0; b < BATCH; b++)
		for (size_t i = 0; i < 3; i++)
			oracle_near("input", b, (double)f.dx[b * 3 + i], slope(&f, &f.x[b * 7 + 2 + i]), 2e-3);
	fixture_release(&f);
}
END_TEST

START_TEST(gradients_that_nobody_asks_for_change_nothing)
{
	float once[BATCH * 7];
	struct fixture f;
	struct mlp_back b;

	fixture_init(&f, MLP_MISH, MLP_LINEAR);
	(void)mlp_forward(&f.net, f.w, f.x, BATCH);
	b = (struct mlp_back){.x = f.x, .dy = f.dy, .batch = BATCH, .dx = once, .dx_count = 7};
	mlp_backward(&f.net, f.w, &b);
	b.grads = f.g;
	b.dx = f.dx;
	mlp_backward(&f.net, f.w, &b);
	ck_assert_mem_eq(once, f.dx, sizeof(once));
	fixture_release(&f);
}
END_TEST

START_TEST(draws_within_the_fan_in_and_by_the_seed)
{
	struct fixture f;
	struct rng r;

	fixture_init(&f, MLP_MISH, MLP_LINEAR);
	rng_seed(&r, 1, 1);
	mlp_draw(&f.net, f.w, &r);
	rng_seed(&r, 1, 1);
	mlp_draw(&f.net, f.g, &r);
	ck_assert_mem_eq(f.w, f.g, f.net.params * sizeof(float));
	for (size_t i = 0; i < 7 * 20 + 20; i++)
		ck_assert(fabsf(f.w[i]) <= 1 / sqrtf(7) + 1e-6f && f.w[i] != 0);
	fixture_release(&f);
}
END_TEST

START_TEST(not_a_number_goes_through)
{
	const enum mlp_act acts[] = {MLP_LINEAR, MLP_RELU, MLP_TANH, MLP_MISH};

	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		struct fixture f;

		fixture_init(&f, acts[i], acts[i]);
		f.x[7] = NAN;
		ck_assert(isnan(mlp_forward(&f.net, f.w, f.x, BATCH)[3]));
		ck_assert(!isnan(mlp_forward(&f.net, f.w, f.x, BATCH)[0]));
		fixture_release(&f);
	}
}
END_TEST

START_TEST(impossible_shapes_are_named)
{
	struct mlp_spec s = shape;
	struct err e = ERR_INIT;
	struct mlp m;

	s.out[1] = 0;
	ck_fails(mlp_init(&m, &s, 1, &e), E_LIMIT, &e, "layer 2");
	s = shape;
	s.layers = 7;
	ck_fails(mlp_init(&m, &s, 1, &e), E_INVALID, &e, "7 layers");
	s = shape;
	s.in = 5000;
	ck_fails(mlp_init(&m, &s, 1, &e), E_LIMIT, &e, "5000 inputs");
	ck_fails(mlp_init(&m, &shape, 0, &e), E_LIMIT, &e, "batches of 0");
}
END_TEST

START_TEST(row_sums_and_fills)
{
	float x[6 * 45], sum[45], y[6 * 45];

	reference_fill(0, 6 * 45, 1, x);
	rows_sum(x, 6, 45, sum);
	rows_fill(sum, 6, 45, y);
	rows_add(y, sum, 6, 45, y);
	for (int c = 0; c < 45; c++) {
		double want = 0;

		for (int r = 0; r < 6; r++)
			want += (double)x[r * 45 + c];
		ck_assert_double_eq_tol((double)sum[c], want, 1e-5);
		ck_assert_float_eq(y[5 * 45 + c], 2 * sum[c]);
	}
}
END_TEST

SUITE("nn/mlp", agrees_with_pytorch, gradients_are_slopes, gradients_that_nobody_asks_for_change_nothing,
      draws_within_the_fan_in_and_by_the_seed, not_a_number_goes_through, impossible_shapes_are_named,
      row_sums_and_fills)
