#include "common/agent/key.h"
#include "common/base/file.h"
#include "common/net/pki.h"
#include "ctl/demo.h"

#define DAYS 1

static int issue(const struct demo *d, const char *name, enum net_role role, struct err *e)
{
	struct pki_terms t = {.role = role, .days = DAYS, .hosts = role == NET_ROLE_CLOUD ? "127.0.0.1" : NULL};
	char pki[PROCESS_PATH_MAX], out[PROCESS_PATH_MAX];

	return pki_issue(demo_path(d, pki, "pki"), name, &t, demo_path(d, out, "keys"), NULL, e);
}

int demo_keys(struct demo *d, struct err *e)
{
	char path[PROCESS_PATH_MAX];
	struct agent_key *key;
	int rc = pki_init(demo_path(d, path, "pki"), "foedus-demo", DAYS, e);

	if (!rc)
		rc = dir_make(demo_path(d, path, "keys"), 0700, e);
	if (!rc)
		rc = issue(d, "cloud", NET_ROLE_CLOUD, e);
	for (int64_t i = 0; !rc && i < d->o.edges; i++)
		rc = issue(d, d->edge[i].name, NET_ROLE_EDGE, e);
	if (rc)
		return rc;
	key = agent_key_new();
	rc = agent_key_save(key, demo_path(d, path, "keys/agent-key.pem"), e);
	if (!rc)
		rc = agent_key_public_save(key, demo_path(d, path, "keys/agent-pub.pem"), e);
	agent_key_free(key);
	return rc;
}
