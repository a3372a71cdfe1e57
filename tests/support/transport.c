#include "tests/support/transport.h"

#include <stdio.h>
#include <stdlib.h>

struct bench bench;

void bench_check(int rc, const struct err *e)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "bench_transport: %s\n", e->text);
	exit(1);
}

const char *bench_path(const char *fmt, int i)
{
	static char out[8][512];
	static unsigned next;
	char *to = out[next++ % 8];
	int n = snprintf(to, 512, "%s/", bench.dir);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(to + n, (size_t)(512 - n), fmt, i);
#pragma GCC diagnostic pop
	return to;
}

struct blobs *bench_store(const char *name, int i, bool no_sync)
{
	struct blobs_options o = {.no_sync = no_sync};
	struct blobs *b;
	struct err e = ERR_INIT;

	bench_check(blobs_open(&b, bench_path(name, i), &o, &e), &e);
	return b;
}

struct tls_ctx *bench_tls(const char *cert, const char *key, int i, enum net_role own)
{
	struct tls_files f = {bench_path(cert, i), bench_path(key, i), bench_path("ca/ca.crt", 0),
	                      bench_path("ca/ca.crl", 0)};
	struct tls_ctx *c;
	struct err e = ERR_INIT;

	bench_check(tls_ctx_new(&c, &f, own, own == NET_ROLE_CLOUD ? NET_ROLE_EDGE : NET_ROLE_CLOUD, &e), &e);
	return c;
}

void bench_say(struct link *l, uint64_t what)
{
	struct msg m = {.kind = MSG_PING};

	m.ping.nonce = what;
	link_send(l, &m);
}

bool bench_allow(void *ctx, const struct digest *d)
{
	(void)ctx;
	(void)d;
	return true;
}

void bench_failed(void *ctx, const struct blob_ref *ref, const struct err *why)
{
	(void)ctx;
	(void)ref;
	bench_check(E_IO, why);
}
