/* The cloud and the edges of the transport benchmark, each to be run in a process of its own. */
#ifndef TESTS_TRANSPORT_H
#define TESTS_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/net/tls_link.h"
#include "common/net/transfer.h"

enum { BENCH_EDGES_MAX = 64, BENCH_REPEATS_MAX = 64 };

/* What the cloud reports through its pipe at the end. */
struct bench_result {
	double seconds, durable_seconds; /* medians */
	double peak_mb, rss_kb, cpu_seconds;
};

/* Set before the processes are forked. */
struct bench {
	char dir[256];      /* authority, certificates and stores */
	int edges, repeats; /* 0 repeats = only keep the links, and measure the memory */
	struct blob_ref base, updates[BENCH_EDGES_MAX];
};
extern struct bench bench;

/* What a ping's number tells the other side. */
enum { BENCH_GO = 1, BENCH_READY = 2, BENCH_FORGET = 3, BENCH_OVER = 4, BENCH_PAUSE_MS = 150 };

void bench_cloud(int port_pipe, int report_pipe) __attribute__((noreturn));
void bench_edges(int first, int count, uint16_t port) __attribute__((noreturn));

/* Ends the process when rc is an error. */
void bench_check(int rc, const struct err *e);
const char *bench_path(const char *fmt, int i); /* in bench.dir; good until eight calls later */
struct blobs *bench_store(const char *name, int i, bool no_sync);
struct tls_ctx *bench_tls(const char *cert, const char *key, int i, enum net_role own);
void bench_say(struct link *l, uint64_t what);
bool bench_allow(void *ctx, const struct digest *d);
void bench_failed(void *ctx, const struct blob_ref *ref, const struct err *why);

#endif
