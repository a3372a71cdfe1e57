/* Toy numbers: an update is the start mixed with numbers from the task's seed, so that the whole
 * federation's arithmetic can be checked without training anything. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "common/contract/feasible.h"
#include "common/contract/rewards.h"
#include "sim/world_internal.h"

struct toy_manifest {
	uint64_t magic, version, count;
	struct blob_ref blob[WIRE_KINDS_MAX];
};

#define TOY_MAGIC 0x746f792d61676e74u

static int load(const struct blobs *blobs, const struct blob_ref *ref, uint32_t floats, float *out,
                struct err *e)
{
	struct buf bytes = BUF_INIT;
	int rc = blobs_load(blobs, &ref->digest, (size_t)floats * sizeof(float), &bytes, e);

	if (!rc && bytes.len != (size_t)floats * sizeof(float))
		rc = err_set(e, E_CORRUPT, "a toy blob of %zu bytes", bytes.len);
	if (!rc)
		memcpy(out, bytes.data, bytes.len);
	buf_release(&bytes);
	return rc;
}

static void mix(float *v, uint32_t n, uint64_t seed, uint64_t samples)
{
	struct rng rng;

	rng_seed(&rng, seed, samples);
	for (uint32_t i = 0; i < n; i++)
		v[i] = 0.5f * v[i] + (float)rng_double(&rng);
}

int toy_train(struct side_edge *s, const struct msg_task *task, struct msg_update *out, struct err *e)
{
	uint32_t floats = s->world->floats;
	float *v = mem_floats(floats);
	int rc = 0;

	memset(out, 0, sizeof(*out));
	out->task = task->task;
	for (size_t i = 0; !rc && i < task->work_count; i++) {
		const struct msg_work *w = &task->work[i];
		struct msg_result *r = &out->result[out->result_count++];

		rc = load(s->blobs, &w->start, floats, v, e);
		/* another result at every training, so that one done twice shows */
		mix(v, floats, task->seed + rng_u64(&s->world->rng), w->samples);
		if (s->liar)
			v[0] = NAN;
		memcpy(r->kind, w->kind, sizeof(r->kind));
		r->samples = w->samples;
		if (!rc)
			rc = blobs_put(s->blobs, v, floats * sizeof(*v), &r->blob, e);
	}
	free(v);
	return rc;
}

int toy_inspect(const uint8_t *manifest, size_t n, uint64_t *version, struct blob_ref *out, size_t *count,
                struct err *e)
{
	struct toy_manifest m;

	if (n != sizeof(m))
		return err_set(e, E_INVALID, "a toy manifest of %zu bytes", n);
	memcpy(&m, manifest, sizeof(m));
	if (m.magic != TOY_MAGIC || m.count > WIRE_KINDS_MAX)
		return err_set(e, E_AUTH, "not a manifest of this cloud");
	*version = m.version;
	*count = (size_t)m.count;
	memcpy(out, m.blob, (size_t)m.count * sizeof(*out));
	return 0;
}

/* --- the cloud's jobs -------------------------------------------------------------------------- */

static int write_menu(struct job *job, struct err *e)
{
	struct menu *m = &job->written.menu;
	struct rng rng;
	double q1 = 0.5, q2[CONTRACT_TYPES_MAX] = {0};
	int K = job->instance.terms.types;
	int rc;

	rng_seed(&rng, job->round, 7); /* the same round gets the same menu when the job runs again */
	memset(m, 0, sizeof(*m));
	m->types = K;
	for (int k = 0; k < K; k++) {
		m->q1[k] = q1 += rng_double(&rng) * 2;
		for (int l = 0; l < K; l++) {
			double low = l > 0 && m->q2[k][l - 1] > q2[l] ? m->q2[k][l - 1] : q2[l];

			m->q2[k][l] = q2[l] = low + (low > 0 || rng_below(&rng, 3) > 0 ? rng_double(&rng) : 0);
		}
	}
	rc = menu_least_rewards(m, &job->instance, e);
	str_copy(job->written.policy, sizeof(job->written.policy), "toy");
	return rc ? rc : menu_require_feasible(m, &job->instance, e);
}

