#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/str.h"
#include "tests/support/transport.h"

struct cloud;

struct session {
	struct cloud *cloud;
	struct link *link;
	struct transfers *t;
	int number;
};

struct cloud {
	uv_loop_t loop;
	struct blobs *blobs;
	struct executor *pool;
	struct net_server *server;
	struct session sessions[BENCH_EDGES_MAX];
	int up, done, verified, committed, repeat;
	int64_t start_us;
	double seconds[BENCH_REPEATS_MAX], durable[BENCH_REPEATS_MAX];
	int report; /* pipe */
	uv_timer_t pause;
};

static void begin_repeat(uv_timer_t *t)
{
	struct cloud *c = t->data;

	c->done = c->verified = c->committed = 0;
	c->start_us = clock_mono_us();
	for (int i = 0; i < bench.edges; i++)
		bench_say(c->sessions[i].link, BENCH_GO);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void end_bench(struct cloud *c)
{
	struct bench_result r = {0};
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	r.peak_mb = (double)u.ru_maxrss / 1024;
	r.cpu_seconds = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	                (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
	qsort(c->seconds, (size_t)bench.repeats, sizeof(double), by_value);
	qsort(c->durable, (size_t)bench.repeats, sizeof(double), by_value);
	r.seconds = c->seconds[bench.repeats / 2];
	r.durable_seconds = c->durable[bench.repeats / 2];
	if (write(c->report, &r, sizeof(r)) != sizeof(r))
		exit(1);
	for (int i = 0; i < bench.edges; i++)
		bench_say(c->sessions[i].link, BENCH_OVER);
	uv_close((uv_handle_t *)&c->pause, NULL);
	net_server_stop(c->server, NULL, NULL);
}

/* What was moved is deleted between the bench.repeats, and the disk is left to calm down. */
static void maybe_next(struct cloud *c)
{
	struct err e = ERR_INIT;

	if (c->verified == bench.edges && c->seconds[c->repeat] == 0)
		c->seconds[c->repeat] = (double)(clock_mono_us() - c->start_us) / 1e6;
	if (c->committed < bench.edges)
		return;
	c->durable[c->repeat] = (double)(clock_mono_us() - c->start_us) / 1e6;
	for (int i = 0; i < bench.edges; i++)
		bench_check(blobs_remove(c->blobs, &bench.updates[i].digest, &e), &e);
	if (++c->repeat == bench.repeats) {
		end_bench(c);
		return;
	}
	for (int i = 0; i < bench.edges; i++)
		bench_say(c->sessions[i].link, BENCH_FORGET);
	uv_timer_start(&c->pause, begin_repeat, BENCH_PAUSE_MS, 0);
}

static void cloud_got(void *ctx, const struct blob_ref *ref)
{
	struct session *s = ctx;

	(void)ref;
	s->cloud->committed++;
	maybe_next(s->cloud);
}

static void cloud_progress(void *ctx, const struct blob_ref *ref, uint64_t held)
{
	struct session *s = ctx;

	if (held < ref->size)
		return;
	s->cloud->verified++;
	maybe_next(s->cloud);
}

static const struct transfers_events cloud_transfers = {bench_allow, cloud_got, bench_failed, cloud_progress};

static void cloud_message(void *ctx, struct link *l, const struct msg *m)
{
	struct session *s = ctx;
	struct err e = ERR_INIT;

	(void)l;
	if (transfers_takes(m->kind))
		bench_check(transfers_on_message(s->t, m, &e), &e);
	else if (m->kind == MSG_PING)
		bench_check(transfers_get(s->t, &bench.updates[s->number], WIRE_BLOB_MAX, &e), &e);
}

static void cloud_chunk(void *ctx, struct link *l, uint32_t id, uint64_t offset, const uint8_t *data,
                        size_t n)
{
	struct session *s = ctx;
	struct err e = ERR_INIT;

	(void)l;
	bench_check(transfers_on_chunk(s->t, id, offset, data, n, &e), &e);
}

static void cloud_room(void *ctx, struct link *l)
{
	struct session *s = ctx;

	(void)l;
	transfers_on_room(s->t);
}

static void cloud_closed(void *ctx, struct link *l, const struct err *why)
{
	struct session *s = ctx;

	(void)l;
	(void)why;
	transfers_free(s->t);
}

static const struct link_events cloud_link = {cloud_message, cloud_chunk, cloud_room, cloud_closed};

static void accepted(void *ctx, struct link *l)
{
	struct cloud *c = ctx;
	struct session *s = &c->sessions[c->up++];
	struct err e = ERR_INIT;
	int64_t number;

	s->cloud = c;
	s->link = l;
	bench_check(str_to_int(l->peer + 5, "number of the edge", 0, BENCH_EDGES_MAX - 1, &number, &e), &e);
	s->number = (int)number;
	s->t = transfers_new(l, c->blobs, c->pool, &cloud_transfers, s);
	l->on = &cloud_link;
	l->ctx = s;
	link_welcomed(l);
	if (c->up == bench.edges && bench.repeats > 0)
		uv_timer_start(&c->pause, begin_repeat, BENCH_PAUSE_MS, 0);
}

static void refused(void *ctx, const char *address, const struct err *why)
{
	(void)ctx;
	fprintf(stderr, "refused %s: %s\n", address, why->text);
}

static const struct net_server_events cloud_events = {accepted, refused};

static long rss_kb(void)
{
	long pages = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%ld %ld", &pages, &resident) != 2)
		exit(1);
	fclose(f);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void on_idle_measured(uv_timer_t *t)
{
	struct cloud *c = t->data;
	struct bench_result r = {.rss_kb = (double)rss_kb()};

	if (c->up < bench.edges)
		return;
	if (write(c->report, &r, sizeof(r)) != sizeof(r))
		exit(1);
	for (int i = 0; i < bench.edges; i++)
		bench_say(c->sessions[i].link, BENCH_OVER);
	uv_close((uv_handle_t *)t, NULL);
	net_server_stop(c->server, NULL, NULL);
}

void bench_cloud(int port_pipe, int report)
{
	static struct cloud c;
	struct tls_ctx *tls = bench_tls("crt/cloud.crt", "crt/cloud.key", 0, NET_ROLE_CLOUD);
	struct net_server_options o = {.host = "127.0.0.1"};
	struct err e = ERR_INIT;
	uint16_t port;

	c.report = report;
	c.blobs = bench_store("cloud", 0, false);
	uv_loop_init(&c.loop);
	c.pool = net_executor_new(&c.loop);
	bench_check(net_server_start(&c.server, &c.loop, tls, &o, &cloud_events, &c, &e), &e);
	port = net_server_port(c.server);
	if (write(port_pipe, &port, sizeof(port)) != sizeof(port))
		exit(1);
	uv_timer_init(&c.loop, &c.pause);
	c.pause.data = &c;
	if (bench.repeats == 0)
		uv_timer_start(&c.pause, on_idle_measured, 1500, 200);
	uv_run(&c.loop, UV_RUN_DEFAULT);
	net_executor_free(c.pool);
	tls_ctx_unref(tls);
	blobs_close(c.blobs);
	exit(uv_loop_close(&c.loop) ? 1 : 0);
}
