#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/data/shard.h"
#include "common/module/module.h"
#include "ctl/demo.h"
#include "ctl/show.h"
#include "ctl/stop.h"

/* The comparison: every edge alone, from the same initial parameters, with the very tasks it did for the
 * federation (as many samples, at the same point of the training schedule), but never averaged with others.
 */

struct local {
	struct demo *d;
	const struct module_kind *kind;
	struct shards shards;
	float *initial;
	atomic_size_t next;        /* edge to be taken by a worker */
	atomic_size_t running;     /* workers */
	atomic_uint_fast64_t done; /* samples, of the tasks that are finished */
	uint64_t total;
	pthread_mutex_t lock;
	struct err failure; /* the first; under the lock */
};

static bool on_cancelled(void *ctx)
{
	(void)ctx;
	return stop_asked();
}

static void fail(struct local *l, const char *edge, struct err *e)
{
	err_wrap(e, "%s alone", edge);
	pthread_mutex_lock(&l->lock);
	if (!l->failure.code)
		l->failure = *e;
	pthread_mutex_unlock(&l->lock);
}

/* Whether the edge trained for this task; `samples` is then how much. */
static bool trained(const json_t *task, uint64_t *samples)
{
	const char *state = demo_text(task, "state");

	*samples = (uint64_t)demo_number(task, "samples");
	return demo_number(task, "period") <= 2 && *samples > 0 &&
	       (strcmp(state, "accepted") == 0 || strcmp(state, "rejected") == 0);
}

static const json_t *seat_of(const json_t *round, const char *edge)
{
	const json_t *seat;
	size_t i;

	json_array_foreach (json_object_get(round, "seats"), i, seat)
		if (strcmp(demo_text(seat, "edge"), edge) == 0)
			return seat;
	return NULL;
}

static int train_task(struct local *l, size_t edge, size_t round, const json_t *task, float *params,
                      struct err *e)
{
	struct train_report report;
	uint64_t samples, stage = (uint64_t)demo_number(task, "period") - 1;
	struct train_job job = {.data = &l->d->train,
	                        .shard = l->shards.list[edge],
	                        .seed = rng_stream(l->d->edge[edge].name) + 2 * round + stage,
	                        .generation = (uint32_t)(2 * (round - 1) + stage),
	                        .cancelled = on_cancelled};
	int rc;

	if (!trained(task, &samples))
		return 0;
	job.samples = samples;
	rc = l->kind->train(&job, params, &report, e);
	atomic_fetch_add(&l->done, samples);
	return rc;
}

static int train_edge(struct local *l, size_t edge, float *params, struct err *e)
{
	const json_t *task;
	size_t k;
	int rc = 0;

	for (size_t round = 1; !rc && round <= (size_t)l->d->o.rounds; round++)
		json_array_foreach (json_object_get(seat_of(demo_round(l->d, round), l->d->edge[edge].name), "tasks"),
		                    k, task) {
			rc = train_task(l, edge, round, task, params, e);
			if (rc)
				break;
		}
	if (!rc)
		rc = l->kind->evaluate(params, NULL, &l->d->test, 0, &l->d->edge[edge].alone, e);
	return rc;
}

static void *worker(void *arg)
{
	struct local *l = arg;
	size_t floats = l->kind->layout()->floats, edge;
	float *params = mem_floats(floats);

	while ((edge = atomic_fetch_add(&l->next, 1)) < (size_t)l->d->o.edges) {
		struct err e = ERR_INIT;

		memcpy(params, l->initial, floats * sizeof(*params));
		if (train_edge(l, edge, params, &e))
			fail(l, l->d->edge[edge].name, &e);
	}
	free(params);
	atomic_fetch_sub(&l->running, 1);
	return NULL;
}

static void count_samples(struct local *l)
{
	for (size_t i = 0; i < (size_t)l->d->o.edges; i++) {
		l->d->edge[i].trained = 0;
		for (size_t round = 1; round <= (size_t)l->d->o.rounds; round++) {
			const json_t *task;
			uint64_t samples;
			size_t k;

			json_array_foreach (
			    json_object_get(seat_of(demo_round(l->d, round), l->d->edge[i].name), "tasks"), k, task)
				if (trained(task, &samples))
					l->d->edge[i].trained += samples;
		}
		l->total += l->d->edge[i].trained;
	}
}

static int run(struct local *l, struct err *e)
{
	pthread_t thread[DEMO_TRAIN_THREADS];
	size_t started = 0;
	char text[64];
	int rc = 0;

	atomic_store(&l->running, DEMO_TRAIN_THREADS);
	while (started < DEMO_TRAIN_THREADS && pthread_create(&thread[started], NULL, worker, l) == 0)
		started++;
	if (started < DEMO_TRAIN_THREADS)
		rc = err_set(e, E_INTERNAL, "cannot start a thread");
	atomic_fetch_sub(&l->running, DEMO_TRAIN_THREADS - started);
	while (atomic_load(&l->running)) {
		uint64_t done = atomic_load(&l->done);

		snprintf(text, sizeof(text), "each edge alone, %llu of %llu samples", (unsigned long long)done,
		         (unsigned long long)l->total);
		show_bar("alone", "train", l->total ? (double)done / (double)l->total : 0, text);
		stop_sleep(DEMO_POLL_MS);
	}
	for (size_t i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
	if (!rc && l->failure.code) {
		*e = l->failure;
		rc = e->code;
	}
	return rc;
}

int demo_local(struct demo *d, struct err *e)
{
	struct local l = {.d = d, .kind = module_table[0], .lock = PTHREAD_MUTEX_INITIALIZER};
	int64_t began = clock_mono_ms();
	int rc = shard_split(d->train.labels, d->train.count, (size_t)d->o.edges, DEMO_ALPHA, (uint64_t)d->o.seed,
	                     &l.shards, e);

	if (rc)
		return rc;
	l.initial = mem_floats(l.kind->layout()->floats);
	l.kind->init(l.initial, (uint64_t)d->o.seed);
	count_samples(&l);
	rc = run(&l, e);
	free(l.initial);
	shards_release(&l.shards);
	if (rc)
		return rc;
	for (size_t i = 0; i < (size_t)d->o.edges; i++) {
		d->local_mean += d->edge[i].alone / (double)d->o.edges;
		d->local_max = d->edge[i].alone > d->local_max ? d->edge[i].alone : d->local_max;
	}
	show_step("alone", "train", (double)(clock_mono_ms() - began) / 1e3,
	          "%s on the own shard: mean %.4f, best %.4f", l.kind->metric, d->local_mean, d->local_max);
	return 0;
}
