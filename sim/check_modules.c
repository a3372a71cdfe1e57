/* The modules, recomputed at the end from the stored tasks and blobs: each state is the mean of exactly the
 * accepted updates of its stage, training began from the newest state, agents hold what their round made. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "sim/world_internal.h"

struct chain {
	struct world *w;
	float *value;
	double *sum;
	struct digest blob[TOY_KINDS]; /* newest so far */
	uint32_t generation[TOY_KINDS];
	uint64_t agent;
};

static bool load(struct chain *c, const struct digest *d)
{
	struct buf bytes = BUF_INIT;
	size_t n = c->w->floats * sizeof(float);
	struct err e = ERR_INIT;
	bool ok = blobs_load(c->w->cloud_blobs, d, n, &bytes, &e) == 0 && bytes.len == n;

	if (ok)
		memcpy(c->value, bytes.data, n);
	else
		BREAK(c->w, "a module's blob cannot be read: %s", e.text);
	buf_release(&bytes);
	return ok;
}

static size_t add_seat(struct chain *c, const struct task *t, const char *kind)
{
	size_t n = 0;

	for (size_t j = 0; t->state == TASK_ACCEPTED && j < t->update.result_count; j++) {
		if (strcmp(t->update.result[j].kind, kind) != 0 || !load(c, &t->update.result[j].blob.digest))
			continue;
		for (uint32_t k = 0; k < c->w->floats; k++)
			c->sum[k] += (double)c->value[k];
		n++;
	}
	return n;
}

/* Puts the mean into c->sum; answers of how many. */
static size_t mean(struct chain *c, const struct round *r, int stage, const char *kind)
{
	size_t n = 0;

	memset(c->sum, 0, c->w->floats * sizeof(*c->sum));
	for (size_t i = 0; i < r->seat_count; i++)
		n += add_seat(c, &r->seat[i].task[stage], kind);
	for (uint32_t k = 0; n > 0 && k < c->w->floats; k++)
		c->sum[k] /= (double)n;
	return n;
}

static bool is_mean(struct chain *c, const struct digest *d)
{
	if (!load(c, d))
		return false;
	for (uint32_t k = 0; k < c->w->floats; k++)
		if (!(fabs((double)c->value[k] - c->sum[k]) < 1e-5))
			return false;
	return true;
}

/* The blob that training of the next stage started from shows what this stage made. */
static const struct digest *made_by(const struct round *r, int stage, size_t m)
{
	for (int later = stage + 1; later < STAGES; later++)
		for (size_t i = 0; i < r->seat_count; i++) {
			const struct msg_task *o = &r->seat[i].task[later].order;

			for (size_t j = 0; j < o->work_count; j++)
				if (strcmp(o->work[j].kind, r->module[m].kind) == 0)
					return &o->work[j].start.digest;
		}
	return &r->module[m].blob.digest;
}

static void check_starts(struct chain *c, const struct round *r, int stage)
{
	for (size_t i = 0; i < r->seat_count; i++) {
		const struct msg_task *o = &r->seat[i].task[stage].order;

		for (size_t j = 0; j < o->work_count; j++)
			for (size_t m = 0; m < r->module_count; m++)
				if (strcmp(o->work[j].kind, r->module[m].kind) == 0 &&
				    (!digest_equal(&o->work[j].start.digest, &c->blob[m]) ||
				     o->work[j].generation != c->generation[m]))
					BREAK(c->w, "task %" PRIu64 " does not start from the newest %s", o->task,
					      r->module[m].kind);
	}
}

/* A round that failed, or is under way, may have stopped short of any aggregation. */
static void check_stage(struct chain *c, const struct round *r, int stage)
{
	check_starts(c, r, stage);
	for (size_t m = 0; m < r->module_count; m++) {
		size_t n;

		if (r->phase != PHASE_DONE && c->generation[m] == r->module[m].generation)
			continue;
		n = mean(c, r, stage, r->module[m].kind);
		if (n == 0)
			continue;
		c->generation[m]++;
		c->blob[m] = *made_by(r, stage, m);
		if (!is_mean(c, &c->blob[m]))
			BREAK(c->w, "round %" PRIu64 ": %s after stage %d is not the mean of its %zu accepted updates",
			      r->id, r->module[m].kind, stage + 1, n);
	}
}

static void check_agent(struct chain *c, const struct round *r)
{
	struct blob_ref blob[WIRE_KINDS_MAX];
	struct agent_record agent = {0};
	struct err e = ERR_INIT;
	uint64_t version = 0;
	size_t count = 0;
	int rc;

	if (r->agent_version == 0)
		return;
	if (r->agent_version != c->agent + 1)
		BREAK(c->w, "round %" PRIu64 " makes agent %" PRIu64 " after agent %" PRIu64, r->id, r->agent_version,
		      c->agent);
	c->agent = r->agent_version;
	rc = store_load_agent(c->w->store, r->agent_version, &agent, &e);
	if (!rc)
		rc = toy_inspect(agent.manifest, agent.manifest_len, &version, blob, &count, &e);
	if (rc)
		BREAK(c->w, "agent %" PRIu64 ": %s", r->agent_version, e.text);
	for (size_t m = 0; !rc && m < r->module_count; m++)
		if (count != r->module_count || version != r->agent_version ||
		    !digest_equal(&blob[m].digest, &r->module[m].blob.digest))
			BREAK(c->w, "agent %" PRIu64 " does not hold what round %" PRIu64 " made", r->agent_version,
			      r->id);
	agent_record_release(&agent);
}

static void check_round(struct chain *c, const struct round *r)
{
	for (int stage = 0; stage < STAGES; stage++)
		check_stage(c, r, stage);
	for (size_t m = 0; m < r->module_count; m++) {
		if (c->generation[m] != r->module[m].generation)
			BREAK(c->w, "round %" PRIu64 ": %s has generation %u after %u aggregations", r->id,
			      r->module[m].kind, r->module[m].generation, c->generation[m]);
		if (!digest_equal(&c->blob[m], &r->module[m].blob.digest))
			BREAK(c->w, "round %" PRIu64 ": %s is not what was aggregated last", r->id, r->module[m].kind);
	}
	check_agent(c, r);
}

void check_modules(struct world *w)
{
	struct chain c = {.w = w, .value = mem_floats(w->floats), .sum = mem_array(w->floats, sizeof(double))};
	struct err e = ERR_INIT;
	uint64_t last = 0;
	int rc = store_last_round(w->store, &last, &e);

	for (size_t m = 0; !rc && m < TOY_KINDS; m++) {
		struct module_state first;

		rc = toy_ops.first(w, w->module[m].kind, &first, &e);
		c.blob[m] = first.blob.digest;
	}

	for (uint64_t id = 1; !rc && id <= last && !w->broken.code; id++) {
		struct round r;

		memset(&r, 0, sizeof(r));
		rc = store_load_round(w->store, id, &r, &e);
		if (!rc)
			check_round(&c, &r);
		round_release(&r);
	}
	if (rc)
		BREAK(w, "the stored rounds cannot be read: %s", e.text);
	free(c.value);
	free(c.sum);
}
