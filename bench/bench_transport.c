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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/rng.h"
#include "common/base/str.h"
#include "common/net/pki.h"
#include "tests/support/transport.h"

static struct blob_ref put_random(struct blobs *b, size_t n, uint64_t seed)
{
	uint64_t *p = mem_alloc(n + 8);
	struct blob_ref ref;
	struct err e = ERR_INIT;
	struct rng r;

	rng_seed(&r, seed, 7);
	for (size_t i = 0; i < n / 8 + 1; i++)
		p[i] = rng_u64(&r);
	bench_check(blobs_put(b, p, n, &ref, &e), &e);
	free(p);
	return ref;
}

static void make_certificates(void)
{
	struct pki_terms cloud = {.role = NET_ROLE_CLOUD, .days = 10, .hosts = "127.0.0.1"};
	struct pki_terms edge = {.role = NET_ROLE_EDGE, .days = 10};
	struct err e = ERR_INIT;
	char name[16];

	bench_check(pki_init(bench_path("ca", 0), "bench-ca", 10, &e), &e);
	bench_check(pki_issue(bench_path("ca", 0), "cloud", &cloud, bench_path("crt", 0), NULL, &e), &e);
	for (int i = 0; i < BENCH_EDGES_MAX; i++) {
		snprintf(name, sizeof(name), "edge-%d", i);
		bench_check(pki_issue(bench_path("ca", 0), name, &edge, bench_path("crt", 0), NULL, &e), &e);
	}
}

/* Processor seconds of the processes that ended. */
static double children_cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static struct bench_result run(bool one_process_of_edges)
{
	int port_pipe[2], report[2];
	struct bench_result r = {0};
	uint16_t port = 0;
	int children = 1, status;

	if (pipe(port_pipe) || pipe(report))
		exit(1);
	if (fork() == 0)
		bench_cloud(port_pipe[1], report[1]);
	if (read(port_pipe[0], &port, sizeof(port)) != sizeof(port))
		exit(1);
	if (one_process_of_edges) {
		if (fork() == 0)
			bench_edges(0, bench.edges, port);
		children++;
	}
	for (int i = 0; !one_process_of_edges && i < bench.edges; i++, children++)
		if (fork() == 0)
			bench_edges(i, 1, port);
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
	struct blobs *b = bench_store("cloud", 0, true);
	double cpu = children_cpu();
	struct bench_result r;

	bench.base = put_random(b, bytes, 1);
	blobs_close(b);
	for (int i = 0; i < bench.edges; i++) {
		b = bench_store("edge%d", i, true);
		bench.updates[i] = put_random(b, bytes, 100 + (uint64_t)i);
		blobs_close(b);
	}
	r = run(false);
	printf("{\"bench\":\"transport\",\"edges\":%d,\"bytes\":%zu,\"seconds\":%.4f,\"durable_seconds\":%.4f,"
	       "\"cpu_seconds\":%.4f,\"cloud_cpu_seconds\":%.4f,\"cloud_peak_mb\":%.1f}\n",
	       bench.edges, bytes, r.seconds, r.durable_seconds, (children_cpu() - cpu) / bench.repeats,
	       r.cpu_seconds / bench.repeats, r.peak_mb);
	fflush(stdout);
}

static void bench_idle(void)
{
	int edges_before = bench.edges, repeats_before = bench.repeats;
	double few, many;

	bench.repeats = 0;
	bench.edges = 4;
	few = run(true).rss_kb;
	bench.edges = 40;
	many = run(true).rss_kb;
	printf("{\"bench\":\"idle_links\",\"links\":40,\"cloud_kb\":%.0f,\"kb_per_link\":%.1f}\n", many,
	       (many - few) / 36);
	fflush(stdout);
	bench.edges = edges_before;
	bench.repeats = repeats_before;
}

int main(int argc, char **argv)
{
	const char *tmp = getenv("TMPDIR");
	struct err e = ERR_INIT;
	int64_t number;

	bench_check(str_to_int(argc > 1 ? argv[1] : "10", "edges", 1, BENCH_EDGES_MAX, &number, &e), &e);
	bench.edges = (int)number;
	bench_check(str_to_int(argc > 2 ? argv[2] : "7", "repeats", 1, BENCH_REPEATS_MAX, &number, &e), &e);
	bench.repeats = (int)number;
	snprintf(bench.dir, sizeof(bench.dir), "%s/foedus-bench-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(bench.dir))
		return 1;
	make_certificates();
	bench_idle();
	bench_size(250000);
	bench_size(10000000);
	bench_check(dir_remove(bench.dir, &e), &e);
	return 0;
}
