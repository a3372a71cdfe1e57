#include "common/nn/conv.h"

#include <math.h>
#include <string.h>

#include "common/base/rng.h"
#include "tests/support/nn_oracle.h"
#include "tests/support/suite.h"

#define BATCH 3

static const char *const names[] = {"portable", "avx2", "avx512"};

static const struct conv_shape shapes[] = {
    {28, 28, 1, 16, 5},  /* the product's first layer */
    {12, 12, 16, 32, 5}, /* and its second */
    {9, 11, 1, 32, 5},   /* odd sides: the last row is dropped; two vectors of outputs */
    {8, 10, 32, 16, 5},  /* three columns of outputs: the narrow forward tile */
    {6, 6, 8, 8, 5},     /* one pooled output; eights, not sixteens */
    {7, 8, 3, 5, 3},     /* only the portable kernels take this */
    {5, 4, 2, 1, 2},
};

/* One layer, its numbers in float (as the code takes them) and in double (as the oracle does). */
struct layer {
	struct conv_shape s;
	size_t in, out, weights; /* numbers in the batch's input, its output, the weights */
	float *x, *w, *bias, *y, *work, *dy, *dw, *db, *dx;
	int32_t *arg;
	double *x64, *w64, *bias64, *dy64; /* x64 and dy64 channels first */
};

/* [batch][c][h][w] from [batch][h][w][c]. */
static void channels_first(const float *from, int c, int positions, double *to)
{
	for (int b = 0; b < BATCH; b++)
		for (int p = 0; p < positions; p++)
			for (int i = 0; i < c; i++)
				to[(b * c + i) * positions + p] = (double)from[(b * positions + p) * c + i];
}

static void layer_init(struct layer *l, const struct conv_shape *s)
{
	int pooled = conv_pooled_h(s) * conv_pooled_w(s);

	l->s = *s;
	l->in = (size_t)(BATCH * s->h * s->w * s->ic);
	l->out = (size_t)(BATCH * pooled * s->oc);
	l->weights = (size_t)(s->oc * s->ic * s->k * s->k);
	l->x = mem_floats(l->in);
	l->w = mem_floats(l->weights);
	l->bias = mem_floats((size_t)s->oc);
	l->y = mem_floats(l->out);
	l->arg = (int32_t *)mem_floats(l->out);
	l->work = mem_floats(conv_work_floats(s));
	l->dy = mem_floats(l->out);
	l->dw = mem_floats(l->weights);
	l->db = mem_floats((size_t)s->oc);
	l->dx = mem_floats(l->in);
	l->x64 = mem_array(l->in, sizeof(double));
	l->w64 = mem_array(l->weights, sizeof(double));
	l->bias64 = mem_array((size_t)s->oc, sizeof(double));
	l->dy64 = mem_array(l->out, sizeof(double));
	oracle_fill(suite_seed(), l->in, l->x, l->x64);
	oracle_fill(suite_seed() + 1, l->weights, l->w, l->w64);
	oracle_fill(suite_seed() + 2, (size_t)s->oc, l->bias, l->bias64);
	oracle_fill(suite_seed() + 3, l->out, l->dy, l->dy64);
	channels_first(l->x, s->ic, s->h * s->w, l->x64);
	channels_first(l->dy, s->oc, pooled, l->dy64);
}

static void layer_release(struct layer *l)
{
	float *floats[] = {l->x, l->w, l->bias, l->y, l->work, l->dy, l->dw, l->db, l->dx};
	double *doubles[] = {l->x64, l->w64, l->bias64, l->dy64};

	for (size_t i = 0; i < ARRAY_LEN(floats); i++)
		free(floats[i]);
	for (size_t i = 0; i < ARRAY_LEN(doubles); i++)
		free(doubles[i]);
	free(l->arg);
}

static struct conv_pass pass_of(const struct layer *l)
{
	return (struct conv_pass){&l->s, BATCH, l->x, l->w, l->bias, l->y, l->arg, l->work};
}

static void run(struct layer *l, const struct conv_kernels *k, bool need_dx)
{
	struct conv_pass p = pass_of(l);
	struct conv_grads g = {l->dy, l->dw, l->db, need_dx ? l->dx : NULL};

	/* Nothing may depend on what was there before. */
	memset(l->work, 0xff, conv_work_floats(&l->s) * sizeof(float));
	memset(l->dw, 0xff, l->weights * sizeof(float));
	memset(l->dx, 0xff, l->in * sizeof(float));
	k->forward(&p);
	k->backward(&p, &g);
}

