#include "cloud/policy/exact.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "cloud/policy/benchmarks.h"
#include "cloud/policy/instances.h"
#include "cloud/policy/monotone.h"
#include "common/base/buf.h"
#include "common/base/file.h"
#include "common/contract/choice.h"
#include "common/contract/feasible.h"
#include "common/contract/instance_json.h"
#include "common/contract/model.h"
#include "tests/support/suite.h"

static double solve(const struct policy_ops *ops, const struct instance *in, struct menu *m)
{
	const struct policy p = {.ops = ops};
	struct err e = ERR_INIT;

	ck_ok(policy_solve(&p, in, m, &e), &e);
	return policy_profit(&p, in, m);
}

/* The optimum, feasible to the last, and never below what simpler menus earn. */
static double exact_profit(const struct instance *in)
{
	struct menu m, other;
	struct err e = ERR_INIT;
	double profit = solve(&policy_exact, in, &m);

	ck_ok(menu_require_feasible(&m, in, &e), &e);
	ck_assert_double_eq_tol(profit, menu_profit(&m, in), 1e-6 * fabs(profit) + 1e-12);
	ck_assert_double_ge(profit, solve(&policy_static, in, &other) - 1e-9 * profit);
	ck_assert_double_ge(profit, solve(&policy_monotone, in, &other) - 1e-9 * profit);
	ck_assert_double_le(profit, solve(&policy_first_best, in, &other) + 1e-9 * profit);
	ck_assert_uint_eq(exact_fallbacks(), 0);
	return profit;
}

static void check_line(const char *text, size_t n)
{
	struct err e = ERR_INIT;
	double first = 0, second = 0, single = 0;
	struct instance in;
	struct menu m;
	json_t *object;

	ck_ok(json_parse(text, n, &object, &e), &e);
	ck_ok(instance_from_json(object, &in, &e), &e);
	ck_ok(json_get_double(object, "first_best", 0, 1e9, &first, &e), &e);
	ck_ok(json_get_double(object, "second_best", 0, 1e9, &second, &e), &e);
	ck_ok(json_get_double(object, "static", 0, 1e9, &single, &e), &e);
	json_decref(object);
	ck_assert_msg(exact_profit(&in) >= second * (1 - 1e-5), "%s: below the oracle's %.9g", in.id, second);
	ck_assert_msg(exact_profit(&in) <= second * (1 + 1e-4), "%s: above the oracle's %.9g", in.id, second);
	ck_assert_double_eq_tol(solve(&policy_first_best, &in, &m), first, 1e-6 * first);
	ck_assert_double_eq_tol(solve(&policy_static, &in, &m), single, 1e-6 * single);
	ck_assert(menu_is_feasible(&m, &in));
}

static int check_file(const char *path)
{
	struct buf text = BUF_INIT;
	struct err e = ERR_INIT;
	int lines = 0;

	ck_ok(file_read(path, CONTRACT_FILE_MAX, &text, &e), &e);
	while (buf_unread(&text) > 0) {
		const char *line = (const char *)buf_head(&text);
		const char *end = memchr(line, '\n', buf_unread(&text));
		size_t n = end ? (size_t)(end - line) : buf_unread(&text);

		check_line(line, n);
		buf_consume(&text, end ? n + 1 : n);
		lines++;
	}
	buf_release(&text);
	return lines;
}

START_TEST(optima_of_an_independent_solver_are_met)
{
	ck_assert_int_eq(check_file("tests/data/contract-oracle.jsonl"), 8);
}
END_TEST

/* A larger file of the same form, where there is one. */
START_TEST(optima_of_the_oracle_file_are_met)
{
	const char *path = getenv("FOEDUS_ORACLE");

	if (!path)
		path = "../shared/oracle/instances.jsonl";
	if (file_exists(path))
		ck_assert_int_gt(check_file(path), 0);
}
END_TEST

START_TEST(random_instances_are_all_solved)
{
	struct instance in;
	struct rng r;

	rng_seed(&r, suite_seed(), 41);
	for (int i = 0; i < 40; i++) {
		instance_draw(&r, 1 + i % 8, (enum participation)(i / 8 % 2), &in);
		exact_profit(&in);
	}
}
END_TEST

/* What the local downward constraints alone allow: a bound from above, and the optimum where it is monotone.
 */
static double relaxed_profit(const struct instance *in, bool *monotone)
{
	const struct terms *t = &in->terms;
	double above = 1, total = 0;
	struct menu m = {0};

	*monotone = true;
	for (int k = 0; k < t->types; k++) {
		double likelier = 0, second = 0, price;

		above = k + 1 < t->types ? above - in->prior[k] : 0;
		price = 1 / t->theta[k];
		if (k + 1 < t->types)
			price += above / in->prior[k] * (1 / t->theta[k] - 1 / t->theta[k + 1]);
		m.q1[k] = effort_best(in, price);
		total += in->prior[k] * (effort_value(in, m.q1[k]) - price * effort_cost(t, m.q1[k]));
		for (int l = 0; l < t->types; l++) {
			price = 1 / t->theta[l];
			if (k + 1 < t->types && l + 1 < t->types) {
				likelier += t->transition[k][l] - t->transition[k + 1][l];
				price += above / in->prior[k] * likelier / t->transition[k][l] *
				         (1 / t->theta[l] - 1 / t->theta[l + 1]);
			}
			m.q2[k][l] = effort_best(in, price);
			second +=
			    t->transition[k][l] * (effort_value(in, m.q2[k][l]) - price * effort_cost(t, m.q2[k][l]));
			*monotone &= (k == 0 || m.q2[k][l] >= m.q2[k - 1][l]) && (l == 0 || m.q2[k][l] >= m.q2[k][l - 1]);
		}
		*monotone &= k == 0 || m.q1[k] >= m.q1[k - 1];
		total += in->prior[k] * t->delta * second;
	}
	return total;
}

