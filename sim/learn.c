/* What the simulated cloud learns from its rounds: what a restart recalls must be what the rounds' ends told.
 */
#include <inttypes.h>
#include <string.h>

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
	if (instance_check(&x->next, &w->broken))
		err_wrap(&w->broken, "after round %" PRIu64, x->round);
}

static void begun(void *ctx)
{
	(void)ctx;
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
	keep(w, x);
}

const struct learn_ops sim_learn = {recall, begun, ended};
