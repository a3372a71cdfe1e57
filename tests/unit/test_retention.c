#include "cloud/policy/retention.h"

#include <math.h>

#include "cloud/policy/instances.h"
#include "cloud/policy/monotone.h"
#include "common/contract/choice.h"
#include "tests/support/contracts.h"
#include "tests/support/suite.h"

static int left = ENV_ROUNDS; /* to be told to the writer, round by round */

static int write_small(const struct policy *p, const struct instance *in, const struct env_moment *at,
                       struct menu *out, struct err *e)
{
	(void)p;
	(void)in;
	(void)e;
	ck_assert(at->active > 0 && at->active <= 1 && at->left == left--);
	*out = small_menu();
	return 0;
}

START_TEST(profits_are_discounted_and_shrink_with_the_capacity)
{
	struct instance in = small_instance(), now = in;
	struct menu m = small_menu();
	double active = 1, want = 0;
	struct retention r;
	struct err e = ERR_INIT;

	for (int i = 0; i < ENV_ROUNDS; i++) {
		want += pow(0.95, i) * active * menu_realised_profit(&m, &now);
		env_retain(&now, &active, in.prior, &m);
	}
	ck_ok(retention_play(NULL, write_small, &in, 0, &r, &e), &e);
	ck_assert_double_eq_tol(r.profit, want, 1e-9);
	ck_assert_double_eq_tol(r.active, active, 1e-12);
	ck_assert_double_eq_tol(r.feasible, 1, 1e-12);
}
END_TEST

START_TEST(the_best_constant_bonus_earns_what_the_document_says)
{
	struct retention without, with;
	struct instance in;
	struct err e = ERR_INIT;
	struct rng r;

	for (uint64_t i = 0; i < 2; i++) {
		rng_seed(&r, 9, i);
		instance_draw(&r, 3, PARTICIPATION_INTERTEMPORAL, &in);
		ck_ok(retention_exact(&in, &without, &with, &e), &e);
		ck_assert(with.profit / without.profit > 1.1 && with.profit / without.profit < 1.5);
		ck_assert(without.active > 0.25 && without.active < 0.7 && with.active > 0.85);
	}
}
END_TEST

SUITE("policy/retention", profits_are_discounted_and_shrink_with_the_capacity,
      the_best_constant_bonus_earns_what_the_document_says)
