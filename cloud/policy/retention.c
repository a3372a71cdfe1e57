#include "cloud/policy/retention.h"

#include <string.h>

#include "cloud/policy/env.h"
#include "cloud/policy/exact.h"
#include "common/contract/choice.h"
#include "common/contract/feasible.h"

#define BONUSES 8 /* beside none */

int retention_play(const struct policy *p, retention_writer write, const struct instance *in, double bonus,
                   struct retention *out, struct err *e)
{
	struct instance now = *in;
	double worth = 1;

	*out = (struct retention){.active = 1};
	for (int round = 0; round < ENV_ROUNDS; round++, worth *= ENV_GAMMA) {
		struct menu m;
		int rc = write(p, &now, out->active, &m, e);

		if (rc)
			return rc;
		menu_add_bonus(&m, bonus);
		out->feasible += (double)menu_is_feasible(&m, &now) / ENV_ROUNDS;
		out->profit += worth * out->active * menu_realised_profit(&m, &now);
		env_retain(&now, &out->active, in->prior, &m);
	}
	return 0;
}

static int write_exact(const struct policy *p, const struct instance *in, double active, struct menu *out,
                       struct err *e)
{
	(void)active;
	return policy_solve(p, in, out, e);
}

int retention_exact(const struct instance *in, struct retention *without, struct retention *with,
                    struct err *e)
{
	const struct policy exact = {.ops = &policy_exact};
	int rc = retention_play(&exact, write_exact, in, 0, without, e);

	*with = *without;
	for (int i = 1; rc == 0 && i <= BONUSES; i++) {
		struct retention r;

		rc = retention_play(&exact, write_exact, in, ENV_BONUS_FACTOR * in->alpha * i / BONUSES, &r, e);
		if (rc == 0 && r.profit > with->profit)
			*with = r;
	}
	return rc;
}
