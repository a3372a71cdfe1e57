/* Training goes back: the next round begins with the modules of a version that was deployed again, and not
 * with the newest. What is wished stands in the store until the record of that round does, in one
 * transaction. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/core/cloud_internal.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/base/str.h"

#define SETTING "control.train_from"

int cloud_load_go_back(struct cloud *c, struct err *e)
{
	char *text = NULL;
	int64_t version = 0;
	int rc = store_get(c->store, SETTING, &text, e);

	if (!rc && *text)
		rc = str_to_int(text, "setting '" SETTING "'", 1, INT64_MAX, &version, e);
	c->control.train_from = (uint64_t)version;
	free(text);
	return rc == E_NOT_FOUND ? 0 : rc;
}

int cloud_save_go_back(struct cloud *c, uint64_t version, struct err *e)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, version);
	return store_set(c->store, SETTING, version ? text : "", e);
}

static bool has(const struct blob_ref *list, size_t count, const struct digest *d)
{
	for (size_t i = 0; i < count; i++)
		if (digest_equal(&list[i].digest, d))
			return true;
	return false;
}

/* The states that the version's round ended with, whose blobs are those of the version. A kind that the
 * version did not have stays as it is; that none can be taken is an error. */
static int take(struct cloud *c, const struct agent_record *agent, const struct round *made_by,
                struct module_state *modules, size_t count, struct err *e)
{
	struct blob_ref blob[WIRE_KINDS_MAX];
	size_t blobs = 0, taken = 0;
	int rc = c->env.ops->inspect(c->env.ops_ctx, agent->manifest, agent->manifest_len, blob, &blobs, e);

	for (size_t i = 0; !rc && i < blobs; i++)
		if (!blobs_has(c->blobs, &blob[i].digest, NULL))
			rc = err_set(e, E_NOT_FOUND, "its modules are not kept any more");
	for (size_t m = 0; !rc && m < count; m++)
		for (size_t i = 0; i < made_by->module_count; i++)
			if (strcmp(modules[m].kind, made_by->module[i].kind) == 0 &&
			    has(blob, blobs, &made_by->module[i].blob.digest)) {
				modules[m] = made_by->module[i];
				taken++;
			}
	if (!rc && !taken)
		rc = err_set(e, E_NOT_FOUND, "round %" PRIu64 " did not make its modules", agent->round);
	return rc;
}

static int go_back(struct cloud *c, struct module_state *modules, size_t count, struct err *e)
{
	struct round *made_by = mem_zalloc(sizeof(*made_by));
	struct round_counts counts;
	struct agent_record agent;
	int rc = store_load_agent(c->store, c->control.train_from, &agent, e);

	if (!rc)
		rc = store_load_round_head(c->store, agent.round, made_by, &counts, e);
	if (!rc)
		rc = take(c, &agent, made_by, modules, count, e);
	agent_record_release(&agent);
	free(made_by);
	return rc;
}

void cloud_go_back(struct cloud *c, uint64_t round, struct module_state *modules, size_t count)
{
	struct log_about about = {.round = round};
	struct err e = ERR_INIT;

	if (!c->control.train_from)
		return;
	if (go_back(c, modules, count, &e))
		log_line(LOG_WARN, about,
		         "trains from the newest modules, not those of agent version %" PRIu64 ": %s",
		         c->control.train_from, e.text);
	else
		log_line(LOG_INFO, about, "trains from the modules of agent version %" PRIu64, c->control.train_from);
	for (size_t m = 0; m < count; m++) /* what effort will be worth begins here */
		c->measured[m] = modules[m].metric;
	c->value_is_new = true;
	c->going_back = true;
}

int cloud_save_gone_back(struct cloud *c, struct err *e)
{
	int rc = cloud_save_go_back(c, 0, e);

	for (size_t m = 0; !rc && m < c->round.module_count; m++)
		rc = store_save_module(c->store, &c->round.module[m], e);
	return rc;
}
