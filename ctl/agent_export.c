/* foedus agent export: agent.json and one safetensors file a module, as docs/agents.md describes them. */
#include <stdio.h>
#include <string.h>

#include "common/base/digest.h"
#include "common/base/file.h"
#include "common/base/str.h"
#include "ctl/agent.h"
#include "ctl/cells.h"

#define PATH_BYTES 600

struct export_options {
	struct api_options api;
	const char *out;
};

static int fetch(struct api *a, const char *url, struct buf *bytes, struct err *e)
{
	buf_clear(bytes);
	return http_client_get_bytes(a->http, url, bytes, e);
}

/* What came must be what the manifest names. */
static int check(const json_t *module, const struct buf *bytes, struct err *e)
{
	struct digest d = digest_of(bytes->data, bytes->len);
	char hex[DIGEST_HEX];

	digest_hex(&d, hex);
	if (strcmp(hex, field_text(module, "digest")) != 0)
		return err_set(e, E_CORRUPT, "module %s: SHA-256 %s, but the manifest says %s",
		               field_text(module, "kind"), hex, field_text(module, "digest"));
	return 0;
}

static int save(const char *dir, const char *name, const struct buf *bytes, struct err *e)
{
	char path[PATH_BYTES];
	int rc = path_join(path, sizeof(path), dir, name, e);

	return rc ? rc : file_write(path, bytes->data, bytes->len, 0644, e);
}

static int save_module(struct api *a, const char *dir, int64_t version, const json_t *module,
                       struct buf *bytes, struct err *e)
{
	const char *kind = field_text(module, "kind");
	char url[160], name[96];
	int rc;

	if (!str_is_name(kind, 64))
		return err_set(e, E_PROTOCOL, "'%.64s' is no kind of module", kind);
	snprintf(url, sizeof(url), "/api/v1/agents/%lld/modules/%s", (long long)version, kind);
	snprintf(name, sizeof(name), "%s.safetensors", kind);
	rc = fetch(a, url, bytes, e);
	if (!rc)
		rc = check(module, bytes, e);
	return rc ? rc : save(dir, name, bytes, e);
}

static int save_all(struct api *a, const char *dir, const json_t *v, struct err *e)
{
	int64_t version = field_int(v, "version");
	struct buf bytes = BUF_INIT;
	const json_t *module;
	char url[96];
	size_t i;
	int rc = dir_make(dir, 0755, e);

	json_array_foreach (json_object_get(v, "modules"), i, module)
		if (!rc)
			rc = save_module(a, dir, version, module, &bytes, e);
	snprintf(url, sizeof(url), "/api/v1/agents/%lld/manifest", (long long)version);
	if (!rc)
		rc = fetch(a, url, &bytes, e);
	/* last: where it is, all of it is */
	if (!rc)
		rc = save(dir, "agent.json", &bytes, e);
	buf_release(&bytes);
	return rc;
}

static int export(struct api *a, struct err *e)
{
	const char *which, *out = ((const struct export_options *)a->o)->out;
	char dir[96];
	json_t *v;
	int rc = agent_version(a, &which, e);

	if (!rc)
		rc = api_get(a, &v, e, "/api/v1/agents/%s", which);
	if (rc)
		return rc;
	snprintf(dir, sizeof(dir), "agent-%lld", (long long)field_int(v, "version"));
	rc = save_all(a, out ? out : dir, v, e);
	if (!rc && a->json)
		api_print(v);
	else if (!rc)
		printf("%s: version %lld, agent.json and %zu modules\n", out ? out : dir,
		       (long long)field_int(v, "version"), json_array_size(json_object_get(v, "modules")));
	json_decref(v);
	return rc;
}

int agent_export(int argc, char **argv)
{
	static const struct opt options[] = {{"out", 'o', OPT_TEXT, "DIR", "the folder; else agent-VERSION", NULL,
	                                      0, 0, OPT_AT(export_options, out)},
	                                     API_OPTIONS,
	                                     OPT_END};
	static const struct opt_program p = {
	    "foedus agent export", "writes a version into a folder: its signed manifest and its modules",
	    "[VERSION]", options, .examples = "  foedus agent export 3 --out agent-3\n"};
	struct export_options o = {.out = NULL};

	return api_run(&p, argc, argv, &o, export);
}
