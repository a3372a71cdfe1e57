#include "edge/train/worker.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/mem.h"
#include "common/base/process.h"

#define TRAINING_NICE 5 /* users' requests go before training when processors are short */

/* What the thread has to itself until it sends the async. */
struct job {
	struct worker *worker;
	struct msg_task task;
	struct blob_map start[WIRE_KINDS_MAX], needs[WIRE_KINDS_MAX];
	struct train_input input[WIRE_KINDS_MAX];
	struct train_output output;
	struct err why;
	atomic_bool cancelled;
};

struct worker {
	uv_async_t done; /* sent by the thread as its last act */
	uv_thread_t thread;
	struct blobs *blobs;
	struct train_data data;
	worker_finished *finished;
	void *ctx;

	struct job *job; /* on the thread; NULL = no thread */
	bool waiting;    /* `next` starts when the cancelled job has ended */
	struct msg_task next;

	bool stopping;
	void (*stopped)(void *ctx);
	void *stopped_ctx;
};

static bool is_cancelled(void *ctx)
{
	return atomic_load_explicit(&((struct job *)ctx)->cancelled, memory_order_relaxed);
}

static void thread_main(void *arg)
{
	struct job *j = arg;
	struct worker *w = j->worker;
	struct train_watch watch = {is_cancelled, j};
	int64_t began_ms = clock_mono_ms();

	process_yield(TRAINING_NICE);
	if (train_task(&j->task, j->input, &w->data, &watch, &j->output, &j->why) == 0)
		j->why.code = 0;
	j->output.update.duration_ms = (uint64_t)(clock_mono_ms() - began_ms);
	uv_async_send(&w->done);
}

static void job_free(struct job *j)
{
	for (size_t i = 0; i < WIRE_KINDS_MAX; i++) {
		blob_unmap(&j->start[i]);
		blob_unmap(&j->needs[i]);
	}
	train_output_release(&j->output);
	free(j);
}

static int map_one(struct worker *w, const struct blob_ref *ref, struct blob_map *map, const uint8_t **data,
                   size_t *len, struct err *e)
{
	int rc;

	if (digest_is_zero(&ref->digest))
		return 0;
	rc = blobs_map(w->blobs, &ref->digest, (size_t)WIRE_BLOB_MAX, map, e);
	*data = map->data;
	*len = map->size;
	return rc;
}

static int map_inputs(struct worker *w, struct job *j, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < j->task.work_count; i++) {
		const struct msg_work *work = &j->task.work[i];
		struct train_input *in = &j->input[i];

		rc = map_one(w, &work->start, &j->start[i], &in->start, &in->start_len, e);
		if (rc == 0)
			rc = map_one(w, &work->needs, &j->needs[i], &in->needs, &in->needs_len, e);
	}
	return rc;
}

static void launch(struct worker *w, const struct msg_task *task)
{
	struct job *j = mem_zalloc(sizeof(*j));
	struct err why = ERR_INIT;
	int rc;

	j->worker = w;
	j->task = *task;
	atomic_init(&j->cancelled, false);
	rc = map_inputs(w, j, &why);
	if (rc == 0) {
		w->job = j;
		rc = uv_thread_create(&w->thread, thread_main, j);
		if (rc == 0)
			return;
		w->job = NULL;
		err_set(&why, E_IO, "cannot start a training thread: %s", uv_strerror(rc));
	}
	job_free(j);
	w->finished(w->ctx, task->task, NULL, &why);
}

/* The results become blobs before anybody hears of them. */
static int store_results(struct worker *w, struct job *j, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < j->output.update.result_count; i++)
		rc = blobs_put(w->blobs, j->output.file[i].data, j->output.file[i].len, NULL, e);
	return rc;
}

static void end_job(struct worker *w)
{
	struct job *j = w->job;

	w->job = NULL;
	if (!is_cancelled(j)) {
		if (j->why.code == 0 && store_results(w, j, &j->why) == 0)
			w->finished(w->ctx, j->task.task, &j->output.update, NULL);
		else
			w->finished(w->ctx, j->task.task, NULL, &j->why);
	}
	job_free(j);
}

static void closed(uv_handle_t *h)
{
	struct worker *w = h->data;

	if (w->stopped)
		w->stopped(w->stopped_ctx);
	free(w);
}

static void on_done(uv_async_t *a)
{
	struct worker *w = a->data;

	if (!w->job)
		return;
	uv_thread_join(&w->thread);
	end_job(w);
	if (w->stopping) {
		uv_close((uv_handle_t *)&w->done, closed);
	} else if (w->waiting && !w->job) {
		struct msg_task next = w->next;

		w->waiting = false;
		launch(w, &next);
	}
}

int worker_new(uv_loop_t *loop, struct blobs *blobs, const struct train_data *data, worker_finished *finished,
               void *ctx, struct worker **out, struct err *e)
{
	struct worker *w = mem_zalloc(sizeof(*w));
	int rc = uv_async_init(loop, &w->done, on_done);

	if (rc) {
		free(w);
		return err_set(e, E_IO, "training thread: %s", uv_strerror(rc));
	}
	w->done.data = w;
	w->blobs = blobs;
	w->data = *data;
	w->finished = finished;
	w->ctx = ctx;
	*out = w;
	return 0;
}

void worker_start(struct worker *w, const struct msg_task *task)
{
	if (w->stopping)
		return;
	if (!w->job) {
		launch(w, task);
		return;
	}
	w->waiting = true;
	w->next = *task;
}

void worker_cancel(struct worker *w, uint64_t task)
{
	if (w->job && w->job->task.task == task)
		atomic_store_explicit(&w->job->cancelled, true, memory_order_relaxed);
	if (w->waiting && w->next.task == task)
		w->waiting = false;
}

bool worker_is_busy(const struct worker *w)
{
	return w->job || w->waiting;
}

void worker_stop(struct worker *w, void (*stopped)(void *ctx), void *ctx)
{
	w->stopping = true;
	w->waiting = false;
	w->stopped = stopped;
	w->stopped_ctx = ctx;
	if (w->job)
		atomic_store_explicit(&w->job->cancelled, true, memory_order_relaxed);
	else
		uv_close((uv_handle_t *)&w->done, closed);
}
