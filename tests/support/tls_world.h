/* A server and a dialer on one loop with an authority of their own, for tests of TLS links. */
#ifndef TESTS_TLS_WORLD_H
#define TESTS_TLS_WORLD_H

#include <stdbool.h>

#include "common/net/pki.h"
#include "common/net/tls_impl.h"
#include "common/net/tls_link.h"

/* One side of the connection and what it saw. */
struct tls_end {
	struct link *link; /* NULL while there is none */
	int ups, downs, refusals, news;
	struct err why;                                          /* of the last end, refusal or failed dial */
	void (*message)(struct tls_end *t, const struct msg *m); /* NULL = count only */
	void (*chunk)(struct tls_end *t, uint32_t transfer, uint64_t offset, const uint8_t *data, size_t n);
	void (*room)(struct tls_end *t);
	void (*up)(struct tls_end *t);
	void (*down)(struct tls_end *t);
	int messages;
	uint64_t chunk_bytes;
	void *extra;
};

struct tls_world {
	uv_loop_t loop;
	uv_timer_t clock;
	bool late;
	struct tls_ctx *cloud_tls, *edge_tls;
	struct net_server *server;
	struct net_dialer *dialer;
	struct tls_end cloud, edge;
	char dir[512];
};

/* Makes authority "ca" and certificates for cloud "north" and edge "edge-1" in a fresh folder. */
void world_init(struct tls_world *w);
/* Stops what was started and closes the loop, which must have nothing left open. */
void world_end(struct tls_world *w);

const char *world_path(struct tls_world *w, const char *name); /* good until eight calls later */
void world_issue(struct tls_world *w, const char *ca, const char *name, enum net_role role, int64_t start_s);
/* A context from NAME's certificate of authority `ca`, without asking whether it is any good, that trusts
 * "ca". */
struct tls_ctx *world_any_ctx(struct tls_world *w, const char *ca, const char *name, enum net_role own);
struct tls_ctx *world_ctx(struct tls_world *w, const char *name, enum net_role own);

void world_listen(struct tls_world *w, const struct net_server_options *o); /* NULL = the defaults */
void world_dial(struct tls_world *w);
/* Runs the loop until done(w); fails the test after `ms`. */
void world_until(struct tls_world *w, bool (*done)(struct tls_world *w), int ms);
void world_run_ms(struct tls_world *w, int ms);
bool world_both_up(struct tls_world *w);

#endif
