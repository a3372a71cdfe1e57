/* The diffusion actor against the document's schedule, PyTorch's chain (tests/reference/rl_reference.py),
 * and finite differences. */
#include "cloud/policy/diffusion.h"

#include <math.h>
#include <string.h>

#include "tests/support/nn_oracle.h"
#include "tests/support/rl_reference.h"
#include "tests/support/suite.h"

#define BATCH  4
#define ACTION 3
#define STATE  6
#define COUNT  ((size_t)(BATCH * ACTION))

static const struct diffusion_shape shape = {
    .state = STATE, .action = ACTION, .hidden = {24, 17}, .steps = 5};

struct fixture {
	struct diffusion d;
	float *w, *g, *noise;
	float states[BATCH * STATE], da[BATCH * ACTION];
};

static void fixture_init_with(struct fixture *f, bool clean)
{
	struct diffusion_shape s = shape;
	struct err e = ERR_INIT;

	s.clean = clean;
	ck_ok(diffusion_init(&f->d, &s, 128, &e), &e);
	f->w = mem_floats(f->d.params);
	f->g = mem_floats(f->d.params);
	f->noise = mem_floats(6 * COUNT);
	reference_fill(0, f->d.params, 0.25f, f->w);
	reference_fill(100000, BATCH * STATE, 1, f->states);
	reference_fill(200000, COUNT, 1, f->da);
	reference_fill(300000, 6 * COUNT, 1, f->noise);
}

static void fixture_init(struct fixture *f)
{
	fixture_init_with(f, false);
}

static void fixture_release(struct fixture *f)
{
	diffusion_release(&f->d);
	free(f->w);
	free(f->g);
	free(f->noise);
}

static const float *run(struct fixture *f)
{
	memcpy(f->d.noise, f->noise, 6 * COUNT * sizeof(float));
	return diffusion_run(&f->d, f->w, f->states, BATCH, true);
}

static void back(struct fixture *f, float entropy_weight)
{
	diffusion_backward(&f->d, f->w,
	                   &(struct diffusion_back){.states = f->states,
	                                            .batch = BATCH,
	                                            .da = f->da,
	                                            .entropy_weight = entropy_weight,
	                                            .grads = f->g});
}

START_TEST(the_schedule_has_the_known_values)
{
	const double beta[] = {.1959, .4588, .6358, .7549, .8350},
	             abar[] = {.80413, .43518, .15850, .03885, .00641};
	struct schedule s = schedule_make(5);

	for (int i = 0; i < 5; i++) {
		ck_assert_double_eq_tol(s.beta[i], beta[i], 5e-5);
		ck_assert_double_eq_tol(s.abar[i], abar[i], 5e-6);
	}
	ck_assert_float_eq(s.sd[0], 0);
	ck_assert_float_eq_tol(s.clean[0], 1, 1e-6f);
	ck_assert_float_eq_tol(s.keep[0], 0, 1e-6f);
}
END_TEST

static void check_chain(const char *name, float clamp, bool clean)
{
	json_t *dump = reference_load();
	const json_t *want = json_object_get(json_object_get(dump, "chain"), name);
	struct fixture f;

	ck_assert(want != NULL);
	fixture_init_with(&f, clean);
	f.d.clamp = clamp;
	f.d.inward = false;
	reference_all(want, "x", run(&f), COUNT, 1e-4);
	back(&f, 0);
	reference_some(want, "grads", f.g, f.d.params, 1e-4);
	(void)run(&f);
	back(&f, 0.5f);
	reference_some(want, "entropy_grads", f.g, f.d.params, 1e-3);
	fixture_release(&f);
	json_decref(dump);
}

START_TEST(the_chain_and_its_gradients_agree_with_pytorch)
{
	check_chain("wide", 1000, false);
	check_chain("clamped", 1, false);
	check_chain("clean", 1000, true);
}
END_TEST

/* sum(action * da), minus half the entropy bound over the batch where it has one. */
static double objective(struct fixture *f)
{
	const float *x = run(f);
	double sum = 0, entropy[BATCH];

	for (size_t i = 0; i < COUNT; i++)
		sum += (double)x[i] * (double)f->da[i];
	if (f->d.last_sd > 0) {
		diffusion_entropy(&f->d, BATCH, entropy);
		for (int b = 0; b < BATCH; b++)
			sum -= 0.5 * entropy[b];
	}
	return sum;
}

