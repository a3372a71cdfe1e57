/* A thread of our own for heavy work, as an executor: one job at a time, in the order given. The shared pool
 * of libuv stays free for what waits on the disk, and the memory of heavy jobs is that of one. */
#ifndef NET_WORKER_H
#define NET_WORKER_H

#include "common/base/executor.h"

struct uv_loop_s; /* a uv_loop_t */

/* Jobs are given, and their ends told, on the loop's thread. NULL when the system gives no thread. */
struct executor *net_worker_new(struct uv_loop_s *loop);
/* Waits for the job under way and ends all there are (done() is called from here); those that still waited
 * are ended without their work. None may be given any more. The memory goes with the loop's next turn. NULL
 * is fine. */
void net_worker_stop(struct executor *x);

#endif
