/* What the simulated cloud learns from its rounds: what a restart recalls must be what the rounds' ends told.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cloud/policy/value.h"
#include "common/base/mem.h"
#include "sim/world_internal.h"

static const struct experience *told(const struct world *w, uint64_t round)
{
	for (size_t i = 0; i < w->told_count; i++)
		if (w->told[i].round == round)
			return &w->told[i];
	return NULL;
}

static void keep(struct world *w, const struct experience *x)
{
	w->told = mem_realloc(w->told, w->told_count + 1, sizeof(*w->told));
	w->told[w->told_count++] = *x;
}

static void recall(void *ctx, const struct experience *x)
{
	struct world *w = ctx;
	const struct experience *before = told(w, x->round);

	if (x->round <= w->recalled)
		BREAK(w, "round %" PRIu64 " is recalled after round %" PRIu64, x->round, w->recalled);
	w->recalled = x->round;
	if (!before) { /* the process died at the round's end */
		keep(w, x);
		return;
	}
	if (before->profit != x->profit || !menu_equal(&before->menu, &x->menu) ||
	    memcmp(before->seen.prior, x->seen.prior, sizeof(x->seen.prior)) != 0)
		BREAK(w, "round %" PRIu64 " is recalled otherwise than it ended", x->round);
	/* what was fitted outlives the process; a next round that got no menu has the market's own values */
	if (x->next.alpha != before->next.alpha && x->next.alpha != w->cloud_config.market.alpha)
		BREAK(w, "after round %" PRIu64 " effort was worth %g and is %g", x->round, before->next.alpha,
		      x->next.alpha);
	if (instance_check(&x->next, &w->broken))
		err_wrap(&w->broken, "after round %" PRIu64, x->round);
}

static void begun(void *ctx)
{
	(void)ctx;
}

/* The worth of effort follows what the rounds did for the modules, but not far. */
static void check_value(struct world *w, const struct instance *in)
{
	const struct instance *market = &w->cloud_config.market;

	if (fabs(log(in->alpha / market->alpha)) > log(VALUE_SPAN) + 1e-9 ||
	    fabs(log(in->beta / market->beta)) > log(VALUE_SPAN) + 1e-9)
		BREAK(w, "alpha %g and beta %g are far from the market's", in->alpha, in->beta);
}

/* Nobody earns more than by everyone's whole effort for nothing. */
static void ended(void *ctx, const struct experience *x)
{
	struct world *w = ctx;

	if (!x)
		return;
	if (told(w, x->round))
		BREAK(w, "round %" PRIu64 " ended twice", x->round);
	if (!(x->profit < 2 * x->seen.alpha * 10) || !(x->profit > -1e3))
		BREAK(w, "round %" PRIu64 " earned %g an edge", x->round, x->profit);
	check_value(w, &x->next);
	keep(w, x);
}

const struct learn_ops sim_learn = {recall, begun, ended, NULL};
