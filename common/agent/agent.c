#include "common/agent/agent.h"

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "common/agent/safetensors.h"
#include "common/base/mem.h"
#include "common/base/str.h"

struct part {
	const struct module_kind *kind;
	float *params;
	void *state;
};

struct agent {
	atomic_uint refs;
	struct manifest manifest;
	struct part parts[MANIFEST_MODULES_MAX]; /* as the manifest's modules, in the order of module_table */
	size_t count;
};

static int check_blob(const struct manifest_module *x, const struct buf *blob, struct err *e)
{
	struct digest d = digest_of(blob->data, blob->len);
	char hex[DIGEST_HEX];

	if (blob->len != x->size)
		return err_set(e, E_CORRUPT, "blob of %zu bytes, the manifest says %" PRIu64, blob->len, x->size);
	if (digest_equal(&d, &x->digest))
		return 0;
	digest_hex(&d, hex);
	return err_set(e, E_CORRUPT, "blob fails its digest: it has %s", hex);
}

static int check_finite(const float *params, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(params[i]))
			return err_set(e, E_CORRUPT, "parameter %zu is not a finite number", i);
	return 0;
}

static int load_params(const struct manifest_module *x, agent_blob_fn *get, void *ctx, struct part *part,
                       struct err *e)
{
	const struct tensor_layout *layout = x->kind->layout();
	struct buf blob = BUF_INIT;
	int rc = get(ctx, &x->digest, &blob, e);

	part->kind = x->kind;
	part->params = mem_floats(layout->floats);
	if (!rc)
		rc = check_blob(x, &blob, e);
	if (!rc)
		rc = safetensors_read(blob.data, blob.len, layout, part->params, NULL, e);
	if (!rc)
		rc = check_finite(part->params, layout->floats, e);
	buf_release(&blob);
	return rc;
}

static const float *params_of(const struct agent *a, const char *kind)
{
	const struct module_kind *want = kind ? module_find(kind) : NULL;

	for (size_t i = 0; want && i < a->count; i++)
		if (a->parts[i].kind == want)
			return a->parts[i].params;
	return NULL;
}

static int load_part(struct agent *a, size_t i, agent_blob_fn *get, void *ctx, struct err *e)
{
	struct part *part = &a->parts[i];
	int rc;

	a->count = i + 1;
	rc = load_params(&a->manifest.modules[i], get, ctx, part, e);
	if (!rc)
		rc = part->kind->open(part->params, params_of(a, part->kind->needs), &part->state, e);
	if (rc)
		err_wrap(e, "module '%s'", part->kind->name);
	return rc;
}

/* One request that touches every module and remembers nothing. */
static int self_test(struct agent *a, struct err *e)
{
	struct act probe;
	int rc;

	act_init(&probe);
	probe.has_image = true;
	rc = agent_act(a, &probe, e);
	act_release(&probe);
	if (rc)
		err_wrap(e, "test request");
	return rc;
}

int agent_load(const struct manifest *m, agent_blob_fn *get, void *ctx, struct agent **out, struct err *e)
{
	struct agent *a = mem_zalloc(sizeof(*a));
	int rc = 0;

	*out = NULL;
	atomic_init(&a->refs, 1);
	manifest_copy(&a->manifest, m);
	for (size_t i = 0; rc == 0 && i < m->module_count; i++)
		rc = load_part(a, i, get, ctx, e);
	if (!rc)
		rc = self_test(a, e);
	if (rc) {
		err_wrap(e, "agent '%s' version %" PRIu64, m->agent, m->version);
		agent_unref(a);
		return rc;
	}
	*out = a;
	return 0;
}

struct agent *agent_ref(struct agent *a)
{
	atomic_fetch_add_explicit(&a->refs, 1, memory_order_relaxed);
	return a;
}

void agent_unref(struct agent *a)
{
	if (!a || atomic_fetch_sub_explicit(&a->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < a->count; i++) {
		if (a->parts[i].state)
			a->parts[i].kind->close(a->parts[i].state);
		free(a->parts[i].params);
	}
	manifest_release(&a->manifest);
	free(a);
}

const struct manifest *agent_manifest(const struct agent *a)
{
	return &a->manifest;
}

int agent_act(struct agent *a, struct act *request, struct err *e)
{
	if (request->session && !str_is_name(request->session, SESSION_NAME_MAX))
		return err_set(e, E_INVALID,
		               "session '%.80s' is not a name (accepted: 1 to %d letters, digits, '.', '_' and '-')",
		               request->session, SESSION_NAME_MAX);
	request->version = a->manifest.version;
	for (size_t i = 0; i < a->count; i++) {
		int rc = a->parts[i].kind->act(a->parts[i].state, request, e);

		if (rc) {
			err_wrap(e, "module '%s'", a->parts[i].kind->name);
			return rc;
		}
	}
	return 0;
}
