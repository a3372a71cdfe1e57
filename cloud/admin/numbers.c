/* The metrics of the process and of its HTTP side. */
#include <stdio.h>

#include "cloud/admin/api.h"
#include "cloud/admin/ring.h"
#include "common/base/mem.h"
#include "common/base/process_metrics.h"
#include "common/base/version.h"
#include "common/http/server.h"

void numbers_open(struct admin *a)
{
	struct metrics *m = a->config.metrics;

	a->process = process_metrics_new(m, "foedus-cloud", FOEDUS_VERSION);
	a->streams = metrics_gauge(m, "foedus_http_streams", NULL, "Clients that listen to events.");
	a->connections = metrics_gauge(m, "foedus_http_connections", NULL, "Open HTTP connections.");
}

void numbers_close(struct admin *a)
{
	process_metrics_free(a->process);
}

void numbers_observe(void *admin, const struct http_request *r, unsigned status, int64_t us)
{
	static const double bounds[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5};
	struct admin *a = admin;
	struct metrics *m = a->config.metrics;
	char label[24];

	(void)r;
	snprintf(label, sizeof(label), "code=\"%u\"", status);
	metric_add(metrics_counter(m, "foedus_http_requests_total", label, "HTTP requests answered, by status."),
	           1);
	metric_observe(metrics_histogram(m, "foedus_http_request_duration_seconds", NULL,
	                                 "From a request's headers to its answer.", bounds, ARRAY_LEN(bounds)),
	               (double)us / 1e6);
}

void get_metrics(void *ctx, struct http_request *r)
{
	struct admin *a = ctx;
	struct buf text = BUF_INIT;

	process_metrics_update(a->process);
	metric_set(a->streams, (double)ring_listening(a->ring));
	metric_set(a->connections, http_server_connections(a->http));
	metrics_render(a->config.metrics, &text);
	http_reply_bytes(r, 200, "text/plain; version=0.0.4; charset=utf-8", text.data, text.len);
	buf_release(&text);
}