START_TEST(the_textbook_relaxation_bounds_it_and_meets_it_where_monotone)
{
	struct instance in;
	int met = 0;
	struct rng r;

	rng_seed(&r, suite_seed(), 42);
	for (int i = 0; i < 40; i++) {
		double bound, profit;
		bool monotone;

		instance_draw(&r, 2 + i % 3, PARTICIPATION_INTERTEMPORAL, &in);
		bound = relaxed_profit(&in, &monotone);
		profit = exact_profit(&in);
		ck_assert_double_le(profit, bound * (1 + 1e-9));
		if (monotone)
			ck_assert_double_ge(profit, bound * (1 - 1e-6));
		met += monotone;
	}
	ck_assert_int_gt(met, 0);
}
END_TEST

START_TEST(extreme_instances_are_solved)
{
	struct instance in;
	struct rng r;

	rng_seed(&r, suite_seed(), 43);
	for (int i = 0; i < 36; i++) {
		int types = 2 + i % 5;
		struct terms *t = &in.terms;

		instance_draw(&r, types, (enum participation)(i / 9 % 2), &in);
		switch (i % 9) {
		case 0:
			t->delta = 1;
			break;
		case 1: /* nearly all mass on one type */
			for (int k = 0; k < types; k++)
				in.prior[k] = k == 0 ? 1 - 1e-9 * (types - 1) : 1e-9;
			break;
		case 2: /* types that hardly differ */
			for (int k = 1; k < types; k++)
				t->theta[k] = t->theta[0] * (1 + 1e-6 * k);
			break;
		case 3: /* types that never change, so many transitions are zero */
			for (int k = 0; k < types; k++)
				for (int l = 0; l < types; l++)
					t->transition[k][l] = k == l;
			break;
		case 4: /* every effort at the limit */
			t->q_max = 0.2;
			break;
		case 5: /* no effort near the limit */
			t->q_max = 1e5;
			break;
		case 6:
			in.alpha = 1e5;
			break;
		case 7: /* hardly any effort is worth its cost, or none */
			in.alpha = i < 18 ? 1e-3 : 0.5;
			break;
		case 8: /* the second period forgets the first */
			for (int k = 0; k < types; k++)
				memcpy(t->transition[k], in.prior, sizeof(in.prior));
			break;
		}
		exact_profit(&in);
	}
}
END_TEST

START_TEST(one_type_keeps_no_rent)
{
	struct instance in;
	struct menu m;
	struct rng r;

	rng_seed(&r, suite_seed(), 44);
	for (int mode = 0; mode < 2; mode++) {
		instance_draw(&r, 1, (enum participation)mode, &in);
		exact_profit(&in);
		solve(&policy_exact, &in, &m);
		ck_assert_double_eq_tol(menu_utility(&m, &in.terms, 0, 0), 0, 1e-12);
	}
}
END_TEST

START_TEST(the_same_instance_gives_the_same_menu)
{
	struct instance in;
	struct menu a, b;
	struct rng r;

	rng_seed(&r, suite_seed(), 45);
	instance_draw(&r, 4, PARTICIPATION_INTERTEMPORAL, &in);
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	solve(&policy_exact, &in, &a);
	solve(&policy_exact, &in, &b);
	ck_assert_mem_eq(&a, &b, sizeof(a));
}
END_TEST

struct worker {
	pthread_t thread;
	struct instance in;
	struct menu menu;
};

static void *work(void *arg)
{
	struct worker *w = arg;

	solve(&policy_exact, &w->in, &w->menu);
	return NULL;
}

START_TEST(threads_wait_for_each_other)
{
	struct worker w[4];
	struct rng r;

	rng_seed(&r, suite_seed(), 46);
	memset(w, 0, sizeof(w));
	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		instance_draw(&r, 3 + (int)i, PARTICIPATION_INTERTEMPORAL, &w[i].in);
	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		ck_assert_int_eq(pthread_create(&w[i].thread, NULL, work, &w[i]), 0);
	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		ck_assert_int_eq(pthread_join(w[i].thread, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		struct menu alone;

		memset(&alone, 0, sizeof(alone));
		solve(&policy_exact, &w[i].in, &alone);
		ck_assert_mem_eq(&alone, &w[i].menu, sizeof(alone));
	}
}
END_TEST

SUITE("policy/exact", optima_of_an_independent_solver_are_met, optima_of_the_oracle_file_are_met,
      random_instances_are_all_solved, the_textbook_relaxation_bounds_it_and_meets_it_where_monotone,
      extreme_instances_are_solved, one_type_keeps_no_rent, the_same_instance_gives_the_same_menu,
      threads_wait_for_each_other)
