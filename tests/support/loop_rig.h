/* A libuv loop on a thread of its own, so that a test can be its blocking client.
 *
 *   loop_rig_start(&rig); loop_rig_call(&rig, make_server, &arg); ... loop_rig_call(&rig, close_server,
 * &arg); ck_assert_int_eq(loop_rig_stop(&rig), 0); */
#ifndef TESTS_LOOP_RIG_H
#define TESTS_LOOP_RIG_H

#include <pthread.h>
#include <stdbool.h>
#include <uv.h>

struct loop_rig {
	uv_loop_t loop;
	uv_async_t wake;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t done;
	void (*fn)(struct loop_rig *rig, void *arg); /* to be run on the loop, NULL once it was */
	void *arg;
	bool stop;
	int close_rc;
};

void loop_rig_start(struct loop_rig *rig);
/* Runs `fn` on the loop's thread and waits for it. From one thread at a time. */
void loop_rig_call(struct loop_rig *rig, void (*fn)(struct loop_rig *rig, void *arg), void *arg);
/* Lets the loop run out of handles and answers what uv_loop_close() said. */
int loop_rig_stop(struct loop_rig *rig);

#endif
