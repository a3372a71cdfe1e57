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

/* A try to replace the policy in use by what was learned. */
struct learn_step {
	int64_t wall_ms;
	uint64_t updates; /* behind what was tried */
	double before;    /* mean profit over the optimum on held-out problems: of the policy in use, */
	double ratio;     /* of what was tried; -INFINITY when a contract of it does not hold */
	bool accepted;    /* it is in use since */
};

#define LEARN_STEPS_MAX 256

/* What has been learned since the process started. */
struct learn_told {
	bool learns;
	uint64_t updates, accepted, refused;
	size_t remembered; /* rounds that updates draw from */
	double ratio;      /* of the policy in use; NAN = not known yet */
	size_t step_count;
	struct learn_step step[LEARN_STEPS_MAX]; /* the latest, oldest first */
};

/* Called on the cloud's thread; none may wait. `ctx` = cloud_env's learn_ctx. */
struct learn_ops {
	/* At the start of the process: a round of before, the oldest first. */
	void (*recall)(void *ctx, const struct experience *x);
	/* A round begins: its work comes first from here on. */
	void (*begun)(void *ctx);
	/* No round is under way any more; NULL when there is nothing to learn from it. */
	void (*ended)(void *ctx, const struct experience *x);
	/* What people may know of it; NULL = nothing. */
	void (*told)(void *ctx, struct learn_told *out);
};

/* False for a round that ended without a menu that was kept to the end. `next` is the caller's to fill. */
bool experience_of(const struct round *r, struct experience *out);

#endif
