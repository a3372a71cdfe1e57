#include "tests/support/loop_rig.h"

static void on_wake(uv_async_t *wake)
{
	struct loop_rig *rig = wake->data;

	pthread_mutex_lock(&rig->lock);
	if (rig->fn)
		rig->fn(rig, rig->arg);
	rig->fn = NULL;
	if (rig->stop)
		uv_close((uv_handle_t *)&rig->wake, NULL);
	pthread_cond_signal(&rig->done);
	pthread_mutex_unlock(&rig->lock);
}

static void *run(void *arg)
{
	struct loop_rig *rig = arg;

	uv_run(&rig->loop, UV_RUN_DEFAULT);
	rig->close_rc = uv_loop_close(&rig->loop);
	return NULL;
}

void loop_rig_start(struct loop_rig *rig)
{
	rig->fn = NULL;
	rig->stop = false;
	pthread_mutex_init(&rig->lock, NULL);
	pthread_cond_init(&rig->done, NULL);
	uv_loop_init(&rig->loop);
	uv_async_init(&rig->loop, &rig->wake, on_wake);
	rig->wake.data = rig;
	pthread_create(&rig->thread, NULL, run, rig);
}

void loop_rig_call(struct loop_rig *rig, void (*fn)(struct loop_rig *rig, void *arg), void *arg)
{
	pthread_mutex_lock(&rig->lock);
	rig->fn = fn;
	rig->arg = arg;
	uv_async_send(&rig->wake);
	while (rig->fn)
		pthread_cond_wait(&rig->done, &rig->lock);
	pthread_mutex_unlock(&rig->lock);
}

int loop_rig_stop(struct loop_rig *rig)
{
	pthread_mutex_lock(&rig->lock);
	rig->stop = true;
	uv_async_send(&rig->wake);
	pthread_mutex_unlock(&rig->lock);
	pthread_join(rig->thread, NULL);
	pthread_cond_destroy(&rig->done);
	pthread_mutex_destroy(&rig->lock);
	return rig->close_rc;
}