/* Pooled output of one image, channels first. */
static void oracle_block(const struct layer *l, int b, double *y)
{
	const struct conv_shape *s = &l->s;
	int h = s->h - s->k + 1, w = s->w - s->k + 1;
	double *full = mem_array((size_t)(s->oc * h * w), sizeof(*full));

	oracle_conv(l->x64 + b * s->ic * s->h * s->w, s->ic, s->h, s->w, l->w64, l->bias64, s->oc, s->k, full);
	oracle_relu(full, (size_t)(s->oc * h * w));
	oracle_pool(full, s->oc, h, w, y);
	free(full);
}

/* A scalar with gradient dy with respect to y. */
static double weighted_sum(void *arg)
{
	const struct layer *l = arg;
	size_t n = l->out / BATCH;
	double *y = mem_array(n, sizeof(*y)), sum = 0;

	for (size_t b = 0; b < BATCH; b++) {
		oracle_block(l, (int)b, y);
		for (size_t i = 0; i < n; i++)
			sum += y[i] * l->dy64[b * n + i];
	}
	free(y);
	return sum;
}

/* Every kernel set that runs here and takes the shape, without and with dx; calls `check` after a
 * forward and backward. */
static void for_each_kernel(const struct conv_shape *s,
                            void (*check)(struct layer *l, const struct conv_kernels *k, bool has_dx))
{
	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		for (int need_dx = 0; need_dx < 2; need_dx++) {
			const struct conv_kernels *kernels = conv_kernels_for(s, need_dx, names[k]);
			struct layer l;

			if (!kernels)
				continue;
			layer_init(&l, s);
			run(&l, kernels, need_dx);
			check(&l, kernels, need_dx);
			layer_release(&l);
		}
}

static void check_forward(struct layer *l, const struct conv_kernels *k, bool has_dx)
{
	const struct conv_shape *s = &l->s;
	int pooled = conv_pooled_h(s) * conv_pooled_w(s);
	double *want = mem_array((size_t)(pooled * s->oc), sizeof(*want));

	(void)k;
	(void)has_dx;
	for (int b = 0; b < BATCH; b++) {
		oracle_block(l, b, want);
		for (int i = 0; i < pooled * s->oc; i++)
			oracle_near("y", (size_t)i, (double)l->y[b * pooled * s->oc + i % pooled * s->oc + i / pooled],
			            want[i], 2e-5);
	}
	free(want);
}

START_TEST(forward_is_the_oracle)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		for_each_kernel(&shapes[i], check_forward);
}
END_TEST

#define SAMPLES 12

static void check_gradients(struct layer *l, const struct conv_kernels *k, bool has_dx)
{
	const struct conv_shape *s = &l->s;
	int positions = s->h * s->w;
	struct rng rng;

	(void)k;
	rng_seed(&rng, suite_seed(), 9);
	for (int n = 0; n < SAMPLES; n++) {
		size_t w = rng_below(&rng, l->weights), o = rng_below(&rng, (uint64_t)s->oc);
		size_t b = rng_below(&rng, BATCH), at = rng_below(&rng, (uint64_t)positions);
		size_t c = rng_below(&rng, (uint64_t)s->ic), ic = (size_t)s->ic, hw = (size_t)positions;

		oracle_near("dw", w, (double)l->dw[w], oracle_slope(weighted_sum, l, &l->w64[w]), 2e-5);
		oracle_near("db", o, (double)l->db[o], oracle_slope(weighted_sum, l, &l->bias64[o]), 2e-5);
		if (has_dx)
			oracle_near("dx", at, (double)l->dx[(b * hw + at) * ic + c],
			            oracle_slope(weighted_sum, l, &l->x64[(b * ic + c) * hw + at]), 2e-5);
	}
}

START_TEST(gradients_are_the_oracles_slopes)
{
	/* The product's own sizes take the oracle too long; the others share every line with them. */
	for (size_t i = 2; i < ARRAY_LEN(shapes); i++)
		for_each_kernel(&shapes[i], check_gradients);
}
END_TEST

