/* What every kind of agent module implements. A module's parameters are one flat block of floats; its layout
 * names the tensors in it. A new kind is one file pair here and one row in module_table.
 *
 * Pure: no clock, no input or output, no randomness but from the given seed. The same job gives the same
 * bits. */
#ifndef MODULE_MODULE_H
#define MODULE_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/err.h"
#include "common/data/dataset.h"
#include "common/data/shard.h"
#include "common/module/act.h"

#define MODULE_KIND_MAX 32 /* characters in a kind's name */

/* One tensor, row-major float32, inside the flat block. */
struct tensor_spec {
	const char *name; /* as PyTorch would call it */
	int rank;         /* 1 to 4 */
	uint32_t dims[4];
	size_t offset; /* of its first float in the block */
};

uint64_t tensor_bytes(const struct tensor_spec *t);

struct tensor_layout {
	const struct tensor_spec *specs;
	size_t count;
	size_t floats; /* in the whole block */
};

/* Training of exactly `samples` samples from a shard, starting from the parameters given. */
struct train_job {
	const struct dataset *data;
	struct shard shard; /* borrowed indices into `data` */
	uint64_t samples;   /* training effort: samples passed through training, repeats counted */
	uint64_t seed;
	uint32_t generation;       /* aggregations behind the starting parameters; schedules follow it */
	const float *needs_params; /* finished parameters of the kind this one needs, or NULL */
	/* Called now and then on the training thread; either may be NULL. */
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
	bool (*cancelled)(void *ctx); /* true stops the training with E_STATE */
	void *ctx;
};

/* E_INVALID for a job without samples, or whose shard is not of its data; every kind's train() starts with
 * it. */
int train_job_check(const struct train_job *job, struct err *e) MUST_CHECK;

struct train_report {
	uint64_t samples; /* trained, equal to the job's on success */
	double loss;      /* mean over the job; 0 for kinds without a loss */
};

enum module_stage {
	STAGE_TRAINED = 0, /* trained in both contract periods */
	STAGE_DERIVED = 1, /* computed once from the finished stage-0 modules, after the last aggregation */
};

struct module_kind {
	const char *name;         /* "perception" */
	const char *architecture; /* stands in the manifest; another text means another layout */
	const char *metric;       /* "accuracy"; higher is better, 0 to 1 */
	enum module_stage stage;
	const char *needs; /* the kind whose parameters it builds on, earlier in the table, or NULL */

	const struct tensor_layout *(*layout)(void);
	void (*init)(float *params, uint64_t seed);
	/* Changes `params` in place. On an error they are in an unspecified state. */
	int (*train)(const struct train_job *job, float *params, struct train_report *out,
	             struct err *e) MUST_CHECK;
	/* Over the first `max_samples` of the data set (0 = all). */
	int (*evaluate)(const float *params, const float *needs_params, const struct dataset *data,
	                size_t max_samples, double *metric, struct err *e) MUST_CHECK;

	/* Inference: `open` copies what it keeps of the parameters. One thread at a time per state. */
	int (*open)(const float *params, const float *needs_params, void **state, struct err *e) MUST_CHECK;
	int (*act)(void *state, struct act *a, struct err *e) MUST_CHECK;
	void (*close)(void *state); /* NULL is fine */
};

/* In the order in which they act, so what a kind needs stands before it. */
extern const struct module_kind *const module_table[];
extern const size_t module_count;

const struct module_kind *module_find(const char *name); /* NULL if there is none */
/* Position in module_table, below module_count. */
size_t module_index(const struct module_kind *kind);
/* E_NOT_FOUND naming the kinds there are. */
int module_lookup(const char *name, const struct module_kind **out, struct err *e) MUST_CHECK;

#endif
