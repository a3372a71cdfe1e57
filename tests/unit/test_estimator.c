#include "cloud/policy/estimator.h"

#include <math.h>
#include <string.h>

#include "cloud/policy/estimator_json.h"
#include "cloud/policy/instances.h"
#include "edge/will/will.h"
#include "tests/support/suite.h"

#define EDGES  20
#define ROUNDS 60

static struct instance truth(void)
{
	struct instance in;
	struct rng r;

	rng_seed(&r, suite_seed(), 71);
	instance_draw(&r, 3, PARTICIPATION_INTERTEMPORAL, &in);
	return in;
}

static double sum_of(const double *belief, int n)
{
	double sum = 0;

	for (int k = 0; k < n; k++)
		sum += belief[k];
	return sum;
}

/* A federation whose every choice reveals a type: after `taught` rounds the estimator has seen them all.
 * Returns the mean log-probability that beliefs after a signal gave to the true type, over the rounds from
 * `taught` on, and the same for beliefs before the signal in *before. */
static double teach(struct estimator *s, const struct instance *in, int taught, double *before)
{
	double belief[EDGES][CONTRACT_TYPES_MAX], score = 0;
	struct will will[EDGES];
	int last[EDGES], n = 0;

	*before = 0;
	for (int i = 0; i < EDGES; i++) {
		char name[16];

		snprintf(name, sizeof(name), "edge-%d", i);
		will_init(&will[i], WILL_MARKOV, suite_seed(), name);
		belief_init(s, belief[i]);
		last[i] = -1;
	}
	for (int index = 0; index < 2 * ROUNDS; index++) {
		for (int i = 0; i < EDGES; i++) {
			uint64_t round = 1 + (uint64_t)index / 2;
			uint32_t period = 1 + (uint32_t)index % 2;
			int type = will_type(&will[i], &in->terms, in->prior, round, period);
			struct telemetry x;

			will_telemetry(&will[i], &in->terms, in->prior, round, period, &x);
			if (index > 0)
				belief_predict(s, belief[i]);
			if (index / 2 >= taught)
				*before += log(belief[i][type]);
			belief_observe(s, &x, belief[i]);
			ck_assert_double_eq_tol(sum_of(belief[i], 3), 1, 1e-12);
			if (index / 2 >= taught) {
				score += log(belief[i][type]);
				n++;
			}
			estimator_learn_signal(s, &x, type);
			if (last[i] >= 0)
				estimator_learn_transition(s, last[i], type);
			last[i] = type;
			belief_reveal(s, type, belief[i]);
		}
	}
	*before /= n;
	return score / n;
}

START_TEST(signals_sharpen_beliefs_without_giving_types_away)
{
	struct instance in = truth();
	struct estimator s;
	double before, after;

	estimator_init(&s, &in.terms, in.prior, 4);
	after = teach(&s, &in, ROUNDS / 2, &before);
	ck_assert_double_gt(after, before + 0.1);
	ck_assert_double_lt(after, -0.05);
}
END_TEST

START_TEST(transitions_are_learned_from_a_wrong_start)
{
	struct instance in = truth(), wrong = in;
	double p[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX], before;
	struct estimator s;
	struct err e = ERR_INIT;
	int row;

	for (int k = 0; k < 3; k++)
		for (int l = 0; l < 3; l++)
			wrong.terms.transition[k][l] = 1.0 / 3;
	estimator_init(&s, &wrong.terms, in.prior, 3);
	teach(&s, &in, ROUNDS - 1, &before);
	estimator_transition(&s, p);
	for (int k = 0; k < 3; k++)
		for (int l = 0; l < 3; l++)
			ck_assert_double_eq_tol(p[k][l], in.terms.transition[k][l], 0.08);
	ck_assert_double_le(fosd_breach(p, 3, &row), 1e-14);
	memcpy(in.terms.transition, p, sizeof(p));
	ck_ok(instance_check(&in, &e), &e);
}
END_TEST

START_TEST(counts_out_of_order_give_ordered_rows)
{
	struct instance in = truth();
	double p[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX];
	struct estimator s;
	int row;

	estimator_init(&s, &in.terms, in.prior, 1);
	for (int i = 0; i < 50; i++) {
		estimator_learn_transition(&s, 0, 2);
		estimator_learn_transition(&s, 2, 0);
	}
	estimator_transition(&s, p);
	ck_assert_double_le(fosd_breach(p, 3, &row), 1e-14);
	for (int k = 0; k < 3; k++)
		ck_assert_double_eq_tol(sum_of(p[k], 3), 1, 1e-12);
}
END_TEST

