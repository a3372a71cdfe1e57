/* Which policy writes the contracts. */
#include <stdio.h>
#include <string.h>

#include "cloud/daemon/setup.h"
#include "cloud/policy/learned.h"
#include "cloud/policy/shelf.h"
#include "common/base/file.h"
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
	const struct instance *market = &s->config.market;
	char kept[SHELF_PATH_MAX], path[SHELF_PATH_MAX], folder[SHELF_PATH_MAX];
	struct online_options online = {.folder = folder,
	                                .shipped = path,
	                                .market = market,
	                                .samples = SAMPLES,
	                                .updates = o->learn_updates,
	                                .ms = o->learn_ms,
	                                .metrics = s->metrics};
	struct err none;
	int rc = path_join(folder, sizeof(folder), o->state, "policy", e);

	if (!rc)
		rc = shelf_path(folder, market, kept, e);
	if (rc)
		return rc;
	rc = shelf_find(o->policy_dir, market, path, e);
	if (rc && rc != E_NOT_FOUND)
		return rc;
	none = *e;
	if (rc == E_NOT_FOUND)
		online.shipped = NULL;
	if (!rc || file_exists(kept))
		rc = online_new(&online, &s->work.online, e);
	if (rc == E_NOT_FOUND && !online.shipped) {
		log_info("the exact policy writes the contracts: %s", none.text);
		snprintf(s->config.policy_note, sizeof(s->config.policy_note), "%s", none.text);
		*e = ERR_INIT;
		return policy_find("exact", &s->work.policy, e);
	}
	if (!rc)
		rc = shelf_open(online.shipped ? path : kept, market, SAMPLES, &s->work.policy, e);
	if (rc)
		return err_wrap(e, "--policy " SHELF_ALGORITHM);
	return 0;
}

static void tell_policy(struct setup *s)
{
	const struct policy *p;
	char label[64];

	snprintf(label, sizeof(label), "policy=\"%s\"", s->work.policy.ops->name);
	metric_set(
	    metrics_gauge(s->metrics, "foedus_policy_in_use", label, "1 for the policy that is configured."), 1);
	if (!s->work.online)
		return;
	p = online_borrow(s->work.online);
	log_info("edmsac writes the contracts: %llu updates, weights %s", (unsigned long long)learned_updates(p),
	         learned_weights(p));
	online_return(s->work.online);
}

int setup_policy(const struct cloud_options *o, struct setup *s, struct err *e)
{
	int rc = strcmp(o->policy, SHELF_ALGORITHM) == 0 ? learned_policy(o, s, e)
	                                                 : solved_policy(o->policy, &s->work.policy, e);

	if (!rc)
		tell_policy(s);
	return rc;
}
