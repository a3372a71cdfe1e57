/* Requests to a deployed agent over loopback: one keep-alive connection, each request one image, the service
 * in a process of its own; once with nothing else to do, and once while another thread of that process
 * trains, as on an edge. The agent is a real one with fresh weights: inference costs the same as after
 * training. */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/digest.h"
#include "common/base/mem.h"
#include "edge/serve/serve.h"
#include "tests/support/agents.h"
#include "tests/support/http_raw.h"
#include "tests/support/images.h"

#define REQUESTS     2000
#define WARM_UP      100
#define TRAIN_IMAGES 1000

static _Noreturn void die(const char *what, const struct err *e)
{
	fprintf(stderr, "bench_act: %s%s%s\n", what, e ? ": " : "", e ? e->text : "");
	exit(1);
}

/* Trains perception until the process is killed. */
static void *train(void *unused)
{
	const struct module_kind *kind = module_find("perception");
	float *params = mem_floats(kind->layout()->floats);
	struct dataset d = images_make(TRAIN_IMAGES, 2);
	uint32_t items[TRAIN_IMAGES];
	struct train_job job = {.data = &d, .shard = {items, TRAIN_IMAGES}, .samples = UINT32_MAX, .seed = 1};
	struct train_report report;
	struct err e = ERR_INIT;

	(void)unused;
	for (uint32_t i = 0; i < TRAIN_IMAGES; i++)
		items[i] = i;
	kind->init(params, 1);
	if (kind->train(&job, params, &report, &e))
		die("training", &e);
	return NULL;
}

/* The child: tells its port, serves until it is killed. */
static void serve(int port_fd, bool training)
{
	struct serve_limits limits = SERVE_LIMITS_DEFAULT;
	struct made_agent made;
	struct err e = ERR_INIT;
	struct serve *service;
	struct agent *agent;
	pthread_t thread;
	uint16_t port;
	uv_loop_t loop;

	made_agent_init(&made, 1, 1);
	uv_loop_init(&loop);
	if (agent_load(&made.manifest, made_agent_blob, &made, &agent, &e))
		die("agent", &e);
	if (serve_new(&loop, "127.0.0.1:0", metrics_new(), &limits, &service, &e))
		die("service", &e);
	serve_swap(service, agent);
	if (training && pthread_create(&thread, NULL, train, NULL))
		die("cannot start a thread", NULL);
	port = serve_port(service);
	if (write(port_fd, &port, sizeof(port)) != sizeof(port))
		die("cannot tell the port", NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
}

/* Bodies with the images in turn; each owned. */
static void make_bodies(char **bodies, size_t count)
{
	struct dataset d = images_make(count, 1);

	for (size_t i = 0; i < count; i++) {
		char *base64 = base64_encode(dataset_image(&d, i), IMAGE_PIXELS);
		struct buf b = BUF_INIT;

		buf_fmt(&b, "{\"session\":\"bench\",\"image\":{\"format\":\"raw28\",\"data\":\"%s\"}}", base64);
		bodies[i] = buf_cstr(&b);
		free(base64);
	}
	dataset_release(&d);
}

static double request_ms(struct http_raw *c, const char *body)
{
	int64_t began_us = clock_mono_us();
	struct http_raw_reply r;
	int64_t us;

	http_raw_request(c, "POST", "/v1/agent/act", body);
	if (http_raw_reply(c, 0, &r) || r.status != 200)
		die("a request failed", NULL);
	us = clock_mono_us() - began_us;
	http_raw_reply_release(&r);
	return (double)us / 1e3;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(const char *name, uint16_t port)
{
	static double ms[REQUESTS];
	char *bodies[10];
	struct http_raw c;

	make_bodies(bodies, ARRAY_LEN(bodies));
	http_raw_open(&c, port);
	for (int i = 0; i < WARM_UP; i++)
		(void)request_ms(&c, bodies[i % 10]);
	for (int i = 0; i < REQUESTS; i++)
		ms[i] = request_ms(&c, bodies[i % 10]);
	http_raw_close(&c);
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		free(bodies[i]);
	qsort(ms, REQUESTS, sizeof(*ms), ascending);
	printf("{\"bench\":\"%s\",\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"requests\":%d}\n", name, ms[REQUESTS / 2],
	       ms[REQUESTS * 99 / 100], REQUESTS);
}

static void run(const char *name, bool training)
{
	uint16_t port;
	int fds[2];
	pid_t child;

	if (pipe(fds))
		die("pipe", NULL);
	child = fork();
	if (child < 0)
		die("fork", NULL);
	if (child == 0) {
		close(fds[0]);
		prctl(PR_SET_PDEATHSIG, SIGTERM); /* also when the parent gives up */
		serve(fds[1], training);
		exit(0);
	}
	close(fds[1]);
	if (read(fds[0], &port, sizeof(port)) != sizeof(port))
		die("the service did not start", NULL);
	close(fds[0]);
	measure(name, port);
	kill(child, SIGTERM);
	waitpid(child, NULL, 0);
}

int main(void)
{
	run("act", false);
	run("act_while_training", true);
	return 0;
}
