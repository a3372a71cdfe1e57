/* Which policy writes the contracts. */
#include <stdio.h>
#include <string.h>

#include "cloud/daemon/setup.h"
#include "cloud/policy/learned.h"
#include "cloud/policy/shelf.h"
#include "common/base/log.h"

#define SAMPLES 16 /* contracts drawn, of which the one with the best modelled profit is kept */

static int solved_policy(const char *name, struct policy *out, struct err *e)
{
	int rc = policy_find(name, out, e);

	if (rc)
		return err_set(e, rc,
		               "--policy '%.32s' is not one of " SHELF_ALGORITHM
		               ", exact, static, monotone, greedy, random",
		               name);
	if (out->ops->complete_information)
		return err_set(e, E_INVALID,
		               "--policy %.32s presumes that types are known: it is no contract to offer", name);
	return 0;
}

static int learned_policy(const struct cloud_options *o, struct setup *s, struct err *e)
{
	char path[SHELF_PATH_MAX];
	int rc = shelf_find(o->policy_dir, &s->config.market, path, e);

	if (rc == E_NOT_FOUND) {
		log_info("the exact policy writes the contracts: %s", e->text);
		*e = ERR_INIT;
		return policy_find("exact", &s->work.policy, e);
	}
	if (!rc)
		rc = shelf_open(path, &s->config.market, SAMPLES, &s->work.policy, e);
	if (rc)
		return err_wrap(e, "--policy " SHELF_ALGORITHM);
	log_info("edmsac writes the contracts: %s, %llu updates, weights %s", path,
	         (unsigned long long)learned_updates(&s->work.policy), learned_weights(&s->work.policy));
	return 0;
}

int setup_policy(const struct cloud_options *o, struct setup *s, struct err *e)
{
	struct work *w = &s->work;
	char label[64];
	int rc;

	if (strcmp(o->policy, SHELF_ALGORITHM) == 0)
		rc = learned_policy(o, s, e);
	else
		rc = solved_policy(o->policy, &w->policy, e);
	if (rc)
		return rc;
	snprintf(label, sizeof(label), "policy=\"%s\"", w->policy.ops->name);
	metric_set(
	    metrics_gauge(s->metrics, "foedus_policy_in_use", label, "1 for the policy that writes contracts."),
	    1);
	return 0;
}
