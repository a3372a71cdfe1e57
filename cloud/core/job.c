#include "cloud/core/job.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

struct job *job_new(enum job_kind kind, const struct round *r)
{
	struct job *job = mem_zalloc(sizeof(*job));

	job->kind = kind;
	job->round = r->id;
	job->instance = r->instance;
	memcpy(job->module, r->module, sizeof(job->module));
	job->module_count = r->module_count;
	return job;
}

void job_free(struct job *job)
{
	if (!job)
		return;
	buf_release(&job->manifest);
	free(job->list);
	free(job);
}
