#include "cloud/policy/potential.h"

#include <math.h>

#include "cloud/policy/instances.h"
#include "cloud/policy/retention.h"
#include "tests/support/suite.h"

static struct instance drawn(uint64_t i)
{
	struct instance in;
	struct rng r;

	rng_seed(&r, 8, i);
	instance_draw(&r, 3, PARTICIPATION_INTERTEMPORAL, &in);
	return in;
}

START_TEST(nothing_is_forecast_beyond_the_end)
{
	struct instance in = drawn(0);
	struct potential p;

	potential_init(&p, &in);
	ck_assert_double_eq(potential_at(&p, in.prior, &(struct env_moment){0.7, 0}), 0);
	ck_assert_double_gt(potential_at(&p, in.prior, &(struct env_moment){0.7, 1}), 0);
}
END_TEST

START_TEST(rounds_capacity_and_better_types_are_worth_more)
{
	const double low[] = {1, 0, 0}, high[] = {0, 0, 1};
	struct instance in = drawn(1);
	struct potential p;

	potential_init(&p, &in);
	for (int left = 1; left < ENV_ROUNDS; left++) {
		const struct env_moment now = {0.5, left}, later = {0.5, left + 1}, fuller = {0.9, left};

		ck_assert_double_lt(potential_at(&p, in.prior, &now), potential_at(&p, in.prior, &later));
		ck_assert_double_lt(potential_at(&p, in.prior, &now), potential_at(&p, in.prior, &fuller));
		ck_assert_double_lt(potential_at(&p, low, &now), potential_at(&p, high, &now));
	}
}
END_TEST

START_TEST(the_forecast_is_near_what_the_best_bonus_earns)
{
	for (uint64_t i = 0; i < 2; i++) {
		struct instance in = drawn(i);
		struct retention without, with;
		struct potential p;
		double forecast;
		struct err e = ERR_INIT;

		potential_init(&p, &in);
		forecast = potential_at(&p, in.prior, &ENV_MOMENT_START) * env_scale(&in);
		ck_ok(retention_exact(&in, &without, &with, &e), &e);
		ck_assert_msg(fabs(forecast / with.profit - 1) < 0.15, "instance %d: %g, earned %g", (int)i, forecast,
		              with.profit);
	}
}
END_TEST

SUITE("policy/potential", nothing_is_forecast_beyond_the_end, rounds_capacity_and_better_types_are_worth_more,
      the_forecast_is_near_what_the_best_bonus_earns)
