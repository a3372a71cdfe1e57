#include "cloud/work/work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/policy/learned.h"
#include "common/agent/safetensors.h"
#include "common/base/mem.h"
#include "common/base/str.h"

size_t work_modules(struct round_module out[WIRE_KINDS_MAX])
{
	size_t n = module_count < WIRE_KINDS_MAX ? module_count : WIRE_KINDS_MAX;

	for (size_t i = 0; i < n; i++) {
		const struct module_kind *kind = module_table[i];

		out[i].kind = kind->name;
		out[i].derived = kind->stage == STAGE_DERIVED;
		out[i].needs = kind->needs ? (int)module_index(module_find(kind->needs)) : -1;
	}
	return n;
}

const struct module_state *work_state(const struct job *job, const char *kind)
{
	for (size_t i = 0; i < job->made_count; i++)
		if (strcmp(job->made[i].kind, kind) == 0)
			return &job->made[i];
	for (size_t i = 0; i < job->module_count; i++)
		if (strcmp(job->module[i].kind, kind) == 0)
			return &job->module[i];
	return NULL;
}

int work_load(struct work *w, const struct module_kind *kind, const struct blob_ref *ref, float **out,
              struct err *e)
{
	const struct tensor_layout *layout = kind->layout();
	struct blob_map map;
	float *params;
	int rc = blobs_map(w->blobs, &ref->digest, MODULE_BLOB_MAX, &map, e);

	if (rc)
		return rc;
	params = mem_floats(layout->floats);
	rc = safetensors_read(map.data, map.size, layout, params, NULL, e);
	blob_unmap(&map);
	if (rc) {
		free(params);
		return err_wrap(e, "%s", kind->name);
	}
	*out = params;
	return 0;
}

int work_store(struct work *w, const struct module_kind *kind, const float *params, struct blob_ref *out,
               struct err *e)
{
	const struct tensor_note notes[] = {{"kind", kind->name}, {"architecture", kind->architecture}};
	struct buf file = BUF_INIT;
	int rc;

	safetensors_write(kind->layout(), params, notes, ARRAY_LEN(notes), &file);
	rc = blobs_put(w->blobs, file.data, file.len, out, e);
	buf_release(&file);
	return rc;
}

int work_measure(struct work *w, const struct job *job, const struct module_kind *kind, const float *params,
                 size_t samples, double *out, struct err *e)
{
	const struct module_kind *needs = kind->needs ? module_find(kind->needs) : NULL;
	float *needs_params = NULL;
	int rc = 0;

	if (needs)
		rc = work_load(w, needs, &work_state(job, needs->name)->blob, &needs_params, e);
	if (!rc)
		rc = kind->evaluate(params, needs_params, &w->test, samples, out, e);
	free(needs_params);
	return rc;
}

static int first(void *ctx, const char *name, struct module_state *out, struct err *e)
{
	struct work *w = ctx;
	const struct module_kind *kind;
	float *params;
	int rc = module_lookup(name, &kind, e);

	if (rc)
		return rc;
	memset(out, 0, sizeof(*out));
	str_copy(out->kind, sizeof(out->kind), kind->name);
	out->metric = NAN;
	params = mem_floats(kind->layout()->floats);
	kind->init(params, w->seed);
	rc = work_store(w, kind, params, &out->blob, e);
	free(params);
	return rc;
}

static int inspect(void *ctx, const uint8_t *bytes, size_t n, struct blob_ref out[WIRE_KINDS_MAX],
                   size_t *count, struct err *e)
{
	struct work *w = ctx;
	struct manifest m;
	int rc = manifest_open(bytes, n, w->key, &m, e);

	if (rc)
		return err_wrap(e, "the stored agent does not fit this cloud's agent key");
	*count = 0;
	for (size_t i = 0; i < m.module_count && i < WIRE_KINDS_MAX; i++) {
		out[i].digest = m.modules[i].digest;
		out[i].size = m.modules[i].size;
		(*count)++;
	}
	manifest_release(&m);
	return 0;
}

static void run(void *ctx, struct job *job)
{
	static int (*const parts[])(struct work *, struct job *, struct err *) = {
	    [JOB_POLICY] = work_policy,
	    [JOB_SCREEN] = work_screen,
	    [JOB_AGGREGATE] = work_aggregate,
	    [JOB_INTEGRATE] = work_integrate,
	};

	job->rc = parts[job->kind](ctx, job, &job->err);
}

/* The policies whose menus are contracts to offer. */
static bool policy(void *ctx, size_t i, struct job_policy *out)
{
	const struct work *w = ctx;
	const struct policy_ops *ops;

	if (learned_is(&w->policy) && i-- == 0) {
		ops = w->policy.ops;
		*out = (struct job_policy){ops->name, ops->summary, true};
		return true;
	}
	for (size_t k = 0; (ops = policy_at(k)); k++)
		if (!ops->complete_information && i-- == 0)
			break;
	if (!ops)
		return false;
	*out = (struct job_policy){ops->name, ops->summary, strcmp(ops->name, w->policy.ops->name) == 0};
	return true;
}

static int renew(void *ctx, const uint8_t *bytes, size_t n, uint64_t version, struct buf *out, struct err *e)
{
	struct work *w = ctx;
	struct manifest m;
	int rc = manifest_open(bytes, n, w->key, &m, e);

	if (rc)
		return rc;
	m.version = version;
	rc = manifest_sign(&m, w->key, out, e);
	manifest_release(&m);
	return rc;
}

const struct job_ops work_ops = {run, first, inspect, policy, renew};
