#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/str.h"
#include "ctl/demo.h"
#include "ctl/show.h"
#include "ctl/stop.h"

#define ARGS_MAX 48

/* A command line that owns its words. */
struct words {
	char *list[ARGS_MAX];
	size_t count;
};

static void word(struct words *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void word(struct words *w, const char *fmt, ...)
{
	char text[PROCESS_PATH_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (w->count + 1 < ARGS_MAX)
		w->list[w->count++] = mem_strdup(text);
}

static void option(struct words *w, const char *name, const char *value)
{
	word(w, "%s", name);
	word(w, "%s", value);
}

static void option_int(struct words *w, const char *name, int64_t value)
{
	word(w, "%s", name);
	word(w, "%lld", (long long)value);
}

static void words_release(struct words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->list[i]);
}

const char *demo_path(const struct demo *d, char out[PROCESS_PATH_MAX], const char *fmt, ...)
{
	int n = snprintf(out, PROCESS_PATH_MAX, "%s/", d->dir);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out + n, PROCESS_PATH_MAX - (size_t)n, fmt, ap);
	va_end(ap);
	return out;
}

int demo_alive(struct demo *d, struct err *e)
{
	if (stop_asked())
		return err_set(e, E_STATE, "stopped by signal %d", stop_signal());
	for (size_t i = 0; i < d->started; i++) {
		int rc = process_check(&d->process[i], e);

		if (rc)
			return rc;
	}
	return 0;
}

int demo_address(struct demo *d, const char *owner, const char *file, char *out, size_t cap, struct err *e)
{
	char path[PROCESS_PATH_MAX];
	int64_t until = clock_mono_ms() + DEMO_START_MS;
	struct buf text = BUF_INIT;
	int rc;

	demo_path(d, path, "%s/%s", owner, file);
	while ((rc = demo_alive(d, e)) == 0) {
		int64_t port;

		buf_clear(&text);
		if (file_read(path, 16, &text, NULL) == 0) {
			char *digits = buf_cstr(&text);

			digits[strcspn(digits, "\n")] = '\0';
			rc = str_to_int(digits, path, 1, 65535, &port, e);
			if (!rc)
				snprintf(out, cap, "127.0.0.1:%d", (int)port);
			break;
		}
		if (clock_mono_ms() > until) {
			rc = err_set(e, E_TIMEOUT, "%s does not listen: no %s after %d s", owner, path,
			             DEMO_START_MS / 1000);
			break;
		}
		stop_sleep(DEMO_POLL_MS / 4);
	}
	buf_release(&text);
	return rc;
}

static int launch(struct demo *d, const char *program, const char *who, struct words *w, struct err *e)
{
	struct process *p = &d->process[d->started];
	char path[PROCESS_PATH_MAX];
	int rc = process_find(program, path, sizeof(path), e);

	if (!rc) {
		w->list[0] = mem_strdup(path);
		w->list[w->count] = NULL;
		snprintf(p->name, sizeof(p->name), "%s%s%s", program, *who ? " " : "", who);
		demo_path(d, p->log, "logs/%s.log", *who ? who : "cloud");
		rc = process_start(p, (const char *const *)w->list, e);
	}
	if (!rc)
		d->started++;
	return rc;
}

/* The PEM files of one daemon; `agent_key` is the signing key's private or public half. */
static void credentials(const struct demo *d, struct words *w, const char *who, const char *agent_key)
{
	char path[PROCESS_PATH_MAX];

	option(w, "--cert", demo_path(d, path, "keys/%s.crt", who));
	option(w, "--key", demo_path(d, path, "keys/%s.key", who));
	option(w, "--ca", demo_path(d, path, "pki/ca.crt"));
	option(w, "--agent-key", demo_path(d, path, "keys/%s", agent_key));
	option(w, "--state", demo_path(d, path, "%s", who));
	option(w, "--data", d->o.data);
}