START_TEST(an_untaught_estimator_learns_nothing_from_telemetry)
{
	struct instance in = truth();
	struct telemetry x = {0.9, 0.1, 50, 0, 6000};
	double belief[CONTRACT_TYPES_MAX];
	struct estimator s;

	estimator_init(&s, &in.terms, in.prior, 4);
	belief_init(&s, belief);
	belief_observe(&s, &x, belief);
	for (int k = 0; k < 3; k++)
		ck_assert_double_eq_tol(belief[k], in.prior[k], 1e-12);
}
END_TEST

START_TEST(outliers_exclude_nobody)
{
	const struct telemetry wild[] = {{0, 0, 0, 0, 0}, {1, 1e6, 1e9, 1e9, 1e12}};
	struct instance in = truth();
	double belief[CONTRACT_TYPES_MAX], before;
	struct estimator s;

	estimator_init(&s, &in.terms, in.prior, 4);
	teach(&s, &in, 0, &before);
	for (size_t i = 0; i < ARRAY_LEN(wild); i++) {
		belief_init(&s, belief);
		belief_observe(&s, &wild[i], belief);
		for (int k = 0; k < 3; k++)
			ck_assert_double_ge(belief[k], 0.01 * in.prior[k]);
		ck_assert_double_eq_tol(sum_of(belief, 3), 1, 1e-12);
	}
}
END_TEST

START_TEST(revealed_types_spread_by_the_transition)
{
	struct instance in = truth();
	double belief[CONTRACT_TYPES_MAX], p[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX];
	struct estimator s;

	estimator_init(&s, &in.terms, in.prior, 4);
	belief_reveal(&s, 1, belief);
	ck_assert_double_eq(belief[1], 1);
	belief_predict(&s, belief);
	estimator_transition(&s, p);
	for (int l = 0; l < 3; l++)
		ck_assert_double_eq_tol(belief[l], p[1][l], 1e-15);
}
END_TEST

START_TEST(the_population_is_the_mean_belief)
{
	const double beliefs[2][CONTRACT_TYPES_MAX] = {{1, 0, 0}, {0, 0.5, 0.5}};
	struct instance in = truth();
	double prior[CONTRACT_TYPES_MAX];
	struct estimator s;
	struct err e = ERR_INIT;

	estimator_init(&s, &in.terms, in.prior, 4);
	estimator_prior(&s, beliefs, 2, prior);
	ck_assert_double_eq(prior[0], 0.5);
	ck_assert_double_eq(prior[1], 0.25);
	estimator_instance(&s, beliefs, 2, &in);
	ck_ok(instance_check(&in, &e), &e);
	ck_assert_mem_eq(in.prior, prior, 3 * sizeof(double));
	in = truth();
	estimator_prior(&s, NULL, 0, prior);
	ck_assert_mem_eq(prior, in.prior, 3 * sizeof(double));
}
END_TEST

START_TEST(estimators_round_trip_through_json)
{
	struct instance in = truth();
	struct estimator s, again;
	struct err e = ERR_INIT;
	json_t *object;
	double before;

	estimator_init(&s, &in.terms, in.prior, 4);
	teach(&s, &in, 0, &before);
	object = estimator_to_json(&s);
	ck_ok(estimator_from_json(object, &again, &e), &e);
	ck_assert_mem_eq(&s, &again, sizeof(s));
	json_array_set_new(json_array_get(json_object_get(object, "counts"), 1), 0, json_real(-1));
	ck_fails(estimator_from_json(object, &again, &e), E_INVALID, &e, "transition count 2, 1 is -1");
	json_array_set_new(json_object_get(object, "prior"), 0, json_real(5));
	json_object_set_new(object, "counts", json_object_get(object, "types"));
	json_incref(json_object_get(object, "types"));
	ck_fails(estimator_from_json(object, &again, &e), E_INVALID, &e, "field 'counts'");
	json_decref(object);
	ck_fails(estimator_from_json(NULL, &again, &e), E_INVALID, &e, "not a JSON object");
}
END_TEST

SUITE("policy/estimator", signals_sharpen_beliefs_without_giving_types_away,
      transitions_are_learned_from_a_wrong_start, counts_out_of_order_give_ordered_rows,
      an_untaught_estimator_learns_nothing_from_telemetry, outliers_exclude_nobody,
      revealed_types_spread_by_the_transition, the_population_is_the_mean_belief,
      estimators_round_trip_through_json)
