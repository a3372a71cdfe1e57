#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/digest.h"
#include "common/base/mem.h"
#include "common/module/perception.h"
#include "ctl/demo.h"
#include "ctl/show.h"

/* Every edge in turn is shown its own run of test images over one kept connection. */

static json_t *request(const struct demo *d, size_t item)
{
	char *image = base64_encode(dataset_image(&d->test, item), IMAGE_PIXELS);
	json_t *body = json_pack("{s:s, s:s, s:{s:s, s:s}}", "session", "demo", "text", "what is this?", "image",
	                         "format", "raw28", "data", image);

	free(image);
	return body;
}

/* The answer must come from the agent that was deployed. */
static int check_answer(const struct demo *d, const json_t *answer, struct err *e)
{
	const char *id = demo_text(d->agent, "id");
	double version = demo_number(d->agent, "version");

	if (strcmp(demo_text(answer, "agent"), id) != 0 || demo_number(answer, "version") != version)
		return err_set(e, E_STATE, "answered by agent '%s' version %.0f, deployed was '%s' version %.0f",
		               demo_text(answer, "agent"), demo_number(answer, "version"), id, version);
	if (!json_is_object(json_object_get(answer, "perception")))
		return err_set(e, E_PROTOCOL, "the answer says nothing about the image");
	return 0;
}

static bool is_right(const struct demo *d, const json_t *answer, size_t item)
{
	const json_t *label = json_object_get(json_object_get(answer, "perception"), "label");
	int truth = d->test.labels[item];

	if (json_is_integer(label))
		return json_integer_value(label) == truth;
	return json_is_string(label) && strcmp(json_string_value(label), perception_class(truth)) == 0;
}

static int ask_once(struct demo *d, struct demo_edge *edge, size_t item, double *ms, struct err *e)
{
	json_t *body = request(d, item), *answer = NULL;
	int64_t began = clock_mono_us();
	int rc = http_client_post(edge->service, "/v1/agent/act", body, &answer, e);

	*ms = (double)(clock_mono_us() - began) / 1e3;
	if (!rc)
		rc = check_answer(d, answer, e);
	d->requests.count++;
	d->requests.failed += rc != 0;
	d->requests.right += !rc && is_right(d, answer, item);
	if (!rc && item % DEMO_ASKS == 0)
		show_step("requests", edge->name, -1, "\"%.50s\"", demo_text(answer, "reply"));
	json_decref(answer);
	json_decref(body);
	return rc;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Nearest rank. */
static double percentile(const double *sorted, size_t n, double p)
{
	size_t rank = (size_t)ceil(p * (double)n);

	return sorted[rank ? rank - 1 : 0];
}

static int connect_edge(struct demo *d, struct demo_edge *edge, struct err *e)
{
	char address[64];
	int rc = demo_address(d, edge->name, "serve.port", address, sizeof(address), e);

	return rc ? rc : http_client_new(address, DEMO_REQUEST_MS, &edge->service, e);
}

int demo_ask(struct demo *d, struct err *e)
{
	size_t edges = (size_t)d->o.edges, n = 0;
	double *ms = mem_array(edges * DEMO_ASKS, sizeof(*ms));
	int64_t began = clock_mono_ms();
	struct err one = ERR_INIT;
	int rc = 0;

	for (size_t i = 0; !rc && i < edges; i++) {
		rc = connect_edge(d, &d->edge[i], e);
		for (size_t k = 0; !rc && k < DEMO_ASKS; k++) {
			rc = demo_alive(d, e);
			if (!rc && ask_once(d, &d->edge[i], (i * DEMO_ASKS + k) % d->test.count, &ms[n++], &one))
				show_line("  %s: %s", d->edge[i].name, one.text);
		}
	}
	if (!rc) {
		qsort(ms, n, sizeof(*ms), by_value);
		d->requests.p50_ms = percentile(ms, n, 0.50);
		d->requests.p99_ms = percentile(ms, n, 0.99);
		show_step("requests", "all", (double)(clock_mono_ms() - began) / 1e3,
		          "%zu answered at %zu edges, %zu failed, %zu right", n, edges, (size_t)d->requests.failed,
		          (size_t)d->requests.right);
	}
	free(ms);
	return rc;
}
