#include <stdio.h>
#include <stdlib.h>

#include "tests/support/transport.h"

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
		bench_say(d->link, BENCH_READY);
}

static void edge_got(void *ctx, const struct blob_ref *ref)
{
	(void)ctx;
	(void)ref;
}

static const struct transfers_events edge_transfers = {bench_allow, edge_got, bench_failed, edge_progress};

static void edge_message(void *ctx, struct link *l, const struct msg *m)
{
	struct edge *d = ctx;
	struct err e = ERR_INIT;

	(void)l;
	if (transfers_takes(m->kind))
		bench_check(transfers_on_message(d->t, m, &e), &e);
	else if (m->kind == MSG_PING && m->ping.nonce == BENCH_GO)
		bench_check(transfers_get(d->t, &bench.base, WIRE_BLOB_MAX, &e), &e);
	else if (m->kind == MSG_PING && m->ping.nonce == BENCH_FORGET)
		bench_check(blobs_remove(d->blobs, &bench.base.digest, &e), &e);
	else if (m->kind == MSG_PING && m->ping.nonce == BENCH_OVER)
		net_dialer_stop(d->dialer, NULL, NULL);
}

static void edge_chunk(void *ctx, struct link *l, uint32_t id, uint64_t offset, const uint8_t *data, size_t n)
{
	struct edge *d = ctx;
	struct err e = ERR_INIT;

	(void)l;
	bench_check(transfers_on_chunk(d->t, id, offset, data, n, &e), &e);
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
void bench_edges(int first, int count, uint16_t port)
{
	static struct edge d[BENCH_EDGES_MAX];
	struct net_dialer_options o = {.host = "127.0.0.1", .port = port};
	uv_loop_t loop;

	uv_loop_init(&loop);
	for (int i = 0; i < count; i++) {
		struct tls_ctx *tls = bench_tls("crt/edge-%d.crt", "crt/edge-%d.key", first + i, NET_ROLE_EDGE);

		d[i].blobs = bench_store("edge%d", first + i, true);
		d[i].dialer = net_dialer_start(&loop, tls, &o, &edge_events, &d[i]);
		tls_ctx_unref(tls);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	exit(uv_loop_close(&loop) ? 1 : 0);
}
