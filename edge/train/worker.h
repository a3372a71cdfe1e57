/* One training thread beside the loop. All functions and the callback belong to the loop's thread.
 *
 *   worker_start -> blobs mapped -> thread trains -> results stored -> finished(task, update)
 *
 * A task that is cancelled ends without a word, as soon as the module looks; one started meanwhile waits for
 * that and takes the latest place only. */
#ifndef TRAIN_WORKER_H
#define TRAIN_WORKER_H

#include <uv.h>

#include "common/blob/blob.h"
#include "edge/train/task.h"

struct worker;

/* `update` is borrowed; NULL with the reason in `why`. Its blobs are in the store. May be called from inside
 * worker_start() when the work cannot even begin. */
typedef void worker_finished(void *ctx, uint64_t task, const struct msg_update *update,
                             const struct err *why);

/* `blobs` and what `data` refers to must outlive the worker. */
int worker_new(uv_loop_t *loop, struct blobs *blobs, const struct train_data *data, worker_finished *finished,
               void *ctx, struct worker **out, struct err *e) MUST_CHECK;
void worker_start(struct worker *w, const struct msg_task *task);
void worker_cancel(struct worker *w, uint64_t task);
/* Training now, or about to. */
bool worker_is_busy(const struct worker *w);
/* Cancels, waits on the loop for the thread to end, frees, then calls stopped(ctx) (may be NULL). */
void worker_stop(struct worker *w, void (*stopped)(void *ctx), void *ctx);

#endif
