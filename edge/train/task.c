#include "edge/train/task.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/agent/safetensors.h"
#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/base/str.h"
#include "common/module/module.h"

void train_output_release(struct train_output *out)
{
	for (size_t i = 0; i < WIRE_KINDS_MAX; i++)
		buf_release(&out->file[i]);
}

static int check_finite(const float *params, size_t n, double loss, struct err *e)
{
	if (!isfinite(loss))
		return err_set(e, E_INTERNAL, "the training diverged: its loss is not finite");
	for (size_t i = 0; i < n; i++)
		if (!isfinite(params[i]))
			return err_set(e, E_INTERNAL, "the training diverged: parameter %zu is not finite", i);
	return 0;
}

/* The finished parameters of the kind that `kind` builds on; NULL when it builds on none. */
static int read_needs(const struct module_kind *kind, const struct train_input *in, float **params,
                      struct err *e)
{
	const struct module_kind *base;
	int rc;

	*params = NULL;
	if (!kind->needs)
		return 0;
	if (!in->needs)
		return err_set(e, E_INVALID, "it builds on '%s', whose parameters are not given", kind->needs);
	rc = module_lookup(kind->needs, &base, e);
	if (rc)
		return rc;
	*params = mem_floats(base->layout()->floats);
	rc = safetensors_read(in->needs, in->needs_len, base->layout(), *params, NULL, e);
	return rc ? err_wrap(e, "parameters of '%s'", kind->needs) : 0;
}

static int train(const struct module_kind *kind, const struct train_job *job, float *params,
                 struct train_report *report, struct err *e)
{
	int rc = job->samples > 0 ? kind->train(job, params, report, e) : 0;

	return rc ? rc : check_finite(params, kind->layout()->floats, report->loss, e);
}

static void write_result(const struct module_kind *kind, const float *params,
                         const struct train_report *report, struct buf *file, struct msg_result *result)
{
	const struct tensor_note notes[] = {{"kind", kind->name}, {"architecture", kind->architecture}};

	safetensors_write(kind->layout(), params, notes, ARRAY_LEN(notes), file);
	str_copy(result->kind, sizeof(result->kind), kind->name);
	result->blob.digest = digest_of(file->data, file->len);
	result->blob.size = file->len;
	result->samples = report->samples;
	result->loss = report->loss;
}

static int one_work(const struct msg_work *w, const struct train_input *in, struct train_job *job,
                    struct buf *file, struct msg_result *result, struct err *e)
{
	const struct module_kind *kind;
	struct train_report report = {0};
	float *params, *needs = NULL;
	int rc = module_lookup(w->kind, &kind, e);

	if (rc)
		return rc;
	params = mem_floats(kind->layout()->floats);
	rc = safetensors_read(in->start, in->start_len, kind->layout(), params, NULL, e);
	if (rc == 0)
		rc = read_needs(kind, in, &needs, e);
	job->samples = w->samples;
	job->generation = w->generation;
	job->needs_params = needs;
	if (rc == 0)
		rc = train(kind, job, params, &report, e);
	if (rc == 0)
		write_result(kind, params, &report, file, result);
	free(params);
	free(needs);
	return rc;
}

int train_task(const struct msg_task *t, const struct train_input *in, const struct train_data *data,
               const struct train_watch *watch, struct train_output *out, struct err *e)
{
	struct train_job job = {.data = data->data, .shard = data->shard};

	memset(out, 0, sizeof(*out));
	out->update.task = t->task;
	if (watch) {
		job.cancelled = watch->cancelled;
		job.ctx = watch->ctx;
	}
	for (size_t i = 0; i < t->work_count; i++) {
		struct rng rng;
		int rc;

		/* Each kind draws from its own stream, whatever else is in the task. */
		rng_seed(&rng, t->seed, rng_stream(t->work[i].kind));
		job.seed = rng_u64(&rng);
		rc = one_work(&t->work[i], &in[i], &job, &out->file[i], &out->update.result[i], e);
		if (rc)
			return err_wrap(e, "%s", t->work[i].kind);
		out->update.result_count = i + 1;
	}
	return 0;
}
