/* What every contract policy is to the rest of the cloud: it turns an instance (or the cloud's estimate of
 * one) into a whole dynamic menu. Solved ones live here and in exact.h; learned ones bring their own state.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/contract/menu.h"

struct policy;

struct policy_ops {
	const char *name;    /* "exact", as on command lines */
	const char *summary; /* one phrase for people */
	/* The menu presumes that types are known: it is no contract to offer, and its profit is menu_profit(). */
	bool complete_information;
	/* Fills the menu for a checked instance, or leaves it undefined and says why (E_SOLVER, E_INFEASIBLE).
	 * May be called from several threads at once. */
	int (*solve)(const struct policy *p, const struct instance *in, struct menu *out, struct err *e);
	void (*release)(struct policy *p); /* NULL when there is no state */
};

struct policy {
	const struct policy_ops *ops;
	void *state; /* the policy's own */
};

/* The policies that need no training, in the order they are listed; NULL beyond the last. */
const struct policy_ops *policy_at(size_t i);
/* A stateless policy by its name; E_NOT_FOUND lists the names there are. */
int policy_find(const char *name, struct policy *out, struct err *e) MUST_CHECK;

int policy_solve(const struct policy *p, const struct instance *in, struct menu *out,
                 struct err *e) MUST_CHECK;
/* Expected profit per edge of this policy's menu: by self-selection, or by complete information where it has
 * it. */
double policy_profit(const struct policy *p, const struct instance *in, const struct menu *m);
void policy_release(struct policy *p);

#endif
