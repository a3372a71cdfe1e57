#include "cloud/daemon/daemon.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include <uv.h>

#include "cloud/admin/admin.h"
#include "cloud/core/cloud.h"
#include "cloud/daemon/reload.h"
#include "cloud/daemon/setup.h"
#include "common/base/address.h"
#include "common/base/clock.h"
#include "common/base/folder.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/base/process.h"
#include "common/http/server.h"
#include "common/net/service.h"
#include "common/net/signals.h"
#include "common/net/tls_link.h"
#include "common/net/worker.h"

#define TICK_MS        50
#define DRAIN_MS       3000 /* for Goodbyes to leave */
#define JOB_MS         7000 /* after that, for the job under way: its result is kept */
#define REFUSALS_MS    10000
#define REFUSALS_MAX   20   /* told in that time */
#define FILES_OWN      512  /* besides those of the links */
#define RETRY_AFTER_MS 1000 /* what edges are told when we stop */

struct daemon {
	struct cloud_options *options;
	struct setup setup;
	uv_loop_t loop;
	uv_timer_t tick, deadline;
	struct signals signals;
	struct service service;
	struct executor *worker;  /* heavy work, one job at a time */
	struct executor *learner; /* learning on the job */
	struct executor *commits; /* of blobs, on the loop's pool */
	struct cloud *cloud;
	struct net_server *server;
	struct admin *admin;
	uint64_t refusals_since; /* loop's time */
	unsigned refusals;       /* since then */
	bool was_running;        /* a round, at the last tick */
	bool stopping;
	bool links_given_up;
	int asked; /* to stop, by signals */
	int code;  /* exit code */
};

static int64_t wall_ms(void *ctx)
{
	(void)ctx;
	return clock_wall_ms();
}

static void on_accept(void *ctx, struct link *l)
{
	struct daemon *d = ctx;

	cloud_accept(d->cloud, l);
}

/* Strangers choose how often this happens: the log must not grow as fast as they call. */
static void on_refused(void *ctx, const char *address, const struct err *why)
{
	struct daemon *d = ctx;
	uint64_t now = uv_now(&d->loop);

	if (now - d->refusals_since >= REFUSALS_MS) {
		if (d->refusals > REFUSALS_MAX)
			log_warn("%u more connections were refused", d->refusals - REFUSALS_MAX);
		d->refusals_since = now;
		d->refusals = 0;
	}
	if (d->refusals++ < REFUSALS_MAX)
		log_warn("connection from %s refused: %s", address, why->text);
}

static struct log_about about_round(const struct daemon *d)
{
	const struct round *r = cloud_round(d->cloud);

	return (struct log_about){.round = r ? r->id : 0};
}

static void on_deadline(uv_timer_t *t)
{
	struct daemon *d = t->data;

	if (d->links_given_up) {
		log_line(LOG_WARN, about_round(d),
		         "the job under way has not ended in time; it is done again after a restart");
		_exit(0);
	}
	d->links_given_up = true; /* on_tick() ends the loop when no job is under way */
	uv_timer_start(t, on_deadline, JOB_MS, 0);
}

static void stop(struct daemon *d)
{
	d->stopping = true;
	log_line(LOG_INFO, about_round(d), "stopping: edges are told, the round goes on after a restart");
	service_stopping(&d->service, "stopping; the round goes on after a restart");
	cloud_drain(d->cloud, RETRY_AFTER_MS);
	uv_timer_start(&d->deadline, on_deadline, DRAIN_MS, 0);
}

static void on_tick(uv_timer_t *t)
{
	struct daemon *d = t->data;

	bool running = cloud_round(d->cloud) != NULL;

	cloud_tick(d->cloud);
	admin_tick(d->admin);
	if (!d->stopping && cloud_control(d->cloud)->leaving && cloud_is_finishing_done(d->cloud))
		stop(d);
	if (!running && d->was_running)
		mem_trim();
	d->was_running = running;
	if (d->stopping && (d->links_given_up || cloud_connected(d->cloud) == 0) &&
	    cloud_jobs_pending(d->cloud) == 0)
		uv_stop(&d->loop);
}

static void on_hangup(struct daemon *d)
{
	struct err e = ERR_INIT;

	service_reloading(&d->service);
	if (reload(d->options, d->cloud, d->server, &e)) {
		log_error("all stays as it was: %s", e.text);
		service_reloaded(&d->service, "runs on as it was, since the configuration read again is wrong");
	} else {
		service_reloaded(&d->service, "runs, configuration read again");
	}
}

static void on_signal(void *ctx, int number)
{
	struct daemon *d = ctx;

	if (number != SIGHUP && d->asked++)
		_exit(1); /* the store is as after a crash, which it is made for */
	if (d->stopping)
		return;
	if (number == SIGHUP)
		on_hangup(d);
	else
		stop(d);
}

static void on_fatal(void *ctx, const struct err *why)
{
	struct daemon *d = ctx;

	(void)why;
	d->code = 1;
	uv_stop(&d->loop);
}

static void on_event(void *ctx, const struct cloud_event *x)
{
	struct daemon *d = ctx;

	if (d->admin)
		admin_event(d->admin, x);
}

