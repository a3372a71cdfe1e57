/* The cloud's own work on a round, as job_ops for the runner: write the menu, screen updates, aggregate
 * them, integrate the modules into a signed agent. Runs on worker threads; what it shares is read-only. */
#ifndef WORK_WORK_H
#define WORK_WORK_H

#include "cloud/aggregate/rule.h"
#include "cloud/aggregate/screen.h"
#include "cloud/core/job.h"
#include "cloud/work/online.h"
#include "cloud/policy/policy.h"
#include "common/agent/manifest.h"
#include "common/blob/blob.h"
#include "common/data/dataset.h"

struct work {
	struct blobs *blobs;         /* of the workers' own, on the cloud's folder */
	struct policy policy;        /* the one configured, as it was at the start */
	struct online *online;       /* what it has learned since then; NULL: nothing learns */
	const struct agent_key *key; /* private */
	char agent_id[AGENT_ID_MAX + 1];
	struct dataset test;   /* what modules are measured on */
	size_t screen_samples; /* of `test`, for screening one update */
	struct screen_limits limits;
	const struct aggregate_rule *rule; /* of kinds that are trained; NULL = fedavg */
	uint64_t seed;                     /* of the first parameters */
};

extern const struct job_ops work_ops; /* ctx = struct work */

/* The rows of the module table as the round needs them; *count <= WIRE_KINDS_MAX. */
size_t work_modules(struct round_module out[WIRE_KINDS_MAX]);

/* --- the parts, each in a file of its own ------------------------------------------------------ */
int work_policy(struct work *w, struct job *job, struct err *e) MUST_CHECK;
int work_screen(struct work *w, struct job *job, struct err *e) MUST_CHECK;
int work_aggregate(struct work *w, struct job *job, struct err *e) MUST_CHECK;
int work_integrate(struct work *w, struct job *job, struct err *e) MUST_CHECK;

/* The rule by which a kind's updates are put together. */
const struct aggregate_rule *work_rule(const struct work *w, const struct module_kind *kind);
/* A module's parameters from its blob: *out is owned. */
int work_load(struct work *w, const struct module_kind *kind, const struct blob_ref *ref, float **out,
              struct err *e) MUST_CHECK;
/* Writes parameters as a blob. */
int work_store(struct work *w, const struct module_kind *kind, const float *params, struct blob_ref *out,
               struct err *e) MUST_CHECK;
/* The metric of parameters on the first `samples` test images (0 = all). */
int work_measure(struct work *w, const struct job *job, const struct module_kind *kind, const float *params,
                 size_t samples, double *out, struct err *e) MUST_CHECK;
/* The job's (newest) state of a kind, NULL if it has none. */
const struct module_state *work_state(const struct job *job, const char *kind);

#endif
