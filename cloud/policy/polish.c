#include "cloud/policy/polish.h"

#include <math.h>

#include "common/base/mem.h"
#include "common/contract/choice.h"
#include "common/contract/model.h"
#include "common/contract/rewards.h"

/* The best type is asked for what it would be asked for if it were known. */
static void undistort_top(const struct instance *in, struct menu *m)
{
	int top = m->types - 1;
	double q = effort_best(in, 1 / in->terms.theta[top]);

	m->q1[top] = top > 0 ? fmax(q, m->q1[top - 1]) : q;
	for (int k = 0; k < m->types; k++)
		m->q2[k][top] = top > 0 ? fmax(q, m->q2[k][top - 1]) : q;
}

static bool drop(double *q, double less)
{
	bool some = *q > 0 && *q < less;

	if (some)
		*q = 0;
	return some;
}

/* Who is asked for less than this is asked for nothing; false when nobody is. */
static bool leave_out(struct menu *m, double less)
{
	bool any = false;

	for (int k = 0; k < m->types; k++) {
		any |= drop(&m->q1[k], less);
		for (int l = 0; l < m->types; l++)
			any |= drop(&m->q2[k][l], less);
	}
	return any;
}

/* These efforts with least rewards, if they earn more than *profit. */
static int take_if_better(const struct instance *in, struct menu *tried, double *profit, struct menu *m,
                          struct err *e)
{
	int rc = menu_least_rewards(tried, in, e);
	double earned;

	if (rc)
		return rc;
	earned = menu_realised_profit(tried, in);
	if (earned > *profit) {
		*profit = earned;
		*m = *tried;
	}
	return 0;
}

int polish(const struct instance *in, struct menu *m, struct err *e)
{
	static const double small[] = {0.025, 0.05, 0.1, 0.15}; /* of the largest effort */
	double profit = menu_realised_profit(m, in);
	struct menu tried = *m;
	int rc;

	undistort_top(in, &tried);
	rc = take_if_better(in, &tried, &profit, m, e);
	tried = *m;
	for (size_t i = 0; !rc && i < ARRAY_LEN(small); i++)
		if (leave_out(&tried, small[i] * in->terms.q_max))
			rc = take_if_better(in, &tried, &profit, m, e);
	return rc;
}