static void ck_close(const char *what, const float *got, const float *want, size_t n)
{
	for (size_t i = 0; i < n; i++)
		oracle_near(what, i, (double)got[i], (double)want[i], 2e-5);
}

static void compare_with_portable(const struct conv_shape *s)
{
	for (size_t k = 1; k < ARRAY_LEN(names); k++) {
		bool need_dx = s->ic > 1;
		const struct conv_kernels *simd = conv_kernels_for(s, need_dx, names[k]);
		struct layer a, b;

		if (!simd)
			continue;
		layer_init(&a, s);
		layer_init(&b, s);
		run(&a, &conv_portable, need_dx);
		run(&b, simd, need_dx);
		ck_close("y", b.y, a.y, a.out);
		ck_assert_mem_eq(b.arg, a.arg, a.out * sizeof(*a.arg));
		ck_close("dw", b.dw, a.dw, a.weights);
		ck_close("db", b.db, a.db, (size_t)s->oc);
		if (need_dx)
			ck_close("dx", b.dx, a.dx, a.in);
		layer_release(&a);
		layer_release(&b);
	}
}

START_TEST(simd_is_the_portable_code)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		compare_with_portable(&shapes[i]);
}
END_TEST

static void check_repeats(struct layer *l, const struct conv_kernels *k, bool has_dx)
{
	struct layer again;

	run(l, k, has_dx);
	layer_init(&again, &l->s);
	run(&again, k, has_dx);
	ck_assert_mem_eq(again.y, l->y, l->out * sizeof(float));
	ck_assert_mem_eq(again.dw, l->dw, l->weights * sizeof(float));
	ck_assert_mem_eq(again.dx, l->dx, l->in * sizeof(float));
	layer_release(&again);
}

START_TEST(same_input_same_bits)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		for_each_kernel(&shapes[i], check_repeats);
}
END_TEST

static void check_ties(struct layer *l, const struct conv_kernels *k, bool has_dx)
{
	memset(l->w, 0, l->weights * sizeof(float));
	run(l, k, has_dx);
	for (size_t i = 0; i < l->out; i++)
		ck_assert_int_eq(l->arg[i], 0);
}
/* Equal candidates: the first wins, so that the whole gradient goes to one place, as in PyTorch. */
START_TEST(the_first_of_equals_wins)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		for_each_kernel(&shapes[i], check_ties);
}
END_TEST

/* A NaN must show in the output of its window, whichever of the pool's four that is. */
static void check_nan(struct layer *l, const struct conv_kernels *k, bool has_dx)
{
	struct conv_pass p = pass_of(l);

	(void)has_dx;
	for (int at = 0; at < 4; at++) {
		/* In the first pool this input is in window `at` only: its corner farthest from the others. */
		int row = at / 2 * l->s.k, column = at % 2 * l->s.k;
		float *x = l->x + (row * l->s.w + column) * l->s.ic, kept = *x;

		*x = NAN;
		k->forward(&p);
		for (int o = 0; o < l->s.oc; o++)
			ck_assert_msg(isnan(l->y[o]), "%s: channel %d is %g, NaN in window %d", k->name, o,
			              (double)l->y[o], at);
		*x = kept;
	}
}

START_TEST(nan_passes_through_relu_and_pool)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		for_each_kernel(&shapes[i], check_nan);
}
END_TEST

START_TEST(kernels_are_chosen_by_shape_and_name)
{
	const struct conv_shape odd = {7, 8, 3, 5, 3}, single = {28, 28, 1, 16, 5};

	ck_assert_ptr_eq(conv_kernels_for(&odd, true, NULL), &conv_portable);
	ck_assert_ptr_null(conv_kernels_for(&odd, true, "avx2"));
	ck_assert_ptr_null(conv_kernels_for(&single, false, "no such"));
	ck_assert_ptr_eq(conv_kernels_for(&single, true, NULL), &conv_portable);
	ck_assert_ptr_eq(conv_kernels_for(&single, false, "portable"), &conv_portable);
}
END_TEST

SUITE("nn/conv", forward_is_the_oracle, gradients_are_the_oracles_slopes, simd_is_the_portable_code,
      same_input_same_bits, the_first_of_equals_wins, nan_passes_through_relu_and_pool,
      kernels_are_chosen_by_shape_and_name)
