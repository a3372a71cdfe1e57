/* EDMSAC: DMSAC whose actor loses its least important neurons while it learns (edmsac: arXiv 2504.14326).
 *
 * The masks run from 30 % to 60 % of the planned updates; then the actor is compacted, and learns on. */
#include <string.h>

#include "cloud/policy/learner_internal.h"

static bool scheduled(const struct learner *l)
{
	return l->spec.prune_rate > 0 && l->done >= (int64_t)l->prune.plan.start &&
	       l->done <= (int64_t)l->prune.plan.end;
}

int edmsac_prune(struct learner *l, struct err *e)
{
	const struct prune_plan *plan = &l->prune.plan;
	unsigned long update = (unsigned long)l->done;

	if (!scheduled(l))
		return 0;
	l->pruning = true;
	if (update == plan->end || (update - plan->start) % plan->every == 0)
		prune_revise(&l->prune, &l->actor.diffusion, l->policy.w, prune_share(plan, update));
	if (update == plan->end)
		return learner_compact(l, e);
	learner_mask(l);
	return 0;
}

static int update(struct learner *l, struct err *e)
{
	int rc = offpolicy_update(l, e);

	return rc ? rc : edmsac_prune(l, e);
}

const struct algorithm algorithm_edmsac = {
    .name = "edmsac",
    .prunes = true,
    .defaults = {.hidden = 256,
                 .steps = 5,
                 .batch = 256,
                 .envs = 256,
                 .replay = 65536,
                 .actor_rate = 1e-3,
                 .critic_rate = 3e-3,
                 .explore = 0.1,
                 .prune_rate = 0.5},
    .update = update,
};