static int start_cloud(struct daemon *d, struct err *e)
{
	struct cloud_env env = {.ctx = d,
	                        .wall_ms = wall_ms,
	                        .fatal = on_fatal,
	                        .event = on_event,
	                        .jobs = d->worker,
	                        .commits = d->commits,
	                        .ops = &work_ops,
	                        .ops_ctx = &d->setup.work,
	                        .metrics = d->setup.metrics};
	int rc;

	if (!d->worker || !d->learner) /* without them the heavy work would stand on the loop */
		return err_set(e, E_IO, "the system gives no thread for the cloud's work");
	if (d->setup.work.online) {
		online_use(d->setup.work.online, d->learner);
		env.learn = &online_learn;
		env.learn_ctx = d->setup.work.online;
	}
	rc = cloud_new(&d->setup.config, &env, d->setup.store, d->setup.blobs, &d->cloud, e);
	return rc ? rc : setup_allow(d->options, d->cloud, e);
}

/* A store that cannot open a file ends the cloud, so connections must not use up the files: the database,
 * the administration and some blobs have theirs beside one for every link. */
static uint32_t links_max(const struct cloud_options *o)
{
	uint64_t want = (uint64_t)o->links_max, files = process_open_files(FILES_OWN + 4 * want);

	if (files >= FILES_OWN + 2 * want)
		return (uint32_t)want;
	want = files > FILES_OWN + 2 ? (files - FILES_OWN) / 2 : 1;
	log_warn("at most %" PRIu64 " connections instead of %" PRId64 ": only %" PRIu64 " files may be open",
	         want, (int64_t)o->links_max, files);
	return (uint32_t)want;
}

static int start_server(struct daemon *d, struct err *e)
{
	static const struct net_server_events events = {on_accept, on_refused};
	struct net_server_options o = {.links_max = links_max(d->options)};
	char host[ADDRESS_HOST_MAX];
	int rc = address_parse(d->options->listen, "--listen", 0, host, &o.port, e);

	o.host = host;
	if (!rc)
		rc = net_server_start(&d->server, &d->loop, d->setup.tls, &o, &events, d, e);
	return rc ? rc : folder_write_port(d->options->state, "listen.port", net_server_port(d->server), e);
}

static int start_admin(struct daemon *d, struct err *e)
{
	const struct cloud_options *o = d->options;
	struct admin_config c = {.listen = o->admin,
	                         .token_file = d->setup.token,
	                         .reading = o->admin_read,
	                         .hosts = o->admin_hosts,
	                         .database = d->setup.database,
	                         .pool = d->commits,
	                         .blobs = d->setup.blobs,
	                         .metrics = d->setup.metrics};
	int rc = admin_new(&d->loop, &c, d->cloud, &d->admin, e);

	return rc ? rc : folder_write_port(d->options->state, "admin.port", admin_port(d->admin), e);
}

static void start_timer(struct daemon *d)
{
	d->tick.data = d->deadline.data = d;
	uv_timer_start(&d->tick, on_tick, TICK_MS, TICK_MS);
}

static void init_handles(struct daemon *d)
{
	uv_loop_init(&d->loop);
	uv_timer_init(&d->loop, &d->tick);
	uv_timer_init(&d->loop, &d->deadline);
	signals_open(&d->signals, &d->loop, on_signal, d);
	service_open(&d->service, &d->loop);
	d->commits = net_executor_new(&d->loop);
	d->worker = net_worker_new(&d->loop);
	d->learner = net_worker_new(&d->loop);
}

static void close_handles(struct daemon *d)
{
	uv_close((uv_handle_t *)&d->tick, NULL);
	uv_close((uv_handle_t *)&d->deadline, NULL);
	signals_close(&d->signals);
	service_close(&d->service);
	if (d->server)
		net_server_stop(d->server, NULL, NULL);
	admin_free(d->admin);
	if (d->cloud)
		cloud_abandon(d->cloud); /* what jobs still find is found again after a restart */
	if (d->setup.work.online)
		online_stop(d->setup.work.online);
	net_worker_stop(d->worker);
	net_worker_stop(d->learner);
	uv_run(&d->loop, UV_RUN_DEFAULT);
	cloud_free(d->cloud);
	net_executor_free(d->commits);
	if (uv_loop_close(&d->loop))
		log_warn("the loop was not empty at the end");
}

static void say_ready(struct daemon *d)
{
	char text[200];

	snprintf(text, sizeof(text), "%s listens for edges on port %u and for people on port %u",
	         d->setup.config.name, net_server_port(d->server), admin_port(d->admin));
	log_info("%s", text);
	service_ready(&d->service, text);
}

int cloud_daemon(struct cloud_options *o)
{
	struct daemon d = {.options = o};
	struct err e = ERR_INIT;
	int rc;

	signal(SIGPIPE, SIG_IGN);
	init_handles(&d);
	rc = setup_open(o, &d.setup, &e);
	if (!rc)
		rc = start_cloud(&d, &e);
	if (!rc)
		rc = start_server(&d, &e);
	if (!rc)
		rc = start_admin(&d, &e);
	if (rc) {
		fprintf(stderr, "foedus-cloud: %s\n", e.text);
		d.code = err_exit_code(rc);
	} else {
		start_timer(&d);
		say_ready(&d);
		uv_run(&d.loop, UV_RUN_DEFAULT);
	}
	close_handles(&d);
	setup_close(&d.setup);
	return d.code;
}