static int screen(struct world *w, struct job *job, struct err *e)
{
	float *v = mem_floats(w->floats);
	int rc = 0;

	job->accepted = true;
	for (size_t i = 0; !rc && i < job->list[0].update.result_count; i++) {
		rc = load(w->cloud_blobs, &job->list[0].update.result[i].blob, w->floats, v, e);
		if (!rc && !isfinite(v[0]))
			job->accepted = false;
	}
	if (rc == E_CORRUPT || rc == E_LIMIT) {
		job->accepted = false;
		rc = 0;
	}
	if (!job->accepted)
		str_copy(job->reason, sizeof(job->reason), "finiteness: the first value is not a number");
	free(v);
	return rc;
}

static int aggregate_kind(struct world *w, struct job *job, size_t m, struct err *e)
{
	struct module_state *made = &job->made[job->made_count];
	float *sum = mem_floats(w->floats), *v = mem_floats(w->floats);
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; !rc && i < job->count; i++) {
		for (size_t j = 0; !rc && j < job->list[i].update.result_count; j++) {
			const struct msg_result *r = &job->list[i].update.result[j];

			if (strcmp(r->kind, job->module[m].kind) != 0)
				continue;
			rc = load(w->cloud_blobs, &r->blob, w->floats, v, e);
			for (uint32_t k = 0; k < w->floats; k++)
				sum[k] += v[k];
			n++;
		}
	}
	for (uint32_t k = 0; n && k < w->floats; k++)
		sum[k] /= (float)n;
	if (!rc && n) {
		*made = job->module[m];
		made->generation++;
		made->round = job->round;
		made->metric = 0.5 + 0.4 * sin((double)(3 * job->round) +
		                               (double)m); /* rises and falls, the same when run again */
		rc = blobs_put(w->cloud_blobs, sum, w->floats * sizeof(*sum), &made->blob, e);
		job->made_count++;
	}
	free(sum);
	free(v);
	return rc;
}

static int aggregate(struct world *w, struct job *job, struct err *e)
{
	int rc = 0;

	for (size_t m = 0; !rc && m < job->module_count; m++)
		rc = aggregate_kind(w, job, m, e);
	return rc;
}

static int integrate(struct job *job)
{
	struct toy_manifest m;

	memset(&m, 0, sizeof(m));
	m.magic = TOY_MAGIC;
	m.version = job->version;
	m.count = job->module_count;
	for (size_t i = 0; i < job->module_count; i++)
		m.blob[i] = job->module[i].blob;
	buf_append(&job->manifest, &m, sizeof(m));
	return 0;
}

static void run(void *ctx, struct job *job)
{
	struct world *w = ctx;

	if (!sim_is_calm(w->net) && rng_below(&w->rng, 300) == 0) {
		job->rc = err_set(&job->err, E_INTERNAL, "simulated: the job fails");
		return;
	}
	switch (job->kind) {
	case JOB_POLICY:
		job->rc = menu_is_learned(job->round) ? menu_learned(job, &job->err) : write_menu(job, &job->err);
		break;
	case JOB_SCREEN:
		job->rc = screen(w, job, &job->err);
		break;
	case JOB_AGGREGATE:
		job->rc = aggregate(w, job, &job->err);
		break;
	case JOB_INTEGRATE:
		job->rc = integrate(job);
		break;
	}
}

static int first(void *ctx, const char *kind, struct module_state *out, struct err *e)
{
	struct world *w = ctx;
	float *v = mem_floats(w->floats);
	int rc;

	memset(out, 0, sizeof(*out));
	str_copy(out->kind, sizeof(out->kind), kind);
	out->metric = NAN;
	v[1] = (float)strlen(kind);
	rc = blobs_put(w->cloud_blobs, v, w->floats * sizeof(*v), &out->blob, e);
	free(v);
	return rc;
}

static int inspect(void *ctx, const uint8_t *manifest, size_t n, struct blob_ref out[WIRE_KINDS_MAX],
                   size_t *count, struct err *e)
{
	uint64_t version;

	(void)ctx;
	return toy_inspect(manifest, n, &version, out, count, e);
}

const struct job_ops toy_ops = {.run = run, .first = first, .inspect = inspect};
