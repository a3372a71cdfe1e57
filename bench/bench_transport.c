/* Blobs of a round over mutual TLS, and the memory of idle links: real processes, loopback, no training.
 *
 *   bench_transport [EDGES] [REPEATS]
 *
 * One cloud process and EDGES edge processes. In each repeat every edge downloads the base blob and then the
 * cloud fetches that edge's own update; everything is verified by SHA-256 at the receiver. `seconds` is the
 * median over the repeats of the time until all is verified, `durable_seconds` until the cloud has also
 * fsynced and renamed it all. One JSON line a size:
 *   {"bench":"transport","edges":10,"bytes":10000000,"seconds":..,"durable_seconds":..,"cloud_peak_mb":..}
 *   {"bench":"idle_links","links":40,"cloud_kb":..,"kb_per_link":..} */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/net/pki.h"
#include "common/net/tls_link.h"
#include "common/net/transfer.h"

enum { EDGES_MAX = 64, REPEATS_MAX = 64, GO = 1, READY = 2, FORGET = 3, OVER = 4, PAUSE_MS = 150 };

struct result {
	double seconds, durable_seconds, peak_mb, rss_kb;
};

static char dir[256];
static int edges, repeats;
static struct blob_ref base, updates[EDGES_MAX];

static void check(int rc, const struct err *e)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "bench_transport: %s\n", e->text);
	exit(1);
}

static const char *path(const char *fmt, int i)
{
	static char out[8][512];
	static unsigned next;
	char *to = out[next++ % 8];
	int n = snprintf(to, 512, "%s/", dir);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(to + n, (size_t)(512 - n), fmt, i);
#pragma GCC diagnostic pop
	return to;
}

static struct blobs *open_store(const char *name, int i, bool no_sync)
{
	struct blobs_options o = {.no_sync = no_sync};
	struct blobs *b;
	struct err e = ERR_INIT;

	check(blobs_open(&b, path(name, i), &o, &e), &e);
	return b;
}

static struct blob_ref put_random(struct blobs *b, size_t n, uint64_t seed)
{
	uint64_t *p = mem_alloc(n + 8);
	struct blob_ref ref;
	struct err e = ERR_INIT;
	struct rng r;

	rng_seed(&r, seed, 7);
	for (size_t i = 0; i < n / 8 + 1; i++)
		p[i] = rng_u64(&r);
	check(blobs_put(b, p, n, &ref, &e), &e);
	free(p);
	return ref;
}

static void make_certificates(void)
{
	struct pki_terms cloud = {NET_ROLE_CLOUD, 10, "127.0.0.1", 0}, edge = {NET_ROLE_EDGE, 10, NULL, 0};
	struct err e = ERR_INIT;
	char name[16];

	check(pki_init(path("ca", 0), "bench-ca", 10, &e), &e);
	check(pki_issue(path("ca", 0), "cloud", &cloud, path("crt", 0), NULL, &e), &e);
	for (int i = 0; i < EDGES_MAX; i++) {
		snprintf(name, sizeof(name), "edge-%d", i);
		check(pki_issue(path("ca", 0), name, &edge, path("crt", 0), NULL, &e), &e);
	}
}

static struct tls_ctx *context(const char *cert, const char *key, int i, enum net_role own)
{
	struct tls_files f = {path(cert, i), path(key, i), path("ca/ca.crt", 0), path("ca/ca.crl", 0)};
	struct tls_ctx *c;
	struct err e = ERR_INIT;

	check(tls_ctx_new(&c, &f, own, own == NET_ROLE_CLOUD ? NET_ROLE_EDGE : NET_ROLE_CLOUD, &e), &e);
	return c;
}

static void say(struct link *l, uint64_t what)
{
	struct msg m = {.kind = MSG_PING};

	m.ping.nonce = what;
	link_send(l, &m);
}

static bool allow_all(void *ctx, const struct digest *d)
{
	(void)ctx;
	(void)d;
	return true;
}

