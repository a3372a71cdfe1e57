#include "tests/support/tls_world.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/file.h"
#include "tests/support/suite.h"

/* --- files --------------------------------------------------------------------------------------- */

const char *world_path(struct tls_world *w, const char *name)
{
	static char paths[8][700];
	static unsigned next;
	char *out = paths[next++ % 8];

	snprintf(out, 700, "%s/%s", w->dir, name);
	return out;
}

void world_issue(struct tls_world *w, const char *ca, const char *name, enum net_role role, int64_t start_s)
{
	struct pki_terms t = {.role = role, .days = 5, .start_s = start_s};
	struct err e = ERR_INIT;
	char out[64];

	snprintf(out, sizeof(out), "%s-out", ca);
	if (!file_exists(world_path(w, ca)))
		ck_ok(pki_init(world_path(w, ca), ca, 100, &e), &e);
	ck_ok(pki_issue(world_path(w, ca), name, &t, world_path(w, out), NULL, &e), &e);
}

static enum net_role other_side(enum net_role own)
{
	return own == NET_ROLE_CLOUD ? NET_ROLE_EDGE : NET_ROLE_CLOUD;
}

struct tls_ctx *world_ctx(struct tls_world *w, const char *name, enum net_role own)
{
	char cert[128], key[128];
	struct tls_ctx *ctx;
	struct err e = ERR_INIT;

	snprintf(cert, sizeof(cert), "ca-out/%s.crt", name);
	snprintf(key, sizeof(key), "ca-out/%s.key", name);
	ck_ok(tls_ctx_new(&ctx,
	                  &(struct tls_files){world_path(w, cert), world_path(w, key), world_path(w, "ca/ca.crt"),
	                                      world_path(w, "ca/ca.crl")},
	                  own, other_side(own), &e),
	      &e);
	return ctx;
}

struct tls_ctx *world_any_ctx(struct tls_world *w, const char *ca, const char *name, enum net_role own)
{
	struct tls_ctx *ctx = world_ctx(w, own == NET_ROLE_CLOUD ? "north" : "edge-1", own);
	char cert[128], key[128];

	snprintf(cert, sizeof(cert), "%s-out/%s.crt", ca, name);
	snprintf(key, sizeof(key), "%s-out/%s.key", ca, name);
	ck_assert_int_eq(SSL_CTX_use_certificate_file(ctx->ssl, world_path(w, cert), SSL_FILETYPE_PEM), 1);
	ck_assert_int_eq(SSL_CTX_use_PrivateKey_file(ctx->ssl, world_path(w, key), SSL_FILETYPE_PEM), 1);
	return ctx;
}

/* --- callbacks ----------------------------------------------------------------------------------- */

static void on_message(void *ctx, struct link *l, const struct msg *m)
{
	struct tls_end *t = ctx;

	(void)l;
	t->messages++;
	if (t->message)
		t->message(t, m);
}

static void on_chunk(void *ctx, struct link *l, uint32_t transfer, uint64_t offset, const uint8_t *data,
                     size_t n)
{
	struct tls_end *t = ctx;

	(void)l;
	t->chunk_bytes += n;
	if (t->chunk)
		t->chunk(t, transfer, offset, data, n);
}

static void on_room(void *ctx, struct link *l)
{
	struct tls_end *t = ctx;

	(void)l;
	if (t->room)
		t->room(t);
}

static void on_closed(void *ctx, struct link *l, const struct err *why)
{
	struct tls_end *t = ctx;

	ck_assert_ptr_eq(t->link, l);
	t->downs++;
	t->why = *why;
	if (t->down)
		t->down(t);
	t->link = NULL;
}

static const struct link_events link_events = {on_message, on_chunk, on_room, on_closed};

static void take_link(struct tls_end *t, struct link *l)
{
	l->on = &link_events;
	l->ctx = t;
	t->link = l;
	t->ups++;
	if (t->up)
		t->up(t);
}

