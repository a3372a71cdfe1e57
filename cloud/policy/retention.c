#include "cloud/policy/retention.h"

#include <string.h>

#include "cloud/policy/exact.h"
#include "common/contract/choice.h"
#include "common/contract/feasible.h"

#define BONUSES 8 /* beside none */

int retention_write(const struct policy *p, const struct instance *in, const struct env_moment *at,
                    struct menu *out, struct err *e)
{
	(void)at;
	return policy_solve(p, in, out, e);
}

int retention_play(const struct policy *p, retention_writer write, const struct instance *in, double bonus,
                   struct retention *out, struct err *e)
{
	struct instance now = *in;
	struct env_moment at = ENV_MOMENT_START;
	double worth = 1;

	*out = (struct retention){.bonus = bonus};
	for (; at.left > 0; at.left--, worth *= ENV_GAMMA) {
		struct menu m;
		int rc = write(p, &now, &at, &m, e);

		if (rc)
			return rc;
		menu_add_bonus(&m, bonus);
		out->feasible += (double)menu_is_feasible(&m, &now) / ENV_ROUNDS;
		out->profit += worth * at.active * menu_realised_profit(&m, &now);
		env_retain(&now, &at.active, in->prior, &m);
	}
	out->active = at.active;
	return 0;
}

int retention_bonus(const struct policy *p, retention_writer write, const struct instance *in,
                    struct retention *without, struct retention *with, struct err *e)
{
	int rc = retention_play(p, write, in, 0, without, e);

	*with = *without;
	for (int i = 1; rc == 0 && i <= BONUSES; i++) {
		struct retention r;

		rc = retention_play(p, write, in, ENV_BONUS_FACTOR * in->alpha * i / BONUSES, &r, e);
		if (rc == 0 && r.profit > with->profit)
			*with = r;
	}
	return rc;
}

int retention_exact(const struct instance *in, struct retention *without, struct retention *with,
                    struct err *e)
{
	const struct policy exact = {.ops = &policy_exact};

	return retention_bonus(&exact, retention_write, in, without, with, e);
}
