#include "cloud/policy/shelf.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cloud/policy/learned.h"
#include "common/base/file.h"

#ifndef FOEDUS_SHARE /* the Makefile says where `make install` puts it */
#define FOEDUS_SHARE "/usr/local/share/foedus"
#endif
#define INSTALLED FOEDUS_SHARE "/policy"

static void file_name(const struct instance *market, char *out, size_t cap)
{
	snprintf(out, cap, SHELF_ALGORITHM "-k%d%s.safetensors", market->terms.types,
	         market->participation == PARTICIPATION_PER_PERIOD ? "-per-period" : "");
}

int shelf_path(const char *folder, const struct instance *market, char out[SHELF_PATH_MAX], struct err *e)
{
	char name[64];

	file_name(market, name, sizeof(name));
	return path_join(out, SHELF_PATH_MAX, folder, name, e);
}

/* A folder relative to that of the running program; empty when the system does not say where that is. */
static void from_us(const char *relative, char out[SHELF_PATH_MAX])
{
	char self[SHELF_PATH_MAX - 32];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[n > 0 ? n : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash) {
		*slash = '\0';
		snprintf(out, SHELF_PATH_MAX, "%s/%s", self, relative);
	} else {
		out[0] = '\0';
	}
}

/* The places to look at, in their order. */
struct places {
	char beside[SHELF_PATH_MAX], installed[SHELF_PATH_MAX];
	const char *all[3];
	size_t count;
};

static void places_of(const char *folder, struct places *p)
{
	p->count = 0;
	if (folder) {
		p->all[p->count++] = folder;
		return;
	}
	from_us("policy", p->beside);
	from_us("../share/foedus/policy", p->installed); /* wherever the tree was moved to */
	p->all[p->count++] = p->beside;
	p->all[p->count++] = p->installed;
	p->all[p->count++] = INSTALLED;
}

int shelf_find(const char *folder, const struct instance *market, char out[SHELF_PATH_MAX], struct err *e)
{
	struct places p;
	char name[64];

	places_of(folder, &p);
	for (size_t i = 0; i < p.count; i++) {
		int rc = shelf_path(p.all[i], market, out, e);

		if (rc || file_exists(out))
			return rc;
	}
	file_name(market, name, sizeof(name));
	return err_set(e, E_NOT_FOUND,
	               "there is no %s in %.150s%s%.150s (`make policy` makes those for 2 to 5 types)", name,
	               p.all[0], p.count > 1 ? " nor in " : "", p.count > 1 ? p.all[p.count - 1] : "");
}

int shelf_open(const char *path, const struct instance *market, int samples, struct policy *out,
               struct err *e)
{
	const struct env_spec *env;
	int rc = learned_open(path, samples, out, e);

	if (rc)
		return rc;
	env = learned_env(out);
	if (strcmp(out->ops->name, SHELF_ALGORITHM) != 0)
		rc = err_set(e, E_INVALID, "%s holds a policy of %s, not of " SHELF_ALGORITHM, path, out->ops->name);
	else if (env->types != market->terms.types)
		rc = err_set(e, E_INVALID, "%s is for %d types, the market has %d", path, env->types,
		             market->terms.types);
	else if (env->participation != market->participation)
		rc = err_set(e, E_INVALID, "%s is for %s participation, the market's is %s", path,
		             participation_name(env->participation), participation_name(market->participation));
	if (rc)
		policy_release(out);
	return rc;
}
