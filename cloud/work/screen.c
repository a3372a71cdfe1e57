/* Screening: every module of one update through every gate (cloud/aggregate/screen.h). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/work/work.h"

struct subject {
	struct blob_map map;
	float *start, *needs;
};

static void subject_release(struct subject *s)
{
	blob_unmap(&s->map);
	free(s->start);
	free(s->needs);
}

static int open_subject(struct work *w, const struct module_kind *kind, const struct msg_work *order,
                        const struct msg_result *result, struct subject *s, struct err *e)
{
	int rc = blobs_map(w->blobs, &result->blob.digest, MODULE_BLOB_MAX, &s->map, e);

	if (!rc)
		rc = work_load(w, kind, &order->start, &s->start, e);
	if (!rc && kind->needs)
		rc = work_load(w, module_find(kind->needs), &order->needs, &s->needs, e);
	return rc;
}

static int screen_one(struct work *w, struct job *job, size_t i, struct screening *out, struct err *e)
{
	const struct msg_work *order = &job->list[0].order.work[i];
	const struct msg_result *result = &job->list[0].update.result[i];
	const struct module_kind *kind = module_find(order->kind);
	/* one edge's share of a derived module says little of the whole: only the least metric counts */
	bool compare = kind && kind->stage == STAGE_TRAINED;
	const struct module_state *before = compare ? work_state(job, order->kind) : NULL;
	struct screen_subject subject = {.kind = kind,
	                                 .start_metric = before ? before->metric : NAN,
	                                 .norm_median = job->norm_median[i],
	                                 .validation = &w->test,
	                                 .validation_max = w->screen_samples};
	struct subject s = {0};
	int rc;

	if (!kind)
		return err_set(e, E_INTERNAL, "module kind '%s' is not in the table", order->kind);
	rc = open_subject(w, kind, order, result, &s, e);
	if (rc == E_CORRUPT && !s.map.data) { /* spoilt on our disk: this update's loss, not the round's */
		out->gate = SCREEN_SHAPE;
		snprintf(out->reason, sizeof(out->reason), "shape: the bytes no longer have their digest");
		return 0;
	}
	subject.bytes = s.map.data;
	subject.size = s.map.size;
	subject.start = s.start;
	subject.needs_params = s.needs;
	if (!rc)
		rc = screen_update(&subject, &w->limits, out, e);
	subject_release(&s);
	return rc;
}

int work_screen(struct work *w, struct job *job, struct err *e)
{
	const struct job_update *u = &job->list[0];

	job->accepted = true;
	job->metric = NAN;
	for (size_t i = 0; job->accepted && i < u->order.work_count; i++) {
		struct screening result = {0};
		int rc = screen_one(w, job, i, &result, e);

		if (rc)
			return err_wrap(e, "screening the update of %s", u->edge);
		job->norm[i] = isfinite(result.norm) ? result.norm : 0;
		if (i == 0)
			job->metric = result.metric;
		if (result.gate != SCREEN_PASSED) {
			job->accepted = false;
			snprintf(job->reason, sizeof(job->reason), "%.64s: %.440s", u->order.work[i].kind, result.reason);
		}
	}
	return 0;
}
