#include "edge/daemon/daemon.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/net/service.h"
#include "common/net/signals.h"
#include "edge/daemon/gauges.h"
#include "edge/daemon/reload.h"
#include "edge/daemon/world.h"

#define GRACE_MS 200  /* for replies in hand to leave, once all else has ended */
#define DRAIN_MS 8000 /* a training step or a dead peer may hold us up no longer */

struct daemon {
	struct edge_options *options;
	struct world world;
	struct gauges gauges;
	uv_loop_t loop;
	uv_prepare_t prepare; /* before the loop sleeps: how long may it? */
	uv_timer_t tick;      /* the core's next deadline */
	uv_timer_t drain;     /* how long ending may take */
	struct signals signals;
	struct service service;
	bool stopping;
	int pending; /* parts that have yet to end */
};

/* --- running ----------------------------------------------------------------------------------- */

static void on_tick(uv_timer_t *t)
{
	(void)t; /* on_prepare() follows and does the work */
}

static void on_prepare(uv_prepare_t *p)
{
	struct daemon *d = p->data;
	int64_t now = clock_mono_ms();
	int64_t next = edge_tick(d->world.edge, now);

	gauges_update(&d->gauges, d->world.edge);
	if (next == INT64_MAX)
		uv_timer_stop(&d->tick);
	else
		uv_timer_start(&d->tick, on_tick, next > now ? (uint64_t)(next - now) : 1, 0);
}

static void on_connected(void *ctx, struct link *l)
{
	edge_connected(((struct daemon *)ctx)->world.edge, l);
}

static void on_failed(void *ctx, const struct err *why, bool news, uint32_t retry_ms)
{
	(void)ctx;
	if (news)
		log_warn("no cloud: %s (next try in %u ms)", why->text, retry_ms);
}

static void on_hangup(struct daemon *d)
{
	struct err e = ERR_INIT;

	service_reloading(&d->service);
	if (reload(d->options, d->world.dialer, &e)) {
		log_error("all stays as it was: %s", e.text);
		service_reloaded(&d->service, "runs on as it was, since the configuration read again is wrong");
	} else {
		service_reloaded(&d->service, "runs, configuration read again");
	}
}

/* --- ending ------------------------------------------------------------------------------------ */

static void close_handle(uv_handle_t *h)
{
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

static void close_handles(struct daemon *d)
{
	close_handle((uv_handle_t *)&d->prepare);
	close_handle((uv_handle_t *)&d->tick);
	close_handle((uv_handle_t *)&d->drain);
	signals_close(&d->signals);
	service_close(&d->service);
	serve_close(d->world.serve);
	d->world.serve = NULL;
}

static void on_grace(uv_timer_t *t)
{
	close_handles(t->data);
}

static void part_ended(struct daemon *d)
{
	if (--d->pending == 0)
		uv_timer_start(&d->drain, on_grace, GRACE_MS, 0);
}

static void dialer_ended(void *ctx)
{
	struct daemon *d = ctx;

	d->world.dialer = NULL;
	part_ended(d);
}

static void worker_ended(void *ctx)
{
	struct daemon *d = ctx;

	d->world.worker = NULL;
	part_ended(d);
}

static void on_overdue(uv_timer_t *t)
{
	(void)t;
	log_warn("not all has ended in time; what was acknowledged is saved");
	_exit(0);
}

/* Link and training first; the service goes on until they have ended. */
static void stop(struct daemon *d)
{
	d->stopping = true;
	log_info("stopping");
	service_stopping(&d->service, "stopping");
	uv_timer_start(&d->drain, on_overdue, DRAIN_MS, 0);
	edge_goodbye(d->world.edge, "the edge is shutting down");
	d->pending = 2;
	net_dialer_stop(d->world.dialer, dialer_ended, d);
	worker_stop(d->world.worker, worker_ended, d);
}

static void on_signal(void *ctx, int number)
{
	struct daemon *d = ctx;

	if (number != SIGHUP && d->stopping)
		_exit(1);
	if (number != SIGHUP)
		stop(d);
	else if (!d->stopping)
		on_hangup(d);
}

/* --- composing --------------------------------------------------------------------------------- */

static void init_handles(struct daemon *d)
{
	uv_loop_init(&d->loop);
	uv_prepare_init(&d->loop, &d->prepare);
	uv_timer_init(&d->loop, &d->tick);
	uv_timer_init(&d->loop, &d->drain);
	signals_open(&d->signals, &d->loop, on_signal, d);
	service_open(&d->service, &d->loop);
	d->prepare.data = d->tick.data = d->drain.data = d;
}

static void run(struct daemon *d)
{
	static const struct net_dialer_events events = {on_connected, on_failed};
	const struct edge_setup *s = &d->world.setup;
	struct net_dialer_options dial = {.host = s->host, .port = s->port, .seed = s->will.edge ^ s->will.seed};
	char text[400];

	gauges_init(&d->gauges, d->world.metrics);
	d->world.dialer = net_dialer_start(&d->loop, s->tls, &dial, &events, d);
	uv_prepare_start(&d->prepare, on_prepare);
	snprintf(text, sizeof(text), "%zu samples, users at %s, cloud at %s", s->train.shard.count,
	         serve_address(d->world.serve), d->options->cloud);
	log_info("%s", text);
	service_ready(&d->service, text);
	uv_run(&d->loop, UV_RUN_DEFAULT);
}

/* Nothing was started yet but perhaps the service and the training thread. */
static void give_up(struct daemon *d)
{
	if (d->world.worker)
		worker_stop(d->world.worker, NULL, NULL);
	close_handles(d);
	uv_run(&d->loop, UV_RUN_DEFAULT);
}

int edge_daemon(struct edge_options *o)
{
	struct daemon d = {.options = o};
	struct err e = ERR_INIT;
	int rc;

	signal(SIGPIPE, SIG_IGN);
	init_handles(&d);
	rc = setup_open(o, &d.world.setup, &e);
	if (!rc)
		rc = world_open(&d.world, &d.loop, o, &e);
	if (rc) {
		fprintf(stderr, "foedus-edge: %s\n", e.text);
		give_up(&d);
	} else {
		run(&d);
	}
	world_close(&d.world);
	if (uv_loop_close(&d.loop))
		log_warn("the loop was not empty at the end");
	return rc ? err_exit_code(rc) : 0;
}
