#include "cloud/policy/slack.h"

#include <math.h>

#include "cloud/policy/direct.h"

#define STEEP 25.0f /* the cliff feature has all but settled at a slack of 2 / STEEP */

/* The best choice of period 1, or of sub-menu k, other than one's own, and what it is worth. */
static int other1(const struct direct *d, int own, float *worth)
{
	int choice = DIRECT_DECLINE;

	*worth = 0;
	for (int k = 0; k < d->types; k++) {
		float u = k == own ? 0 : direct_utility(d, own, k);

		if (u > *worth) {
			*worth = u;
			choice = k;
		}
	}
	return choice;
}

static int other2(const struct direct *d, int k, int own, float *worth)
{
	int choice = DIRECT_DECLINE;

	*worth = 0;
	for (int m = 0; m < d->types; m++) {
		float u = m == own ? 0 : direct_rent2(d, k, m, own);

		if (u > *worth) {
			*worth = u;
			choice = m;
		}
	}
	return choice;
}

static void slacks(const struct direct *d, float *slack)
{
	float other;

	for (int own = 0; own < d->types; own++) {
		other1(d, own, &other);
		*slack++ = direct_utility(d, own, own) - other;
	}
	for (int k = 0; k < d->types; k++)
		for (int own = 0; own < d->types; own++) {
			other2(d, k, own, &other);
			*slack++ = direct_rent2(d, k, own, own) - other;
		}
}

static void slacks_back(const struct direct *d, const float *g, struct direct_back *b)
{
	float worth;

	for (int own = 0; own < d->types; own++, g++) {
		int other = other1(d, own, &worth);

		direct_utility_back(d, own, own, *g, b);
		if (other != DIRECT_DECLINE)
			direct_utility_back(d, own, other, -*g, b);
	}
	for (int k = 0; k < d->types; k++)
		for (int own = 0; own < d->types; own++, g++) {
			int other = other2(d, k, own, &worth);

			direct_rent2_back(d, k, own, own, *g, b);
			if (other != DIRECT_DECLINE)
				direct_rent2_back(d, k, other, own, -*g, b);
		}
}

int slack_size(int types)
{
	return 3 * (types + types * types);
}

void slack_of(int types, const float *state, const float *action, float *out)
{
	struct direct d;
	float *slack;

	direct_see(&d, types, state, action);
	slack = out + d.items;
	slacks(&d, slack);
	for (int i = 0; i < d.items; i++) {
		out[i] = direct_margin(&d, i);
		slack[d.items + i] = tanhf(STEEP * slack[i]);
	}
}

void slack_back(int types, const float *state, const float *action, const float *by, float *da)
{
	float slack[DIRECT_ITEMS_MAX], slope[DIRECT_ITEMS_MAX];
	struct direct_back b = {0};
	struct direct d;

	direct_see(&d, types, state, action);
	slacks(&d, slack);
	for (int i = 0; i < d.items; i++) {
		float cliff = tanhf(STEEP * slack[i]);

		slope[i] = by[d.items + i] + by[2 * d.items + i] * STEEP * (1 - cliff * cliff);
		direct_margin_back(i, by[i], &b);
	}
	slacks_back(&d, slope, &b);
	direct_back(&d, &b, da);
}
