#include "cloud/policy/prune.h"

#include <math.h>
#include <string.h>

#include "tests/support/nn_oracle.h"
#include "tests/support/rl_reference.h"
#include "tests/support/suite.h"

static const struct diffusion_shape shape = {.state = 3, .action = 2, .hidden = {12, 9}, .steps = 4};
static const struct prune_plan plan = {.rate = 0.5, .start = 100, .end = 200, .every = 10, .pull = 1e-2};

struct fixture {
	struct diffusion d;
	struct prune p;
	float *w;
};

static void fixture_init(struct fixture *f)
{
	struct err e = ERR_INIT;
	struct rng r;

	ck_ok(diffusion_init(&f->d, &shape, 5, &e), &e);
	prune_init(&f->p, &plan, &shape);
	f->w = mem_floats(f->d.params);
	rng_seed(&r, 1, 1);
	diffusion_draw(&f->d, f->w, &r);
}

static void fixture_release(struct fixture *f)
{
	diffusion_release(&f->d);
	prune_release(&f->p);
	free(f->w);
}

/* Multiplies one neuron's outgoing column. */
static void speak(struct fixture *f, int layer, int neuron, float factor)
{
	int rows = layer ? shape.action : shape.hidden[1], columns = shape.hidden[layer];
	float *v = f->w + f->d.offset[layer ? DIFFUSION_OUT : DIFFUSION_HIDDEN];

	for (int r = 0; r < rows; r++)
		v[r * columns + neuron] *= factor;
}

START_TEST(the_threshold_rises_along_a_cubic_ramp)
{
	ck_assert_double_eq(prune_share(&plan, 99), 0);
	ck_assert_double_eq(prune_share(&plan, 100), 0);
	ck_assert_double_eq_tol(prune_share(&plan, 150), 0.5 * (1 - 0.125), 1e-12);
	ck_assert_double_eq(prune_share(&plan, 200), 0.5);
	ck_assert_double_eq(prune_share(&plan, 1000), 0.5);
}
END_TEST

START_TEST(the_least_important_neurons_are_masked_and_may_return)
{
	struct fixture f;

	fixture_init(&f);
	speak(&f, 0, 7, 1e-3f);
	speak(&f, 1, 2, 1e-3f);
	prune_revise(&f.p, &f.d, f.w, 1.0 / 12);
	ck_assert_int_eq(prune_masked(&f.p, 0), 1);
	ck_assert_float_eq(f.p.mask[0][7], 0);
	ck_assert_float_eq(f.p.mask[1][2], 0);
	speak(&f, 0, 7, 1e6f);
	prune_revise(&f.p, &f.d, f.w, 0.5);
	ck_assert_float_eq(f.p.mask[0][7], 1);
	ck_assert_int_eq(prune_masked(&f.p, 0), 6);
	ck_assert_uint_ge(f.p.returns, 1);
	prune_revise(&f.p, &f.d, f.w, 1);
	ck_assert_int_eq(prune_masked(&f.p, 1), 8); /* one always speaks */
	fixture_release(&f);
}
END_TEST

START_TEST(the_compact_network_is_the_masked_one)
{
	float states[5 * 3], want[5 * 2], *masked;
	struct weights x;
	struct fixture f;
	struct diffusion compact;
	struct diffusion_shape left;
	struct err e = ERR_INIT;
	const float *got;
	struct rng r;

	fixture_init(&f);
	masked = mem_floats(f.d.params);
	reference_fill(0, 15, 1, states);
	prune_revise(&f.p, &f.d, f.w, 0.5);
	prune_apply(&f.p, &f.d, f.w, masked);
	rng_seed(&r, 2, 2);
	diffusion_noise(&f.d, 5, &r);
	memcpy(want, diffusion_run(&f.d, masked, states, 5, false), sizeof(want));
	left = prune_shape(&f.p, &shape);
	ck_assert_int_eq(left.hidden[0], 6);
	ck_assert_int_eq(left.hidden[1], 4);
	ck_ok(diffusion_init(&compact, &left, 5, &e), &e);
	weights_init(&x, f.d.params, true);
	x.t = 17;
	memcpy(x.w, f.w, f.d.params * sizeof(float));
	for (size_t i = 0; i < f.d.params; i++)
		x.target[i] = 2 * f.w[i];
	prune_compact(&f.p, &f.d, &compact, &x);
	ck_assert_uint_eq(x.n, compact.params);
	ck_assert_uint_eq(x.t, 17);
	for (size_t i = 0; i < x.n; i++)
		ck_assert_float_eq(x.target[i], 2 * x.w[i]);
	memcpy(compact.noise, f.d.noise, 4 * 10 * sizeof(float));
	got = diffusion_run(&compact, x.w, states, 5, false);
	for (size_t i = 0; i < 10; i++)
		oracle_near("action", i, (double)got[i], (double)want[i], 1e-5);
	weights_release(&x);
	diffusion_release(&compact);
	free(masked);
	fixture_release(&f);
}
END_TEST

/* The regulariser is a sum of weighted group norms: along a whole group, scaled by 1 + t, its slope is the
 * weight times the norm. */
START_TEST(the_pull_shrinks_groups_the_more_the_less_they_matter)
{
	struct fixture f;
	float *g;
	double strong = 0, weak = 0;

	fixture_init(&f);
	speak(&f, 1, 3, 10);
	speak(&f, 1, 4, 0.01f);
	g = mem_floats(f.d.params);
	prune_pull(&f.p, &f.d, f.w, g);
	for (int r = 0; r < shape.action; r++) {
		const float *v = f.w + f.d.offset[DIFFUSION_OUT] + r * 9, *s = g + f.d.offset[DIFFUSION_OUT] + r * 9;

		strong += fabs((double)(s[3] / v[3]));
		weak += fabs((double)(s[4] / v[4]));
		ck_assert(s[3] * v[3] >= 0 && s[4] * v[4] >= 0);
	}
	ck_assert_double_gt(weak, 5 * strong);
	for (int i = 0; i < shape.action; i++)
		ck_assert_float_eq(g[f.d.offset[DIFFUSION_OUT_BIAS] + (size_t)i], 0);
	free(g);
	fixture_release(&f);
}
END_TEST

/* Nothing that is pulled on for ever becomes denormal: such numbers make products a hundred times slower. */
START_TEST(what_no_longer_counts_is_zero)
{
	struct weights x;

	weights_init(&x, 3, false);
	x.w[0] = 1e-13f;
	x.m[0] = 1e-30f;
	x.v[0] = 1e-39f;
	x.w[1] = -1e-3f;
	x.m[1] = -1e-9f;
	x.v[1] = 1e-12f;
	x.w[2] = 0.5f;
	x.g[2] = 1;
	weights_step(&x, 1e-6, 10);
	ck_assert_float_eq(x.w[0], 0);
	ck_assert_float_eq(x.m[0], 0);
	ck_assert_float_eq(x.v[0], 0);
	ck_assert_float_eq_tol(x.w[1], -1e-3f, 1e-6f);
	ck_assert(x.m[1] < 0 && x.v[1] > 0);
	ck_assert(x.w[2] < 0.5f);
	weights_release(&x);
}
END_TEST

SUITE("policy/prune", the_threshold_rises_along_a_cubic_ramp,
      the_least_important_neurons_are_masked_and_may_return, the_compact_network_is_the_masked_one,
      the_pull_shrinks_groups_the_more_the_less_they_matter, what_no_longer_counts_is_zero)