static void transfer_failed(void *ctx, const struct blob_ref *ref, const struct err *why)
{
	(void)ctx;
	(void)ref;
	check(E_IO, why);
}

/* --- the cloud ---------------------------------------------------------------------------------- */

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
	struct session sessions[EDGES_MAX];
	int up, done, verified, committed, repeat;
	int64_t start_us;
	double seconds[REPEATS_MAX], durable[REPEATS_MAX];
	int report; /* pipe */
	uv_timer_t pause;
};

static void begin_repeat(uv_timer_t *t)
{
	struct cloud *c = t->data;

	c->done = c->verified = c->committed = 0;
	c->start_us = clock_mono_us();
	for (int i = 0; i < edges; i++)
		say(c->sessions[i].link, GO);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double peak_mb(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_maxrss / 1024;
}

static void end_bench(struct cloud *c)
{
	struct result r = {.peak_mb = peak_mb()};

	qsort(c->seconds, (size_t)repeats, sizeof(double), by_value);
	qsort(c->durable, (size_t)repeats, sizeof(double), by_value);
	r.seconds = c->seconds[repeats / 2];
	r.durable_seconds = c->durable[repeats / 2];
	if (write(c->report, &r, sizeof(r)) != sizeof(r))
		exit(1);
	for (int i = 0; i < edges; i++)
		say(c->sessions[i].link, OVER);
	uv_close((uv_handle_t *)&c->pause, NULL);
	net_server_stop(c->server, NULL, NULL);
}

/* What was moved is deleted between the repeats, and the disk is left to calm down. */
static void maybe_next(struct cloud *c)
{
	struct err e = ERR_INIT;

	if (c->verified == edges && c->seconds[c->repeat] == 0)
		c->seconds[c->repeat] = (double)(clock_mono_us() - c->start_us) / 1e6;
	if (c->committed < edges)
		return;
	c->durable[c->repeat] = (double)(clock_mono_us() - c->start_us) / 1e6;
	for (int i = 0; i < edges; i++)
		check(blobs_remove(c->blobs, &updates[i].digest, &e), &e);
	if (++c->repeat == repeats) {
		end_bench(c);
		return;
	}
	for (int i = 0; i < edges; i++)
		say(c->sessions[i].link, FORGET);
	uv_timer_start(&c->pause, begin_repeat, PAUSE_MS, 0);
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

static const struct transfers_events cloud_transfers = {allow_all, cloud_got, transfer_failed,
                                                        cloud_progress};

static void cloud_message(void *ctx, struct link *l, const struct msg *m)
{
	struct session *s = ctx;
	struct err e = ERR_INIT;

	(void)l;
	if (transfers_takes(m->kind))
		check(transfers_on_message(s->t, m, &e), &e);
	else if (m->kind == MSG_PING)
		check(transfers_get(s->t, &updates[s->number], WIRE_BLOB_MAX, &e), &e);
}

static void cloud_chunk(void *ctx, struct link *l, uint32_t id, uint64_t offset, const uint8_t *data,
                        size_t n)
{
	struct session *s = ctx;
	struct err e = ERR_INIT;

	(void)l;
	check(transfers_on_chunk(s->t, id, offset, data, n, &e), &e);
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

	s->cloud = c;
	s->link = l;
	s->number = atoi(l->peer + 5);
	s->t = transfers_new(l, c->blobs, c->pool, &cloud_transfers, s);
	l->on = &cloud_link;
	l->ctx = s;
	link_welcomed(l);
	if (c->up == edges && repeats > 0)
		uv_timer_start(&c->pause, begin_repeat, PAUSE_MS, 0);
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
	struct result r = {.rss_kb = (double)rss_kb()};

	if (c->up < edges)
		return;
	if (write(c->report, &r, sizeof(r)) != sizeof(r))
		exit(1);
	for (int i = 0; i < edges; i++)
		say(c->sessions[i].link, OVER);
	uv_close((uv_handle_t *)t, NULL);
	net_server_stop(c->server, NULL, NULL);
}

static void run_cloud(int port_pipe, int report)
{
	static struct cloud c;
	struct tls_ctx *tls = context("crt/cloud.crt", "crt/cloud.key", 0, NET_ROLE_CLOUD);
	struct net_server_options o = {.host = "127.0.0.1"};
	struct err e = ERR_INIT;
	uint16_t port;

	c.report = report;
	c.blobs = open_store("cloud", 0, false);
	uv_loop_init(&c.loop);
	c.pool = net_executor_new(&c.loop);
	check(net_server_start(&c.server, &c.loop, tls, &o, &cloud_events, &c, &e), &e);
	port = net_server_port(c.server);
	if (write(port_pipe, &port, sizeof(port)) != sizeof(port))
		exit(1);
	uv_timer_init(&c.loop, &c.pause);
	c.pause.data = &c;
	if (repeats == 0)
		uv_timer_start(&c.pause, on_idle_measured, 1500, 200);
	uv_run(&c.loop, UV_RUN_DEFAULT);
	net_executor_free(c.pool);
	tls_ctx_unref(tls);
	blobs_close(c.blobs);
	exit(uv_loop_close(&c.loop) ? 1 : 0);
}

/* --- an edge ------------------------------------------------------------------------------------ */

struct edge {
	struct blobs *blobs;
	struct executor *pool;
	struct net_dialer *dialer;
	struct link *link;
	struct transfers *t;
};

static void edge_progress(void *ctx, const struct blob_ref *ref, uint64_t held)
{
	struct edge *d = ctx;

	if (held == ref->size)
		say(d->link, READY);
}

static void edge_got(void *ctx, const struct blob_ref *ref)
{
	(void)ctx;
	(void)ref;
}

static const struct transfers_events edge_transfers = {allow_all, edge_got, transfer_failed, edge_progress};

static void edge_message(void *ctx, struct link *l, const struct msg *m)
{
	struct edge *d = ctx;
	struct err e = ERR_INIT;

	(void)l;
	if (transfers_takes(m->kind))
		check(transfers_on_message(d->t, m, &e), &e);
	else if (m->kind == MSG_PING && m->ping.nonce == GO)
		check(transfers_get(d->t, &base, WIRE_BLOB_MAX, &e), &e);
	else if (m->kind == MSG_PING && m->ping.nonce == FORGET)
		check(blobs_remove(d->blobs, &base.digest, &e), &e);
	else if (m->kind == MSG_PING && m->ping.nonce == OVER)
		net_dialer_stop(d->dialer, NULL, NULL);
}

static void edge_chunk(void *ctx, struct link *l, uint32_t id, uint64_t offset, const uint8_t *data, size_t n)
{
	struct edge *d = ctx;
	struct err e = ERR_INIT;

	(void)l;
	check(transfers_on_chunk(d->t, id, offset, data, n, &e), &e);
}

static void edge_room(void *ctx, struct link *l)
{
	struct edge *d = ctx;

	(void)l;
	transfers_on_room(d->t);
}

static void edge_closed(void *ctx, struct link *l, const struct err *why)
{
	struct edge *d = ctx;

	(void)l;
	(void)why;
	transfers_free(d->t);
}

static const struct link_events edge_link = {edge_message, edge_chunk, edge_room, edge_closed};

static void connected(void *ctx, struct link *l)
{
	struct edge *d = ctx;

	d->link = l;
	d->t = transfers_new(l, d->blobs, d->pool, &edge_transfers, d);
	l->on = &edge_link;
	l->ctx = d;
	link_welcomed(l);
}

static void dial_failed(void *ctx, const struct err *why, bool news, uint32_t retry_ms)
{
	(void)ctx;
	(void)news;
	(void)retry_ms;
	fprintf(stderr, "dial: %s\n", why->text);
}

static const struct net_dialer_events edge_events = {connected, dial_failed};

/* Edges first to last of them in this process. */
static void run_edges(int first, int count, uint16_t port)
{
	static struct edge d[EDGES_MAX];
	struct net_dialer_options o = {.host = "127.0.0.1", .port = port};
	uv_loop_t loop;

	uv_loop_init(&loop);
	for (int i = 0; i < count; i++) {
		struct tls_ctx *tls = context("crt/edge-%d.crt", "crt/edge-%d.key", first + i, NET_ROLE_EDGE);

		d[i].blobs = open_store("edge%d", first + i, true);
		d[i].dialer = net_dialer_start(&loop, tls, &o, &edge_events, &d[i]);
		tls_ctx_unref(tls);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	exit(uv_loop_close(&loop) ? 1 : 0);
}

/* --- all of it ----------------------------------------------------------------------------------- */

/* Processor seconds of the processes that ended. */
static double children_cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static struct result run(bool one_process_of_edges)
{
	int port_pipe[2], report[2];
	struct result r = {0};
	uint16_t port = 0;
	int children = 1, status;

	if (pipe(port_pipe) || pipe(report))
		exit(1);
	if (fork() == 0)
		run_cloud(port_pipe[1], report[1]);
	if (read(port_pipe[0], &port, sizeof(port)) != sizeof(port))
		exit(1);
	if (one_process_of_edges) {
		if (fork() == 0)
			run_edges(0, edges, port);
		children++;
	}
	for (int i = 0; !one_process_of_edges && i < edges; i++, children++)
		if (fork() == 0)
			run_edges(i, 1, port);
	close(report[1]);
	if (read(report[0], &r, sizeof(r)) != sizeof(r))
		exit(1);
	while (children-- > 0)
		if (wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
			exit(1);
	close(report[0]);
	close(port_pipe[0]);
	close(port_pipe[1]);
	return r;
}

static void bench_size(size_t bytes)
{
	struct blobs *b = open_store("cloud", 0, true);
	double cpu = children_cpu();
	struct result r;

	base = put_random(b, bytes, 1);
	blobs_close(b);
	for (int i = 0; i < edges; i++) {
		b = open_store("edge%d", i, true);
		updates[i] = put_random(b, bytes, 100 + (uint64_t)i);
		blobs_close(b);
	}
	r = run(false);
	printf("{\"bench\":\"transport\",\"edges\":%d,\"bytes\":%zu,\"seconds\":%.4f,\"durable_seconds\":%.4f,"
	       "\"cpu_seconds\":%.4f,\"cloud_peak_mb\":%.1f}\n",
	       edges, bytes, r.seconds, r.durable_seconds, (children_cpu() - cpu) / repeats, r.peak_mb);
	fflush(stdout);
}

static void bench_idle(void)
{
	int edges_before = edges, repeats_before = repeats;
	double few, many;

	repeats = 0;
	edges = 4;
	few = run(true).rss_kb;
	edges = 40;
	many = run(true).rss_kb;
	printf("{\"bench\":\"idle_links\",\"links\":40,\"cloud_kb\":%.0f,\"kb_per_link\":%.1f}\n", many,
	       (many - few) / 36);
	fflush(stdout);
	edges = edges_before;
	repeats = repeats_before;
}

int main(int argc, char **argv)
{
	const char *tmp = getenv("TMPDIR");
	struct err e = ERR_INIT;

	edges = argc > 1 ? atoi(argv[1]) : 10;
	repeats = argc > 2 ? atoi(argv[2]) : 7;
	if (edges < 1 || edges > EDGES_MAX || repeats < 1 || repeats > REPEATS_MAX) {
		fprintf(stderr, "usage: bench_transport [EDGES 1 to 64] [REPEATS 1 to 64]\n");
		return 2;
	}
	snprintf(dir, sizeof(dir), "%s/foedus-bench-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return 1;
	make_certificates();
	bench_idle();
	bench_size(250000);
	bench_size(10000000);
	check(dir_remove(dir, &e), &e);
	return 0;
}
