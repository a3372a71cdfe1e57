/* Blobs and heartbeats over real TLS links: order, bounds, reconnects. */
#include <string.h>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/rng.h"
#include "common/net/transfer.h"
#include "common/wire/frame.h"
#include "tests/support/suite.h"
#include "tests/support/tls_world.h"

enum { BLOB = 24 << 20 };

/* The blob side of one end. */
struct mover {
	struct tls_end *end;
	struct blobs *blobs;
	struct transfers *t;
	struct executor *pool;
	int got, failed;
	uint64_t held;
	int pings, pongs;
	uint64_t ping_at, behind_max; /* of the edge's chunk bytes: at the ping; most that came before its pong */
};

static struct mover cloud, edge;
static struct blob_ref ref;

static bool allowed(void *ctx, const struct digest *d)
{
	(void)ctx;
	(void)d;
	return true;
}

static void got(void *ctx, const struct blob_ref *r)
{
	struct mover *m = ctx;

	(void)r;
	m->got++;
}

static void failed(void *ctx, const struct blob_ref *r, const struct err *why)
{
	struct mover *m = ctx;

	(void)r;
	m->failed++;
	ck_abort_msg("%s", why->text);
}

static void progress(void *ctx, const struct blob_ref *r, uint64_t held)
{
	struct mover *m = ctx;

	(void)r;
	m->held = held;
}

static uint64_t expected; /* chunk bytes */

static const struct transfers_events events = {allowed, got, failed, progress};

static void mover_message(struct tls_end *t, const struct msg *m)
{
	struct mover *v = t->extra;
	struct msg pong = {.kind = MSG_PONG};
	struct err e = ERR_INIT;
	uint64_t behind;

	if (transfers_takes(m->kind)) {
		ck_ok(transfers_on_message(v->t, m, &e), &e);
	} else if (m->kind == MSG_PING) {
		pong.pong.nonce = m->ping.nonce;
		link_send(t->link, &pong);
	} else if (m->kind == MSG_PONG) {
		behind = edge.end->chunk_bytes - v->ping_at;
		v->behind_max = behind > v->behind_max ? behind : v->behind_max;
		v->pongs++;
	}
}

static void mover_chunk(struct tls_end *t, uint32_t transfer, uint64_t offset, const uint8_t *data, size_t n)
{
	struct mover *v = t->extra;
	struct err e = ERR_INIT;

	ck_ok(transfers_on_chunk(v->t, transfer, offset, data, n, &e), &e);
}

static void mover_room(struct tls_end *t)
{
	transfers_on_room(((struct mover *)t->extra)->t);
}

static void mover_up(struct tls_end *t)
{
	struct mover *v = t->extra;
	struct err e = ERR_INIT;

	link_welcomed(t->link);
	v->t = transfers_new(t->link, v->blobs, v->pool, &events, v);
	if (v == &edge)
		ck_assert_int_ge(transfers_get(v->t, &ref, BLOB, &e), 0);
}

static void mover_down(struct tls_end *t)
{
	struct mover *v = t->extra;

	transfers_free(v->t);
	v->t = NULL;
}

static void mover_init(struct tls_world *w, struct mover *v, struct tls_end *end, const char *store)
{
	struct blobs_options o = {.no_sync = true};
	struct err e = ERR_INIT;

	memset(v, 0, sizeof(*v));
	v->end = end;
	v->pool = net_executor_new(&w->loop);
	ck_ok(blobs_open(&v->blobs, world_path(w, store), &o, &e), &e);
	end->extra = v;
	end->message = mover_message;
	end->chunk = mover_chunk;
	end->room = mover_room;
	end->up = mover_up;
	end->down = mover_down;
}

