/* Doing a task's work: from parameter files in memory to parameter files in memory. No thread, file or clock:
 * the same task, inputs and data give the same bytes. */
#ifndef TRAIN_TASK_H
#define TRAIN_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/data/dataset.h"
#include "common/data/shard.h"
#include "common/wire/msg.h"

/* What an edge trains on; borrowed, read-only. */
struct train_data {
	const struct dataset *data;
	struct shard shard;
};

/* The safetensors files of one work; borrowed. */
struct train_input {
	const uint8_t *start;
	size_t start_len;
	const uint8_t *needs; /* NULL when the kind builds on none */
	size_t needs_len;
};

/* Called on the training thread now and then; may be NULL. True stops the work with E_STATE. */
struct train_watch {
	bool (*cancelled)(void *ctx);
	void *ctx;
};

/* One result file for each work, in order. */
struct train_output {
	struct buf file[WIRE_KINDS_MAX];
	struct msg_update update; /* task, results with their references; the duration is the caller's */
};

/* Trains the works in order, each exactly its samples (a work of none hands its start back). E_INVALID and
 * others name the work. `out` is released by the caller in any case. */
int train_task(const struct msg_task *t, const struct train_input *in, const struct train_data *data,
               const struct train_watch *watch, struct train_output *out, struct err *e) MUST_CHECK;
void train_output_release(struct train_output *out);

#endif
