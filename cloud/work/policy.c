/* The menu: written by the configured policy, checked, and by the exact one when the check fails. */
#include <string.h>

#include "cloud/policy/learned.h"
#include "cloud/work/work.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/contract/feasible.h"

static int write_menu(const struct policy *p, struct job *job, struct err *e)
{
	struct written *w = &job->written;
	int rc = policy_solve(p, &job->instance, &w->menu, e);

	if (!rc)
		rc = menu_check(&w->menu, &job->instance.terms, e);
	if (!rc)
		rc = menu_require_feasible(&w->menu, &job->instance, e);
	if (!rc)
		w->expected_profit = policy_profit(p, &job->instance, &w->menu);
	/* Feasible is what edges can accept, not what the cloud can afford: no contract at all would lose
	 * nothing. Far from what it was measured on, a learned policy may have it otherwise. */
	if (!rc && learned_is(p) && !(w->expected_profit >= 0))
		rc = err_set(e, E_STATE, "its contract would lose %g an edge", -w->expected_profit);
	if (rc)
		return err_wrap(e, "policy %s", p->ops->name);
	str_copy(w->policy, sizeof(w->policy), p->ops->name);
	if (learned_is(p)) {
		str_copy(w->weights, sizeof(w->weights), learned_weights(p));
		w->updates = learned_updates(p);
	}
	return 0;
}

/* By the configured policy, or by the one that people chose. */
static int write_first(struct work *w, struct job *job, bool *is_exact, struct err *e)
{
	const char *name = job->use_policy[0] ? job->use_policy : w->policy.ops->name;
	struct policy chosen = {0};
	int rc = 0;

	*is_exact = strcmp(name, "exact") == 0;
	if (strcmp(name, w->policy.ops->name) != 0) {
		rc = policy_find(name, &chosen, e);
		if (!rc)
			rc = write_menu(&chosen, job, e);
		policy_release(&chosen);
	} else if (w->online) {
		rc = write_menu(online_borrow(w->online), job, e);
		online_return(w->online);
	} else {
		rc = write_menu(&w->policy, job, e);
	}
	return rc;
}

int work_policy(struct work *w, struct job *job, struct err *e)
{
	struct policy exact;
	bool is_exact;
	int rc = write_first(w, job, &is_exact, e);

	if (!rc || is_exact)
		return rc;
	log_line(LOG_WARN, (struct log_about){.round = job->round}, "%s; the exact policy takes over", e->text);
	rc = policy_find("exact", &exact, e);
	if (rc)
		return rc;
	job->written = (struct written){.fallback = true};
	rc = write_menu(&exact, job, e);
	policy_release(&exact);
	return rc;
}
