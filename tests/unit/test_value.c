#include "cloud/policy/value_json.h"

#include <math.h>

#include "common/base/rng.h"
#include "tests/support/suite.h"

static const struct instance market = {.alpha = 8, .beta = 0.8};

/* Rounds whose gains follow alpha and beta exactly after the reference rounds of the market's. */
static struct value_model rounds(double alpha, double beta, int count, double noise)
{
	struct value_model v;
	struct rng r;

	rng_seed(&r, 5, 1);
	value_init(&v, &market);
	for (int i = 0; i < VALUE_REFERENCE; i++)
		value_learn(&v, 5, 0.02 * log1p(0.8 * 5) * 8);
	for (int i = 0; i < count; i++) {
		double q = rng_uniform(&r, 0.5, 10);

		value_learn(&v, q, fmax(-1, fmin(1, 0.02 * (alpha * log1p(beta * q) + noise * rng_normal(&r)))));
	}
	return v;
}

START_TEST(without_rounds_it_is_the_market)
{
	struct value_model v;
	double alpha, beta;

	value_init(&v, &market);
	for (int i = 0; i + 1 < VALUE_REFERENCE; i++)
		value_learn(&v, 4, -0.5);
	value_fit(&v, &alpha, &beta);
	ck_assert_double_eq(alpha, 8);
	ck_assert_double_eq(beta, 0.8);
	for (int i = 0; i < 40; i++) /* a module that only gets worse has no price: nothing to go by */
		value_learn(&v, 4, -0.5);
	value_fit(&v, &alpha, &beta);
	ck_assert_double_eq(alpha, 8);
}
END_TEST

START_TEST(the_fit_follows_what_rounds_show)
{
	struct value_model v;
	double alpha, beta;

	value_init(&v, &market);
	v.price = 100;
	for (int i = 0; i < VALUE_ROUNDS; i++) {
		double q = 0.5 + 0.15 * i;

		value_learn(&v, q, 0.01 * 6 * log1p(0.8 * q));
	}
	value_fit(&v, &alpha, &beta);
	ck_assert_double_eq_tol(alpha * log1p(beta * 5), 6 * log1p(0.8 * 5), 0.8);
	ck_assert_double_gt(alpha, 8 / VALUE_SPAN - 1e-9);
}
END_TEST

START_TEST(it_stays_within_its_span)
{
	struct value_model v;
	double alpha, beta;

	for (int sign = -1; sign <= 1; sign += 2) {
		value_init(&v, &market);
		v.price = 100;
		for (int i = 0; i < 3 * VALUE_ROUNDS; i++)
			value_learn(&v, 5, sign);
		ck_assert_int_eq(v.count, VALUE_ROUNDS);
		value_fit(&v, &alpha, &beta);
		ck_assert_double_eq_tol(alpha, sign < 0 ? 8 / VALUE_SPAN : 8 * VALUE_SPAN, 1e-6);
		ck_assert(beta >= 0.8 / VALUE_SPAN - 1e-9 && beta <= 0.8 * VALUE_SPAN + 1e-9);
	}
}
END_TEST

START_TEST(a_few_wild_rounds_do_not_rule_it)
{
	struct value_model v;
	double alpha, beta, wild_alpha, wild_beta;

	value_init(&v, &market);
	v.price = 100;
	for (int i = 0; i < 40; i++)
		value_learn(&v, 5, 0.01 * 8 * log1p(0.8 * 5));
	value_fit(&v, &alpha, &beta);
	ck_assert_double_eq_tol(alpha, 8, 1e-6);
	for (int i = 0; i < 4; i++)
		value_learn(&v, 5, -1);
	value_fit(&v, &wild_alpha, &wild_beta);
	ck_assert_double_gt(wild_alpha * log1p(wild_beta * 5), 0.9 * alpha * log1p(beta * 5));
}
END_TEST

START_TEST(gains_are_shares_of_the_error)
{
	ck_assert_double_eq_tol(value_gain(0.8, 0.9), 0.5, 1e-12);
	ck_assert_double_eq_tol(value_gain(0.8, 0.7), -0.5, 1e-12);
	ck_assert_double_eq(value_gain(0.5, -7), -1);
	ck_assert_double_eq_tol(value_gain(1, 1), 0, 1e-12);
	ck_assert_double_eq_tol(value_gain(0.999, 1), 0.05, 1e-9);
}
END_TEST

START_TEST(it_is_stored_and_read_back)
{
	struct value_model v = rounds(7, 0.7, 20, 0.3), back;
	struct err e = ERR_INIT;
	json_t *o = value_to_json(&v);

	ck_ok(value_from_json(o, &back, &e), &e);
	ck_assert_mem_eq(&v, &back, sizeof(v));
	json_object_set_new(o, "price", json_real(-1));
	ck_fails(value_from_json(o, &back, &e), E_INVALID, &e, "price");
	json_object_set_new(o, "price", json_real(1));
	json_array_append_new(json_object_get(o, "gain"), json_real(0));
	ck_fails(value_from_json(o, &back, &e), E_INVALID, &e, "gain");
	json_decref(o);
	ck_fails(value_from_json(NULL, &back, &e), E_INVALID, &e, "not a JSON object");
	v.effort[3] = 0;
	ck_fails(value_check(&v, &e), E_INVALID, &e, "round 4 has effort 0");
}
END_TEST

SUITE("policy/value", without_rounds_it_is_the_market, the_fit_follows_what_rounds_show,
      it_stays_within_its_span, a_few_wild_rounds_do_not_rule_it, gains_are_shares_of_the_error,
      it_is_stored_and_read_back)
