/* Work on libuv's pool. */
#include <stdlib.h>

#include "common/base/mem.h"
#include "common/net/tls_link.h"

struct pool {
	struct executor x; /* first */
	uv_loop_t *loop;
};

struct pool_job {
	uv_work_t req;
	void (*work)(void *job);
	void (*done)(void *job);
	void *job;
};

static void on_work(uv_work_t *req)
{
	struct pool_job *j = req->data;

	j->work(j->job);
}

static void on_done(uv_work_t *req, int status)
{
	struct pool_job *j = req->data;

	if (status < 0)
		j->work(j->job); /* cancelled before it ran: it runs here */
	j->done(j->job);
	free(j);
}

static void pool_run(struct executor *x, void (*work)(void *job), void (*done)(void *job), void *job)
{
	struct pool *p = (struct pool *)x;
	struct pool_job *j = mem_zalloc(sizeof(*j));

	*j = (struct pool_job){.work = work, .done = done, .job = job};
	j->req.data = j;
	if (uv_queue_work(p->loop, &j->req, on_work, on_done) == 0)
		return;
	work(job);
	done(job);
	free(j);
}

struct executor *net_executor_new(uv_loop_t *loop)
{
	struct pool *p = mem_alloc(sizeof(*p));

	*p = (struct pool){{pool_run}, loop};
	return &p->x;
}

void net_executor_free(struct executor *x)
{
	free(x);
}
