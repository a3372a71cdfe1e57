#include "cloud/policy/ppo.h"

#include <math.h>

#include "tests/support/nn_oracle.h"
#include "tests/support/suite.h"

START_TEST(advantages_are_those_worked_out_by_hand)
{
	/* Two environments side by side; the first is cut after its second step. */
	const float reward[] = {1, 0, 2, 0, 3, 0}, worth[] = {0.5f, 0, 0.5f, 0, 0.5f, 0};
	const float value[] = {1, 0, 1, 0, 1, 0}, next[] = {1, 9, 2, 9, 4, 9};
	const bool cut[] = {false, true, true, true, false, true};
	float advantage[6];

	ppo_advantages(3, 2, reward, worth, value, next, cut, advantage);
	ck_assert_float_eq(advantage[4], 3 + 0.5f * 4 - 1);
	ck_assert_float_eq(advantage[2], 2 + 0.5f * 2 - 1);
	ck_assert_float_eq_tol(advantage[0], 1 + 0.5f - 1 + 0.5f * 0.95f * 2, 1e-6f);
	ppo_advantages(3, 2, reward + 1, worth + 1, value + 1, next + 1, cut + 1, advantage + 1);
	ck_assert_float_eq(advantage[1], 0);
}
END_TEST

/* The clipped objective of one sample, as a loss. */
static double loss(const float *mean, const float *raw, const float *pre, double then, double advantage,
                   double bonus)
{
	double ratio = exp(ppo_density(2, mean, raw, pre) - then);
	double clipped = fmin(1 + PPO_CLIP, fmax(1 - PPO_CLIP, ratio));

	return -fmin(ratio * advantage, clipped * advantage) - bonus * (double)(raw[0] + raw[1]);
}

static void check_sample(double advantage, double shift)
{
	float v[4] = {0.1f, -0.3f, -0.5f, 0.2f}, pre[2] = {0.4f, -0.9f}, g[4];
	double then = ppo_density(2, v, v + 2, pre) + shift;
	const float step = 1e-3f;

	(void)ppo_sample(2, v, v + 2, pre, then, advantage, 0.01, 1, g, g + 2);
	for (size_t i = 0; i < 4; i++) {
		float was = v[i];
		double up, down;

		v[i] = was + step;
		up = loss(v, v + 2, pre, then, advantage, 0.01);
		v[i] = was - step;
		down = loss(v, v + 2, pre, then, advantage, 0.01);
		v[i] = was;
		oracle_near("gradient", i, (double)g[i], (up - down) / (2 * (double)step), 2e-3);
	}
}

START_TEST(gradients_are_slopes_of_the_clipped_objective)
{
	check_sample(1.5, 0);
	check_sample(-0.7, 0.05);
	check_sample(1, -1); /* the ratio is beyond the clip: only the entropy counts */
	check_sample(-1, 1);
	check_sample(-1, -1);
}
END_TEST

SUITE("policy/ppo", advantages_are_those_worked_out_by_hand, gradients_are_slopes_of_the_clipped_objective)
