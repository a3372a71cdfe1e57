/* Endogenous episodes seen round by round. */
#include <stdio.h>

#include "cloud/lab/compare_sweep.h"
#include "common/contract/choice.h"

/* A policy that writes down what happens between its contracts. */
struct watched {
	const struct policy *inner;
	retention_writer write;
	double bonus;
	int round;
	struct episode *episode;
};

static int write_watched(const struct policy *p, const struct instance *in, const struct env_moment *at,
                         struct menu *out, struct err *e)
{
	struct watched *w = p->state;
	int rc = w->write(w->inner, in, at, out, e);
	struct menu paid;

	if (rc)
		return rc;
	paid = *out;
	menu_add_bonus(&paid, w->bonus);
	w->episode->kept[w->round] = at->active;
	w->episode->profit[w->round++] = at->active * menu_realised_profit(&paid, in);
	return 0;
}

int episode_play(const struct policy *p, retention_writer write, const struct instance *in, double bonus,
                 struct episode *out, struct err *e)
{
	struct watched w = {.inner = p, .write = write, .bonus = bonus, .episode = out};
	const struct policy outer = {.ops = p->ops, .state = &w};
	struct retention total;
	double first;
	int rc = study_second_best(in, &first, e);

	if (rc == 0)
		rc = retention_play(&outer, write_watched, in, bonus, &total, e);
	if (rc)
		return rc;
	out->kept[ENV_ROUNDS] = total.active;
	for (int i = 0; i < ENV_ROUNDS; i++)
		out->profit[i] /= first;
	return 0;
}

void episode_add(struct episode *mean, const struct episode *one, double weight)
{
	for (int i = 0; i < ENV_ROUNDS; i++)
		mean->profit[i] += weight * one->profit[i];
	for (int i = 0; i <= ENV_ROUNDS; i++)
		mean->kept[i] += weight * one->kept[i];
}

void episode_rows(struct part *out, const char *prefix, const struct episode *mean)
{
	char series[32];

	snprintf(series, sizeof(series), "%sprofit", prefix);
	for (int i = 0; i < ENV_ROUNDS; i++)
		part_add(out, series, i + 1, mean->profit[i]);
	snprintf(series, sizeof(series), "%skept", prefix);
	for (int i = 0; i <= ENV_ROUNDS; i++)
		part_add(out, series, i, mean->kept[i]);
}