static void start(struct tls_world *w)
{
	uint8_t *p = mem_alloc(BLOB);
	struct err e = ERR_INIT;
	struct rng r;

	world_init(w);
	mover_init(w, &cloud, &w->cloud, "cloud-blobs");
	mover_init(w, &edge, &w->edge, "edge-blobs");
	rng_seed(&r, suite_seed(), 1);
	for (size_t i = 0; i < BLOB; i++)
		p[i] = i % 4096 ? (uint8_t)(p[i - 1] + 1) : (uint8_t)rng_u64(&r);
	ck_ok(blobs_put(cloud.blobs, p, BLOB, &ref, &e), &e);
	free(p);
	world_listen(w, NULL);
}

static void end(struct tls_world *w)
{
	world_end(w);
	net_executor_free(cloud.pool);
	net_executor_free(edge.pool);
	blobs_close(cloud.blobs);
	blobs_close(edge.blobs);
}

static bool blob_arrived(struct tls_world *w)
{
	(void)w;
	return edge.got > 0;
}

/* Each pass of the loop sends one more ping once the last one is answered. */
static bool blob_arrived_with_pings(struct tls_world *w)
{
	struct msg ping = {.kind = MSG_PING};

	if (w->cloud.link && cloud.pings == cloud.pongs && edge.held > 0 && edge.held < BLOB) {
		cloud.ping_at = w->edge.chunk_bytes;
		cloud.pings++;
		link_send(w->cloud.link, &ping);
	}
	return edge.got > 0 && cloud.pings == cloud.pongs;
}

START_TEST(heartbeats_do_not_wait_behind_a_blob)
{
	static struct tls_world w;

	start(&w);
	world_dial(&w);
	world_until(&w, blob_arrived_with_pings, 60000);
	ck_assert_int_ge(cloud.pongs, 3);
	/* The window bounds what is ahead of a ping and its answer: far from the whole blob. */
	ck_assert_uint_le(cloud.behind_max, 4 * WIRE_BLOB_WINDOW);
	end(&w);
}
END_TEST

static bool a_third_arrived(struct tls_world *w)
{
	(void)w;
	return edge.held > BLOB / 3;
}

START_TEST(a_lost_link_is_dialed_again_and_the_blob_goes_on)
{
	static struct tls_world w;
	struct err why = ERR_INIT;
	uint64_t before;

	start(&w);
	world_dial(&w);
	world_until(&w, a_third_arrived, 60000);
	before = w.edge.chunk_bytes;
	err_set(&why, E_IO, "pulled out by the test");
	tls_conn_abort((struct tls_conn *)w.cloud.link, &why);
	world_until(&w, blob_arrived, 60000);
	ck_assert_int_eq(w.edge.ups, 2);
	ck_assert_int_eq(w.edge.downs, 1);
	/* What was held is not sent again. */
	ck_assert_uint_ge(before, BLOB / 3);
	ck_assert_uint_eq(w.edge.chunk_bytes, BLOB);
	end(&w);
}
END_TEST

static bool piece_expected(struct tls_world *w)
{
	return w->edge.chunk_bytes >= expected;
}

static void send_piece(struct tls_world *w, const uint8_t *p, size_t n)
{
	struct tls_conn *c = (struct tls_conn *)w->cloud.link;

	ck_assert(tls_encrypt(c, p, n));
	tls_write_out(c);
}

static void in_one_row(struct tls_end *t, uint32_t transfer, uint64_t offset, const uint8_t *data, size_t n)
{
	ck_assert_uint_eq(transfer, 3);
	ck_assert_uint_eq(offset, 77 + t->chunk_bytes - n);
	for (size_t i = 0; i < n; i++)
		ck_assert_uint_eq(data[i], 'x');
}

