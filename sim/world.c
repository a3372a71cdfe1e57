#include "sim/world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "sim/world_internal.h"

#define CALM_MS 35000 /* faults stop */
#define SETTLE_MS                                                                                            \
	15000 /* for peers to notice dead links: twice the silence an edge bears before its Welcome */
#define END_MS  900000 /* and by this time all must be done */
#define MEND_MS 6000   /* for the last mild break to be over */
#define REST_MS 3000   /* for the last receipts and deployments */

static void market(struct instance *in, struct rng *rng)
{
	memset(in, 0, sizeof(*in));
	snprintf(in->id, sizeof(in->id), "market");
	in->terms.types = 3;
	for (int k = 0; k < 3; k++) {
		in->terms.theta[k] = 0.6 + 0.6 * k + 0.2 * rng_double(rng);
		in->prior[k] = k == 1 ? 0.4 : 0.3;
	}
	for (int k = 0; k < 3; k++)
		for (int l = 0; l < 3; l++)
			in->terms.transition[k][l] = 0.6 * (k == l) + 0.4 * in->prior[l];
	in->terms.delta = 0.9;
	in->terms.e1 = 0.4;
	in->terms.e3 = 0.006;
	in->terms.q_max = 10;
	in->alpha = 8;
	in->beta = 0.8;
	instance_tidy(in);
}

static void configure(struct world *w)
{
	struct cloud_config *c = &w->cloud_config;

	w->module[0] = (struct round_module){"trained", false, -1};
	w->module[1] = (struct round_module){"derived", true, 0};
	snprintf(c->name, sizeof(c->name), "cloud");
	market(&c->market, &w->rng);
	c->samples_per_effort = 100;
	c->rules = (struct round_rules){.module = w->module,
	                                .module_count = TOY_KINDS,
	                                .signal_ms = 3000,
	                                .choice_ms = 3000,
	                                .train_ms = 9000,
	                                .deploy_ms = 3000,
	                                .derive_samples = 50,
	                                .seed = w->config.seed};
	c->edges_min = (size_t)(w->config.edges + 1) / 2;
	c->pause_ms = 200;
	c->retry_ms = 500;
	c->open_enrolment = true;
	c->heartbeat_ms = 500;
	c->keep_updates = w->config.seed % 2 == 1; /* half of the seeds check the arithmetic, half the sweeping */
	w->floats = rng_below(&w->rng, 16) == 0 ? 50000 : 200; /* now and then a blob of many chunks */
	w->faults = (struct sim_faults){.lose = 0.02 * rng_double(&w->rng),
	                                .duplicate = 0.05 * rng_double(&w->rng),
	                                .overtake = 0.05 * rng_double(&w->rng),
	                                .cut = 0.01 * rng_double(&w->rng),
	                                .latency_max_ms = 1 + (int64_t)rng_below(&w->rng, 120),
	                                .calm_ms = CALM_MS};
}

static int open_blobs(struct world *w, const char *name, struct blobs **out, struct err *e)
{
	struct blobs_options o = {.no_sync = true};
	char path[4096];
	int rc = path_join(path, sizeof(path), w->config.folder, name, e);

	return rc ? rc : blobs_open(out, path, &o, e);
}

static int open_edge(struct world *w, int i, struct err *e)
{
	struct side_edge *s = &w->edge[i];

	s->world = w;
	s->number = i + 1;
	snprintf(s->name, sizeof(s->name), "edge-%d", s->number);
	s->liar = rng_below(&w->rng, 12) == 0;
	s->speed_us = 100 + (int64_t)rng_below(&w->rng, 1500);
	s->executor = sim_executor_new(w->net, s->number);
	s->receipt = mem_array(SIM_RECEIPTS_MAX, sizeof(*s->receipt));
	return open_blobs(w, s->name, &s->blobs, e);
}

static int open_world(struct world *w, struct err *e)
{
	int rc;

	rng_seed(&w->rng, w->config.seed, rng_stream("sim/world"));
	configure(w);
	w->net = sim_net_new(w->config.seed, &w->faults);
	w->executor = sim_executor_new(w->net, 0);
	rc = store_open(":memory:", &w->store, e);
	if (!rc)
		rc = open_blobs(w, "cloud", &w->cloud_blobs, e);
	for (int i = 0; !rc && i < w->config.edges; i++)
		rc = open_edge(w, i, e);
	return rc ? rc : cloud_start(w, e);
}

