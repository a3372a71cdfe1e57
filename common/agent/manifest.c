#include "common/agent/manifest.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/str.h"

#define MANIFEST_FORMAT 1

static char **copy_names(const char *const *names, size_t count)
{
	char **out = mem_array(count, sizeof(*out));

	for (size_t i = 0; i < count; i++)
		out[i] = mem_strdup(names[i]);
	return out;
}

static int check_module(const struct manifest_module *x, const char *const *edges, size_t edge_count,
                        struct err *e)
{
	const char *kind = x->kind->name;

	if (!isfinite(x->metric) || x->metric < 0 || x->metric > 1)
		return err_set(e, E_INVALID, "module '%s': %s of %g (accepted: 0 to 1)", kind, x->kind->metric,
		               x->metric);
	if (x->size == 0 || x->size > MODULE_BLOB_MAX)
		return err_set(e, E_LIMIT, "module '%s': %" PRIu64 " bytes (accepted: 1 to %" PRIu64 ")", kind,
		               x->size, MODULE_BLOB_MAX);
	if (x->round > INT64_MAX)
		return err_set(e, E_INVALID, "module '%s': round %" PRIu64, kind, x->round);
	if (!str_is_name(x->rule, sizeof(x->rule) - 1))
		return err_set(e, E_INVALID, "module '%s': aggregation rule '%.31s' is not a name", kind, x->rule);
	if (edge_count > MANIFEST_EDGES_MAX)
		return err_set(e, E_LIMIT, "module '%s': %zu contributing edges, at most %d are accepted", kind,
		               edge_count, MANIFEST_EDGES_MAX);
	for (size_t i = 0; i < edge_count; i++)
		if (!str_is_name(edges[i], EDGE_ID_MAX))
			return err_set(e, E_INVALID, "module '%s': '%.80s' is not an edge's name", kind, edges[i]);
	return 0;
}

int manifest_add(struct manifest *m, const struct manifest_module *module, const char *const *edges,
                 size_t edge_count, struct err *e)
{
	struct manifest_module *x;
	int rc = check_module(module, edges, edge_count, e);
	size_t at = 0;

	if (rc)
		return rc;
	if (m->module_count == MANIFEST_MODULES_MAX)
		return err_set(e, E_LIMIT, "more than %d modules", MANIFEST_MODULES_MAX);
	if (manifest_find(m, module->kind->name))
		return err_set(e, E_EXISTS, "module '%s' is there twice", module->kind->name);
	while (at < m->module_count && module_index(m->modules[at].kind) < module_index(module->kind))
		at++;
	x = &m->modules[at];
	memmove(x + 1, x, (m->module_count - at) * sizeof(*x));
	*x = *module;
	x->edges = copy_names(edges, edge_count);
	x->edge_count = edge_count;
	m->module_count++;
	return 0;
}

void manifest_copy(struct manifest *to, const struct manifest *from)
{
	*to = *from;
	for (size_t i = 0; i < to->module_count; i++) {
		struct manifest_module *x = &to->modules[i];

		x->edges = copy_names((const char *const *)x->edges, x->edge_count);
	}
}

void manifest_release(struct manifest *m)
{
	for (size_t i = 0; i < m->module_count; i++) {
		for (size_t k = 0; k < m->modules[i].edge_count; k++)
			free(m->modules[i].edges[k]);
		free(m->modules[i].edges);
	}
	*m = (struct manifest){0};
}

const struct manifest_module *manifest_find(const struct manifest *m, const char *kind)
{
	for (size_t i = 0; i < m->module_count; i++)
		if (strcmp(m->modules[i].kind->name, kind) == 0)
			return &m->modules[i];
	return NULL;
}

static json_t *module_json(const struct manifest_module *x)
{
	char hex[DIGEST_HEX];
	json_t *edges = json_array();

	digest_hex(&x->digest, hex);
	for (size_t i = 0; i < x->edge_count; i++)
		json_array_append_new(edges, json_string(x->edges[i]));
	return json_pack("{s:s, s:s, s:s, s:I, s:{s:s, s:f}, s:{s:I, s:s, s:o}}", "kind", x->kind->name,
	                 "architecture", x->kind->architecture, "digest", hex, "size", (json_int_t)x->size,
	                 "metric", "name", x->kind->metric, "value", x->metric, "provenance", "round",
	                 (json_int_t)x->round, "rule", x->rule, "edges", edges);
}

static int check_head(const struct manifest *m, struct err *e)
{
	if (!str_is_name(m->agent, AGENT_ID_MAX))
		return err_set(e, E_INVALID,
		               "'%.64s' is not an agent's name (accepted: 1 to %d letters, digits, . _ -)", m->agent,
		               AGENT_ID_MAX);
	if (m->version == 0 || m->version > INT64_MAX)
		return err_set(e, E_INVALID, "agent version %" PRIu64 " (accepted: 1 to %" PRId64 ")", m->version,
		               INT64_MAX);
	if (m->module_count == 0)
		return err_set(e, E_INVALID, "an agent without modules");
	return 0;
}

int manifest_encode(const struct manifest *m, struct buf *out, struct err *e)
{
	json_t *root, *modules;
	char *text;
	int rc = check_head(m, e);

	if (rc)
		return rc;
	modules = json_array();
	for (size_t i = 0; i < m->module_count; i++)
		json_array_append_new(modules, module_json(&m->modules[i]));
	root = json_pack("{s:s, s:I, s:i, s:o}", "agent", m->agent, "version", (json_int_t)m->version, "format",
	                 MANIFEST_FORMAT, "modules", modules);
	text = root ? json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	if (text)
		buf_str(out, text);
	free(text);
	json_decref(root);
	return text ? 0 : err_set(e, E_INTERNAL, "the manifest cannot be written as JSON");
}

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
	return rc ? rc : read_edges(provenance, names, count, e);
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
	return rc ? rc : manifest_add(m, &x, names, count, e);
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