static int start_cloud(struct demo *d, struct err *e)
{
	struct words w = {.count = 1};
	char path[PROCESS_PATH_MAX];
	int rc;

	credentials(d, &w, "cloud", "agent-key.pem");
	option(&w, "--crl", demo_path(d, path, "pki/ca.crl"));
	option(&w, "--listen", "127.0.0.1:0");
	option(&w, "--admin", "127.0.0.1:0");
	word(&w, "--open-enrolment");
	option_int(&w, "--rounds", d->o.rounds);
	option_int(&w, "--edges-min", d->o.edges);
	option_int(&w, "--seed", d->o.seed);
	rc = launch(d, "foedus-cloud", "", &w, e);
	words_release(&w);
	return rc;
}

static int start_edge(struct demo *d, int64_t i, const char *cloud, struct err *e)
{
	struct words w = {.count = 1};
	const char *name = d->edge[i].name;
	char alpha[32];
	int rc;

	snprintf(alpha, sizeof(alpha), "%g", DEMO_ALPHA);
	credentials(d, &w, name, "agent-pub.pem");
	option(&w, "--cloud", cloud);
	option_int(&w, "--shard", i);
	option_int(&w, "--shards", d->o.edges);
	option(&w, "--alpha", alpha);
	option_int(&w, "--data-seed", d->o.seed);
	option(&w, "--willingness", "markov");
	option_int(&w, "--will-seed", d->o.seed + i);
	option(&w, "--serve", "127.0.0.1:0");
	rc = launch(d, "foedus-edge", name, &w, e);
	words_release(&w);
	return rc;
}

/* Until every edge is connected. */
static int wait_joined(struct demo *d, struct err *e)
{
	int64_t until = clock_mono_ms() + DEMO_START_MS;
	int rc;

	while ((rc = demo_alive(d, e)) == 0 && (rc = demo_get_edges(d, e)) == 0) {
		const json_t *edge;
		size_t i;
		int64_t n = 0;
		char text[64];

		json_array_foreach (d->edges, i, edge)
			n += json_is_true(json_object_get(edge, "connected"));
		if (n >= d->o.edges)
			return 0;
		if (clock_mono_ms() > until)
			return err_set(e, E_TIMEOUT, "only %lld of %lld edges have joined after %d s", (long long)n,
			               (long long)d->o.edges, DEMO_START_MS / 1000);
		snprintf(text, sizeof(text), "%lld of %lld edges have joined", (long long)n, (long long)d->o.edges);
		show_bar("start", "edges", (double)n / (double)d->o.edges, text);
		stop_sleep(DEMO_POLL_MS / 4);
	}
	return rc;
}

int demo_start(struct demo *d, struct err *e)
{
	int64_t began = clock_mono_ms();
	char address[64], admin[64];
	int rc = start_cloud(d, e);

	if (!rc)
		rc = demo_address(d, "cloud", "listen.port", address, sizeof(address), e);
	if (!rc)
		rc = demo_address(d, "cloud", "admin.port", admin, sizeof(admin), e);
	if (!rc)
		rc = http_client_new(admin, DEMO_REQUEST_MS, &d->api, e);
	if (rc)
		return rc;
	show_step("start", "cloud", (double)(clock_mono_ms() - began) / 1e3,
	          "process %d, edges at %s, HTTP at %s", (int)d->process[0].pid, address, admin);
	began = clock_mono_ms();
	for (int64_t i = 0; !rc && i < d->o.edges; i++)
		rc = start_edge(d, i, address, e);
	if (!rc)
		rc = wait_joined(d, e);
	if (!rc)
		show_step("start", "edges", (double)(clock_mono_ms() - began) / 1e3,
		          "%lld process%s from %d on, joined over mutual TLS 1.3", (long long)d->o.edges,
		          d->o.edges == 1 ? "" : "es", (int)d->process[1].pid);
	return rc;
}
