/* What rounds teach whoever writes the contracts. */
#ifndef CORE_LEARN_H
#define CORE_LEARN_H

#include "cloud/core/round.h"

struct experience {
	uint64_t round;
	struct instance seen; /* the problem as it was when the menu was written */
	struct menu menu;
	double profit; /* credits an edge that signalled: the worth of what was accepted, less what was paid */
	struct instance next; /* the problem as the round left it */
};

/* Called on the cloud's thread; none may wait. `ctx` = cloud_env's learn_ctx. */
struct learn_ops {
	/* At the start of the process: a round of before, the oldest first. */
	void (*recall)(void *ctx, const struct experience *x);
	/* A round begins: its work comes first from here on. */
	void (*begun)(void *ctx);
	/* No round is under way any more; NULL when there is nothing to learn from it. */
	void (*ended)(void *ctx, const struct experience *x);
};

/* False for a round that ended without a menu that was kept to the end. `next` is the caller's to fill. */
bool experience_of(const struct round *r, struct experience *out);

#endif