static void check_slopes(float last_sd, float entropy_weight, bool clean)
{
	const float step = 3e-3f;
	struct fixture f;

	fixture_init_with(&f, clean);
	f.d.clamp = 1000; /* a clamp has corners */
	f.d.last_sd = last_sd;
	(void)run(&f);
	back(&f, entropy_weight);
	for (size_t i = 0; i < f.d.params; i += 23) {
		float was = f.w[i];
		double up, down;

		f.w[i] = was + step;
		up = objective(&f);
		f.w[i] = was - step;
		down = objective(&f);
		f.w[i] = was;
		oracle_near("parameter", i, (double)f.g[i], (up - down) / (2 * (double)step), 2e-2);
	}
	fixture_release(&f);
}

START_TEST(gradients_are_slopes)
{
	check_slopes(0, 0, false);
	check_slopes(0.1f, 0.5f, false);
	check_slopes(0, 0, true);
	check_slopes(0.1f, 0.5f, true);
}
END_TEST

START_TEST(actions_keep_to_the_box)
{
	struct fixture f;
	const float *x;
	struct rng r;

	fixture_init(&f);
	rng_seed(&r, suite_seed(), 1);
	for (int i = 0; i < 50; i++) {
		diffusion_draw(&f.d, f.w, &r);
		diffusion_noise(&f.d, BATCH, &r);
		x = diffusion_run(&f.d, f.w, f.states, BATCH, false);
		for (size_t c = 0; c < COUNT; c++)
			ck_assert(fabsf(x[c]) <= 1 + 1e-6f);
	}
	fixture_release(&f);
}
END_TEST

/* One row, and many (which read transposed weights), and chains that are not kept: the same contract. */
START_TEST(every_way_to_run_gives_the_same_actions)
{
	const int many = 120;
	struct fixture f;
	float kept[ACTION], *states = mem_floats((size_t)(many * STATE));
	const float *x;

	fixture_init(&f);
	f.d.clamp = 1000;
	memcpy(kept, run(&f), sizeof(kept));
	memcpy(f.d.noise, f.noise, 6 * COUNT * sizeof(float));
	x = diffusion_run(&f.d, f.w, f.states, BATCH, false);
	ck_assert_mem_eq(x, kept, sizeof(kept));
	for (int b = 0; b < many; b++)
		memcpy(states + b * STATE, f.states, STATE * sizeof(float));
	for (int j = 0; j < 6; j++)
		for (int b = 0; b < many; b++)
			memcpy(f.d.noise + (j * many + b) * ACTION, f.noise + j * (int)COUNT, ACTION * sizeof(float));
	x = diffusion_run(&f.d, f.w, states, many, true);
	for (int i = 0; i < ACTION; i++)
		oracle_near("action", (size_t)i, (double)x[119 * ACTION + i], (double)kept[i], 1e-4);
	free(states);
	fixture_release(&f);
}
END_TEST

START_TEST(a_clamped_coordinate_can_come_back)
{
	double outside[2];
	struct fixture f;

	for (int inward = 0; inward < 2; inward++) {
		fixture_init(&f);
		f.d.inward = inward;
		for (int i = 0; i < ACTION; i++)
			f.w[f.d.offset[DIFFUSION_OUT_BIAS] + (size_t)i] = -1000; /* u is far above 1 */
		ck_assert_float_eq(run(&f)[0], 1);
		for (size_t i = 0; i < COUNT; i++)
			f.da[i] = 1;
		back(&f, 0);
		outside[inward] = (double)f.g[f.d.offset[DIFFUSION_OUT_BIAS]];
		fixture_release(&f);
	}
	ck_assert_double_eq(outside[0], 0);
	ck_assert_double_lt(outside[1], 0); /* descending raises the noise, which lowers u */
}
END_TEST

START_TEST(impossible_shapes_are_named)
{
	struct diffusion_shape s = shape;
	struct err e = ERR_INIT;
	struct diffusion d;

	s.steps = 65;
	ck_fails(diffusion_init(&d, &s, 1, &e), E_INVALID, &e, "65 denoising steps");
	s = shape;
	s.hidden[1] = 0;
	ck_fails(diffusion_init(&d, &s, 1, &e), E_LIMIT, &e, "hidden layer 2");
	s = shape;
	s.action = 0;
	ck_fails(diffusion_init(&d, &s, 1, &e), E_INVALID, &e, "actions of 0");
	ck_fails(diffusion_init(&d, &shape, 0, &e), E_LIMIT, &e, "batches of 0");
}
END_TEST

SUITE("policy/diffusion", the_schedule_has_the_known_values, the_chain_and_its_gradients_agree_with_pytorch,
      gradients_are_slopes, actions_keep_to_the_box, every_way_to_run_gives_the_same_actions,
      a_clamped_coordinate_can_come_back, impossible_shapes_are_named)
