/* What a learned policy makes of its actor's actions: the best by modelled profit, small efforts left out
 * where that pays. */
#include <stdlib.h>

#include "cloud/policy/learned.h"
#include "common/base/mem.h"
#include "common/contract/feasible.h"
#include "tests/support/suite.h"

static struct instance market(double alpha)
{
	struct instance in = {.id = "market",
	                      .terms = {.types = 2, .delta = 0.9, .e1 = 0.4, .e3 = 0.006, .q_max = 10},
	                      .alpha = alpha,
	                      .beta = 0.8};

	for (int k = 0; k < 2; k++) {
		in.terms.theta[k] = 0.8 + 0.5 * k;
		in.prior[k] = 0.5;
		for (int l = 0; l < 2; l++)
			in.terms.transition[k][l] = k == l ? 0.8 : 0.2;
	}
	instance_tidy(&in);
	return in;
}

/* The contract of an actor that says `coordinate` for every effort, whatever it is asked. */
static struct menu contract(float coordinate, bool as_drawn, const struct instance *in)
{
	const struct env_spec env = {.types = 2};
	const struct actor_shape shape = {.state = env_state_size(&env),
	                                  .action = env_action_size(&env),
	                                  .hidden = {4, 4},
	                                  .steps = 3,
	                                  .clean = true};
	struct policy p = {0};
	struct err e = ERR_INIT;
	struct actor a;
	struct menu m;
	float *params;

	ck_ok(actor_init(&a, &shape, 1, &e), &e);
	params = mem_floats(a.params);
	for (int i = 0; i < shape.action; i++)
		params[a.diffusion.offset[DIFFUSION_OUT_BIAS] + (size_t)i] = coordinate;
	ck_ok(learned_from("edmsac", &env, &shape, params, 1, &p, &e), &e);
	if (as_drawn)
		learned_as_drawn(&p);
	ck_ok(policy_solve(&p, in, &m, &e), &e);
	ck_assert(menu_is_feasible(&m, in));
	policy_release(&p);
	actor_release(&a);
	free(params);
	return m;
}

START_TEST(small_efforts_are_left_out_where_that_pays)
{
	struct instance poor = market(0.2), rich = market(8);
	struct menu m = contract(-0.95f, false, &poor);

	ck_assert_double_eq(m.q1[0], 0);
	ck_assert_double_eq(m.q2[1][1], 0);
	ck_assert_double_eq(m.r1[1], 0);
	m = contract(-0.95f, false, &rich);
	ck_assert_double_eq_tol(m.q1[0], 0.25, 1e-6);
	ck_assert_double_gt(m.q1[1], 1); /* the best type's own optimum */
}
END_TEST

START_TEST(as_drawn_they_are_what_the_actor_says)
{
	struct instance poor = market(0.2);
	struct menu m = contract(-0.95f, true, &poor);

	ck_assert_double_eq_tol(m.q1[0], 0.25, 1e-5);
	ck_assert_double_eq_tol(m.q1[1], 0.25 + 0.025 * 9.75, 1e-5);
	m = contract(-0.6f, true, &poor);
	ck_assert_double_eq_tol(m.q1[0], 2, 1e-5);
	ck_assert_double_eq_tol(m.q1[1], 3.6, 1e-5);
}
END_TEST

SUITE("policy/learned", small_efforts_are_left_out_where_that_pays, as_drawn_they_are_what_the_actor_says)