static void close_edge(struct side_edge *s)
{
	if (s->edge)
		edge_free(s->edge);
	if (s->executor) {
		sim_executor_flush(s->executor);
		sim_executor_free(s->executor);
	}
	if (s->blobs)
		blobs_close(s->blobs);
	buf_release(&s->installing);
	free(s->receipt);
}

static void close_world(struct world *w)
{
	if (w->cloud) {
		cloud_abandon(w->cloud);
		sim_executor_flush(w->executor);
		cloud_free(w->cloud);
	}
	for (int i = 0; i < w->config.edges; i++)
		close_edge(&w->edge[i]);
	sim_executor_free(w->executor);
	if (w->cloud_blobs)
		blobs_close(w->cloud_blobs);
	if (w->store)
		store_close(w->store);
	sim_net_free(w->net);
	free(w->told);
}

static uint64_t rounds_ended(struct world *w)
{
	uint64_t last = 0;

	if (!w->cloud || store_last_round(w->store, &last, NULL))
		return 0;
	return cloud_round(w->cloud) ? last - 1 : last;
}

/* Goes on until so many more rounds have ended. */
static void play_rounds(struct world *w, uint64_t count, const char *when)
{
	uint64_t before = rounds_ended(w);

	while (!w->broken.code && rounds_ended(w) < before + count && sim_step(w->net, END_MS))
		continue;
	if (!w->broken.code && rounds_ended(w) < before + count)
		err_set(&w->broken, E_INTERNAL, "stuck: %" PRIu64 " rounds ended %s, %" PRIu64 " were due",
		        rounds_ended(w) - before, when, count);
}

static void play_until(struct world *w, int64_t until_ms)
{
	while (!w->broken.code && sim_step(w->net, until_ms))
		continue;
}

static void play_chaos(struct world *w)
{
	for (int i = 0; i < w->config.edges; i++)
		edge_start(&w->edge[i]);
	trouble_begin(w);
	play_until(w, CALM_MS + SETTLE_MS);
	while (!w->broken.code && !w->cloud && sim_step(w->net, END_MS))
		continue;
}

/* Without any faults; the round that the calm found under way may still suffer from what was before. */
static void play_calm(struct world *w)
{
	play_rounds(w, w->config.rounds + 1, "in the calm");
	check_calm(w, rounds_ended(w), true);
}

/* With breaks that nobody may be the worse for. */
static void play_mild(struct world *w)
{
	uint64_t first = rounds_ended(w) + 1, known;

	trouble_mild(w, true);
	play_rounds(w, w->config.rounds + 1, "under mild breaks");
	trouble_mild(w, false);
	play_until(w, sim_now(w->net) + MEND_MS);
	for (uint64_t id = first; id <= rounds_ended(w); id++)
		check_calm(w, id, false);
	known = w->cloud ? cloud_agent_version(w->cloud) : 0;
	play_until(w, sim_now(w->net) + REST_MS);
	for (int i = 0; i < w->config.edges && !w->broken.code; i++)
		if (w->edge[i].agent.version < known)
			err_set(&w->broken, E_INTERNAL, "%s serves agent %" PRIu64 ", the newest is %" PRIu64,
			        w->edge[i].name, w->edge[i].agent.version, known);
}

int sim_run(const struct sim_config *config, struct sim_outcome *out, struct err *e)
{
	struct world *w = mem_zalloc(sizeof(*w));
	int rc;

	w->config = *config;
	rc = open_world(w, e);
	if (!rc) {
		play_chaos(w);
		play_calm(w);
		play_mild(w);
		if (w->cloud && !w->broken.code)
			check_end(w);
		w->out.trace = sim_trace(w->net);
		w->out.virtual_ms = sim_now(w->net);
		*out = w->out;
		*e = w->broken;
		rc = w->broken.code;
	}
	close_world(w);
	free(w);
	return rc;
}
