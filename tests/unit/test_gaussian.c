#include "cloud/policy/gaussian.h"

#include <math.h>

#include "cloud/policy/actor.h"
#include "tests/support/nn_oracle.h"
#include "tests/support/rl_reference.h"
#include "tests/support/suite.h"

#define BATCH  3
#define STATE  4
#define ACTION 2

struct fixture {
	struct gaussian g;
	float *w, *grads, states[BATCH * STATE], da[BATCH * ACTION];
};

static void fixture_init(struct fixture *f)
{
	struct err e = ERR_INIT;

	ck_ok(gaussian_init(&f->g, STATE, ACTION, 16, BATCH, &e), &e);
	f->w = mem_floats(f->g.net.params);
	f->grads = mem_floats(f->g.net.params);
	reference_fill(0, f->g.net.params, 0.25f, f->w);
	reference_fill(1000, BATCH * STATE, 1, f->states);
	reference_fill(2000, BATCH * ACTION, 1, f->da);
}

static void fixture_release(struct fixture *f)
{
	gaussian_release(&f->g);
	free(f->w);
	free(f->grads);
}

/* sum(da * a) + 0.3 * sum(log density) with the same draws each time. */
static double objective(struct fixture *f)
{
	float logp[BATCH];
	const float *a;
	double sum = 0;
	struct rng r;

	rng_seed(&r, 5, 5);
	a = gaussian_run(&f->g, f->w, f->states, BATCH, &r);
	gaussian_log_density(&f->g, BATCH, logp);
	for (int i = 0; i < BATCH * ACTION; i++)
		sum += (double)(f->da[i] * a[i]);
	for (int b = 0; b < BATCH; b++)
		sum += 0.3 * (double)logp[b];
	return sum;
}

START_TEST(gradients_are_slopes)
{
	const float step = 1e-2f;
	struct fixture f;

	fixture_init(&f);
	(void)objective(&f);
	gaussian_backward(&f.g, f.w, f.states, BATCH, f.da, 0.3f, f.grads);
	for (size_t i = 0; i < f.g.net.params; i += 7) {
		float was = f.w[i];
		double up, down;

		f.w[i] = was + step;
		up = objective(&f);
		f.w[i] = was - step;
		down = objective(&f);
		f.w[i] = was;
		oracle_near("parameter", i, (double)f.grads[i], (up - down) / (2 * (double)step), 5e-3);
	}
	fixture_release(&f);
}
END_TEST

/* The density of a tanh of a normal, summed over the box. */
START_TEST(densities_integrate_to_one)
{
	struct fixture f;
	double mean, sd, total = 0;
	const int n = 4000;

	fixture_init(&f);
	(void)gaussian_run(&f.g, f.w, f.states, 1, NULL);
	mean = (double)f.g.out[0];
	sd = exp((double)f.g.out[2]);
	for (int i = 0; i < n; i++) {
		double a = -1 + 2 * (i + 0.5) / n, z = (atanh(a) - mean) / sd;
		float logp;

		f.g.a[0] = (float)a;
		f.g.z[0] = (float)z;
		gaussian_log_density(&f.g, 1, &logp);
		/* The other coordinate sits at its mode. */
		total += exp((double)logp + (double)f.g.out[3] + 0.5 * log(2 * M_PI) +
		             log(1 - (double)(f.g.a[1] * f.g.a[1]) + 1e-6)) *
		         2 / n;
	}
	ck_assert_double_eq_tol(total, 1, 2e-3);
	fixture_release(&f);
}
END_TEST

START_TEST(modes_draw_nothing)
{
	struct fixture f;
	float a;

	fixture_init(&f);
	a = gaussian_run(&f.g, f.w, f.states, 1, NULL)[0];
	ck_assert_float_eq_tol(a, tanhf(f.g.out[0]), 1e-7f);
	ck_assert_float_eq(gaussian_run(&f.g, f.w, f.states, BATCH, NULL)[0], a);
	fixture_release(&f);
}
END_TEST

START_TEST(actors_of_both_kinds_name_their_tensors)
{
	struct actor_shape shape = {.state = 4, .action = 2, .hidden = {8, 8}, .steps = 3};
	struct actor_tensor t[ACTOR_TENSORS_MAX];

	for (int gaussian = 0; gaussian < 2; gaussian++) {
		struct err e = ERR_INIT;
		struct actor a;
		size_t sum = 0;
		int n;

		shape.gaussian = gaussian;
		ck_ok(actor_init(&a, &shape, 1, &e), &e);
		n = actor_tensors(&a, t);
		for (int i = 0; i < n; i++) {
			ck_assert_uint_eq(t[i].offset, sum);
			sum += (size_t)t[i].rows * (size_t)t[i].columns;
		}
		ck_assert_uint_eq(sum, a.params);
		actor_release(&a);
	}
	ck_assert_str_eq(t[0].name, "layer1.weight");
}
END_TEST

SUITE("policy/gaussian", gradients_are_slopes, densities_integrate_to_one, modes_draw_nothing,
      actors_of_both_kinds_name_their_tensors)