/* Forty links that receive at once would else keep forty chunks. */
START_TEST(what_is_there_of_a_chunk_goes_on_at_once)
{
	static const size_t cuts[] = {7, 19, 20, 21, 20000, FRAME_CHUNK_HEADER + WIRE_CHUNK_MAX};
	static uint8_t frame[FRAME_CHUNK_HEADER + WIRE_CHUNK_MAX];
	static struct tls_world w;
	const struct tls_conn *c;
	size_t sent = 0;

	world_init(&w);
	world_listen(&w, NULL);
	world_dial(&w);
	world_until(&w, world_both_up, 60000);
	link_welcomed(w.edge.link);
	w.edge.chunk = in_one_row;
	c = (const struct tls_conn *)w.edge.link;
	frame_chunk_header(frame, 3, 77, WIRE_CHUNK_MAX);
	memset(frame + FRAME_CHUNK_HEADER, 'x', WIRE_CHUNK_MAX);
	for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
		send_piece(&w, frame + sent, cuts[i] - sent);
		sent = cuts[i];
		expected = sent > FRAME_CHUNK_HEADER ? sent - FRAME_CHUNK_HEADER : 0;
		world_until(&w, piece_expected, 60000);
		world_run_ms(&w, 20);
		ck_assert_uint_eq(w.edge.chunk_bytes, expected);
		ck_assert_uint_eq(c->plain.len, sent < FRAME_CHUNK_HEADER ? sent : 0);
	}
	ck_assert_int_eq(w.edge.downs, 0);
	world_end(&w);
}
END_TEST

static bool cloud_down(struct tls_world *w)
{
	return w->cloud.downs > 0;
}

static void stop_reading(struct tls_world *w)
{
	uv_read_stop((uv_stream_t *)&((struct tls_conn *)w->edge.link)->tcp);
}

START_TEST(a_peer_that_does_not_read_takes_little_memory_and_is_cut_off)
{
	static struct tls_world w;
	struct tls_conn *c;
	struct msg m = {.kind = MSG_GOODBYE};

	start(&w);
	world_dial(&w);
	world_until(&w, a_third_arrived, 60000);
	stop_reading(&w);
	world_run_ms(&w, 100);
	c = (struct tls_conn *)w.cloud.link;
	ck_assert_ptr_nonnull(c);
	ck_assert_uint_le(c->writing.cap + c->pending.cap, 1 << 20);
	memset(m.goodbye.reason, 'x', 500);
	for (int i = 0; i < 100000 && c->state == TLS_UP; i++) {
		link_send(&c->link, &m);
		ck_assert_uint_le(c->control.cap, 4 * WIRE_CONTROL_QUEUE_MAX);
	}
	world_until(&w, cloud_down, 60000);
	ck_assert_int_eq(w.cloud.why.code, E_LIMIT);
	ck_assert_ptr_nonnull(strstr(w.cloud.why.text, "does not read"));
	end(&w);
}
END_TEST

static bool both_down(struct tls_world *w)
{
	return w->cloud.downs > 0 && w->edge.downs > 0;
}

static void note_error(struct tls_end *t, const struct msg *m)
{
	if (m->kind == MSG_ERROR && strstr(m->error.text, "envelope of 4"))
		t->extra = NULL; /* seen */
}

START_TEST(a_broken_rule_is_told_to_the_peer_before_the_end)
{
	static struct tls_world w;
	struct msg m = {.kind = MSG_DEPLOY};
	static uint8_t manifest[5000];
	int seen = 0;

	world_init(&w);
	world_listen(&w, NULL);
	world_dial(&w);
	w.edge.message = note_error;
	w.edge.extra = &seen;
	world_until(&w, world_both_up, 60000);
	m.deploy.manifest = manifest;
	m.deploy.manifest_len = 4100;
	link_send(w.edge.link, &m); /* too much before the welcome */
	world_until(&w, both_down, 60000);
	ck_assert_int_eq(w.cloud.why.code, E_LIMIT);
	ck_assert_ptr_nonnull(strstr(w.cloud.why.text, "before the welcome"));
	ck_assert_ptr_null(w.edge.extra);
	world_end(&w);
}
END_TEST

SUITE("net/tls_flow", heartbeats_do_not_wait_behind_a_blob, a_lost_link_is_dialed_again_and_the_blob_goes_on,
      what_is_there_of_a_chunk_goes_on_at_once, a_peer_that_does_not_read_takes_little_memory_and_is_cut_off,
      a_broken_rule_is_told_to_the_peer_before_the_end)