static void accepted(void *ctx, struct link *l)
{
	take_link(&((struct tls_world *)ctx)->cloud, l);
}

static void refused(void *ctx, const char *address, const struct err *why)
{
	struct tls_world *w = ctx;

	ck_assert_ptr_nonnull(strstr(address, "127.0.0.1:"));
	w->cloud.refusals++;
	w->cloud.why = *why;
}

static const struct net_server_events server_events = {accepted, refused};

static void connected(void *ctx, struct link *l)
{
	take_link(&((struct tls_world *)ctx)->edge, l);
}

static void failed(void *ctx, const struct err *why, bool news, uint32_t retry_ms)
{
	struct tls_world *w = ctx;

	ck_assert_uint_le(retry_ms, 400);
	w->edge.refusals++;
	w->edge.news += news;
	w->edge.why = *why;
}

static const struct net_dialer_events dialer_events = {connected, failed};

/* --- running ------------------------------------------------------------------------------------- */

void world_init(struct tls_world *w)
{
	struct err e = ERR_INIT;

	memset(w, 0, sizeof(*w));
	snprintf(w->dir, sizeof(w->dir), "%s/world", suite_tmp());
	ck_ok(dir_remove(w->dir, &e), &e);
	ck_ok(dir_make(w->dir, 0700, &e), &e);
	world_issue(w, "ca", "north", NET_ROLE_CLOUD, 0);
	world_issue(w, "ca", "edge-1", NET_ROLE_EDGE, 0);
	w->cloud_tls = world_ctx(w, "north", NET_ROLE_CLOUD);
	w->edge_tls = world_ctx(w, "edge-1", NET_ROLE_EDGE);
	uv_loop_init(&w->loop);
	uv_timer_init(&w->loop, &w->clock);
	w->clock.data = w;
}

void world_listen(struct tls_world *w, const struct net_server_options *o)
{
	struct net_server_options defaults = {.host = "127.0.0.1"};
	struct err e = ERR_INIT;

	ck_ok(net_server_start(&w->server, &w->loop, w->cloud_tls, o ? o : &defaults, &server_events, w, &e), &e);
}

void world_dial(struct tls_world *w)
{
	struct net_dialer_options o = {
	    .host = "127.0.0.1", .port = net_server_port(w->server), .backoff_min_ms = 50, .backoff_max_ms = 400};

	w->dialer = net_dialer_start(&w->loop, w->edge_tls, &o, &dialer_events, w);
}

static void on_late(uv_timer_t *t)
{
	((struct tls_world *)t->data)->late = true;
}

void world_until(struct tls_world *w, bool (*done)(struct tls_world *w), int ms)
{
	w->late = false;
	uv_timer_start(&w->clock, on_late, (uint64_t)ms, 0);
	while (!done(w) && !w->late)
		uv_run(&w->loop, UV_RUN_ONCE);
	uv_timer_stop(&w->clock);
	ck_assert_msg(!w->late || done(w), "not done within %d ms; cloud: %s; edge: %s", ms, w->cloud.why.text,
	              w->edge.why.text);
}

static bool never(struct tls_world *w)
{
	return w->late;
}

void world_run_ms(struct tls_world *w, int ms)
{
	world_until(w, never, ms);
}

bool world_both_up(struct tls_world *w)
{
	return w->cloud.link && w->edge.link;
}

void world_end(struct tls_world *w)
{
	if (w->dialer)
		net_dialer_stop(w->dialer, NULL, NULL);
	if (w->server)
		net_server_stop(w->server, NULL, NULL);
	uv_close((uv_handle_t *)&w->clock, NULL);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&w->loop), 0);
	ck_assert_ptr_null(w->cloud.link);
	ck_assert_ptr_null(w->edge.link);
	tls_ctx_unref(w->cloud_tls);
	tls_ctx_unref(w->edge_tls);
}
