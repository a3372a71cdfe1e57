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
	if (rc)
		return err_wrap(e, "policy %s", p->ops->name);
	str_copy(w->policy, sizeof(w->policy), p->ops->name);
	w->expected_profit = policy_profit(p, &job->instance, &w->menu);
	if (learned_is(p)) {
		str_copy(w->weights, sizeof(w->weights), learned_weights(p));
		w->updates = learned_updates(p);
	}
	return 0;
}

int work_policy(struct work *w, struct job *job, struct err *e)
{
	struct policy exact, chosen = {0};
	const struct policy *p = &w->policy;
	bool is_exact;
	int rc = 0;

	if (job->use_policy[0] && strcmp(job->use_policy, p->ops->name) != 0) {
		rc = policy_find(job->use_policy, &chosen, e);
		p = &chosen;
	}
	if (!rc)
		rc = write_menu(p, job, e);
	is_exact = p->ops && strcmp(p->ops->name, "exact") == 0;
	policy_release(&chosen);
	if (!rc || is_exact)
		return rc;
	log_line(LOG_WARN, (struct log_about){.round = job->round}, "%s; the exact policy takes over", e->text);
	rc = policy_find("exact", &exact, e);
	if (rc)
		return rc;
	job->written.fallback = true;
	rc = write_menu(&exact, job, e);
	policy_release(&exact);
	return rc;
}
