/* Integration: the newest module versions become one agent, measured, described and signed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/work/work.h"
#include "common/base/mem.h"
#include "common/base/str.h"

/* Measures a module that has no metric yet; its state is then one that the job made. */
static int ensure_metric(struct work *w, struct job *job, const struct module_kind *kind, struct err *e)
{
	const struct module_state *state = work_state(job, kind->name);
	struct module_state *made;
	float *params;
	int rc;

	if (isfinite(state->metric))
		return 0;
	made = &job->made[job->made_count];
	*made = *state;
	rc = work_load(w, kind, &made->blob, &params, e);
	if (rc)
		return rc;
	rc = work_measure(w, job, kind, params, 0, &made->metric, e);
	free(params);
	if (!rc)
		job->made_count++;
	return rc;
}

static bool changed_kind(const struct job_update *u, const char *kind)
{
	for (size_t i = 0; i < u->update.result_count; i++)
		if (strcmp(u->update.result[i].kind, kind) == 0)
			return true;
	return false;
}

/* Names of the edges whose updates of this round went into the kind, each once; borrowed from the job. */
static size_t contributors(const struct job *job, const char *kind, const char **out)
{
	size_t n = 0;

	for (size_t i = 0; i < job->count; i++) {
		size_t j = 0;

		if (!changed_kind(&job->list[i], kind))
			continue;
		while (j < n && strcmp(out[j], job->list[i].edge) != 0)
			j++;
		if (j == n)
			out[n++] = job->list[i].edge;
	}
	return n;
}

static int add_module(struct work *w, struct job *job, const struct module_kind *kind, struct manifest *m,
                      struct err *e)
{
	const char **edges = mem_array(job->count + 1, sizeof(*edges));
	struct manifest_module x = {.kind = kind};
	int rc = ensure_metric(w, job, kind, e);

	if (!rc) {
		const struct module_state *state = work_state(job, kind->name);
		size_t n = contributors(job, kind->name, edges);

		x.digest = state->blob.digest;
		x.size = state->blob.size;
		x.metric = state->metric;
		x.round = state->round;
		str_copy(x.rule, sizeof(x.rule), work_rule(w, kind)->name);
		rc = manifest_add(m, &x, edges, n, e);
	}
	free(edges);
	return rc;
}

int work_integrate(struct work *w, struct job *job, struct err *e)
{
	struct manifest m;
	int rc = 0;

	memset(&m, 0, sizeof(m));
	memcpy(m.agent, w->agent_id, sizeof(m.agent));
	m.version = job->version;
	for (size_t i = 0; !rc && i < module_count; i++)
		if (work_state(job, module_table[i]->name))
			rc = add_module(w, job, module_table[i], &m, e);
	if (!rc)
		rc = manifest_sign(&m, w->key, &job->manifest, e);
	manifest_release(&m);
	return rc;
}
