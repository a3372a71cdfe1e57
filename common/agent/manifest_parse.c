#include "common/agent/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/str.h"

static int read_edges(const json_t *provenance, const char **names, size_t *count, struct err *e)
{
	json_t *list, *v;
	size_t i;
	int rc = json_get_array(provenance, "edges", 0, MANIFEST_EDGES_MAX, &list, e);

	if (rc)
		return rc;
	json_array_foreach (list, i, v) {
		names[i] = json_string_value(v);
		if (!names[i])
			return err_set(e, E_INVALID, "field 'edges', element %zu is not a text", i + 1);
	}
	*count = json_array_size(list);
	return 0;
}

/* All of the contributing edges are listed, or as many of them as a list holds. */
static int read_edge_total(const json_t *provenance, size_t listed, struct manifest_module *x, struct err *e)
{
	int64_t total = 0;
	int rc = json_get_int(provenance, "edge_total", (int64_t)listed,
	                      listed < MANIFEST_EDGES_MAX ? (int64_t)listed : UINT32_MAX, &total, e);

	x->edge_total = (uint64_t)total;
	return rc;
}

static int read_kind(const json_t *v, const struct module_kind **kind, struct err *e)
{
	const char *text;
	int rc = json_get_str(v, "kind", MODULE_KIND_MAX, &text, e);

	if (!rc)
		rc = module_lookup(text, kind, e);
	if (!rc)
		rc = json_get_str(v, "architecture", 256, &text, e);
	if (!rc && strcmp(text, (*kind)->architecture) != 0)
		rc = err_set(e, E_INVALID, "module '%s': architecture '%.80s' (accepted: '%s')", (*kind)->name, text,
		             (*kind)->architecture);
	return rc;
}

static int read_metric(const json_t *v, struct manifest_module *x, struct err *e)
{
	const json_t *metric = json_object_get(v, "metric");
	const char *name;
	int rc = json_get_str(metric, "name", 64, &name, e);

	if (!rc && strcmp(name, x->kind->metric) != 0)
		rc = err_set(e, E_INVALID, "metric '%s' (accepted: '%s')", name, x->kind->metric);
	return rc ? rc : json_get_double(metric, "value", 0, 1, &x->metric, e);
}

static int read_provenance(const json_t *v, struct manifest_module *x, const char **names, size_t *count,
                           struct err *e)
{
	const json_t *provenance = json_object_get(v, "provenance");
	const char *rule;
	int64_t round = 0;
	int rc = json_get_int(provenance, "round", 0, INT64_MAX, &round, e);

	x->round = (uint64_t)round;
	if (!rc)
		rc = json_get_str(provenance, "rule", sizeof(x->rule) - 1, &rule, e);
	if (!rc && !str_copy(x->rule, sizeof(x->rule), rule))
		rc = err_set(e, E_INVALID, "field 'rule' is too long");
	if (!rc)
		rc = read_edges(provenance, names, count, e);
	return rc ? rc : read_edge_total(provenance, *count, x, e);
}

static int read_module(const json_t *v, struct manifest *m, const char **names, struct err *e)
{
	struct manifest_module x = {0};
	const char *hex;
	int64_t size = 0;
	size_t count = 0;
	int rc = read_kind(v, &x.kind, e);

	if (!rc)
		rc = json_get_str(v, "digest", DIGEST_HEX, &hex, e);
	if (!rc)
		rc = digest_parse(&x.digest, hex, e);
	if (!rc)
		rc = json_get_int(v, "size", 1, (int64_t)MODULE_BLOB_MAX, &size, e);
	x.size = (uint64_t)size;
	if (!rc)
		rc = read_metric(v, &x, e);
	if (!rc)
		rc = read_provenance(v, &x, names, &count, e);
	return rc ? rc : manifest_add_listed(m, &x, names, count, x.edge_total, e);
}

static int read_head(const json_t *root, struct manifest *m, json_t **modules, struct err *e)
{
	const char *agent;
	int64_t version = 0, format;
	int rc = json_get_int(root, "format", MANIFEST_FORMAT, MANIFEST_FORMAT, &format, e);

	if (!rc)
		rc = json_get_str(root, "agent", AGENT_ID_MAX, &agent, e);
	if (!rc && !str_copy(m->agent, sizeof(m->agent), agent))
		rc = err_set(e, E_INVALID, "field 'agent' is too long");
	if (!rc)
		rc = json_get_int(root, "version", 1, INT64_MAX, &version, e);
	m->version = (uint64_t)version;
	if (!rc)
		rc = json_get_array(root, "modules", 1, MANIFEST_MODULES_MAX, modules, e);
	return rc;
}

/* What was understood, written again, must be the very bytes: nothing was ignored. */
static int check_canonical(const struct manifest *m, const uint8_t *bytes, size_t n, struct err *e)
{
	struct buf again = BUF_INIT;
	int rc = manifest_encode(m, &again, e);

	if (!rc && (again.len != n || memcmp(again.data, bytes, n) != 0))
		rc = err_set(e, E_INVALID,
		             "not in canonical form (accepted: the known fields only, keys sorted, no white space)");
	buf_release(&again);
	return rc;
}

int manifest_parse(const uint8_t *bytes, size_t n, struct manifest *out, struct err *e)
{
	const char **names;
	json_t *root = NULL, *modules = NULL;
	int rc;

	*out = (struct manifest){0};
	if (n > MANIFEST_BYTES_MAX)
		return err_set(e, E_LIMIT, "manifest of %zu bytes, at most %zu are accepted", n, MANIFEST_BYTES_MAX);
	names = mem_array(MANIFEST_EDGES_MAX, sizeof(*names));
	rc = json_parse((const char *)bytes, n, &root, e);
	if (!rc)
		rc = read_head(root, out, &modules, e);
	for (size_t i = 0; !rc && i < json_array_size(modules); i++)
		rc = read_module(json_array_get(modules, i), out, names, e);
	if (!rc)
		rc = check_canonical(out, bytes, n, e);
	if (rc) {
		err_wrap(e, "manifest");
		manifest_release(out);
	}
	json_decref(root);
	free(names);
	return rc;
}
