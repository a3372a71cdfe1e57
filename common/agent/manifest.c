#include "common/agent/manifest.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/mem.h"
#include "common/base/str.h"

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
	for (size_t i = 0; i < edge_count; i++)
		if (!str_is_name(edges[i], EDGE_ID_MAX))
			return err_set(e, E_INVALID, "module '%s': '%.80s' is not an edge's name", kind, edges[i]);
	return 0;
}

int manifest_add_listed(struct manifest *m, const struct manifest_module *module, const char *const *edges,
                        size_t listed, uint64_t edge_total, struct err *e)
{
	struct manifest_module *x;
	size_t at = 0;
	int rc = check_module(module, edges, listed, e);

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
	x->edges = copy_names(edges, listed);
	x->edge_count = listed;
	x->edge_total = edge_total;
	m->module_count++;
	return 0;
}

int manifest_add(struct manifest *m, const struct manifest_module *module, const char *const *edges,
                 size_t edge_count, struct err *e)
{
	size_t listed = edge_count < MANIFEST_EDGES_MAX ? edge_count : MANIFEST_EDGES_MAX;

	return manifest_add_listed(m, module, edges, listed, edge_count, e);
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
	return json_pack("{s:s, s:s, s:s, s:I, s:{s:s, s:f}, s:{s:I, s:s, s:o, s:I}}", "kind", x->kind->name,
	                 "architecture", x->kind->architecture, "digest", hex, "size", (json_int_t)x->size,
	                 "metric", "name", x->kind->metric, "value", x->metric, "provenance", "round",
	                 (json_int_t)x->round, "rule", x->rule, "edges", edges, "edge_total",
	                 (json_int_t)x->edge_total);
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
