#include "sim/world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "sim/world_internal.h"

#define CALM_MS 60000 /* faults stop */
#define SETTLE_MS                                                                                            \
	15000 /* for peers to notice dead links: twice the silence an edge bears before its Welcome */
#define END_MS   900000 /* and by this time all must be done */
#define CHAOS_MS 400    /* between two chances of a crash or a partition */

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
	w->floats = rng_below(&w->rng, 10) == 0 ? 100000 : 200; /* now and then a blob of many chunks */
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

static void restart_edge(void *ctx, uint64_t arg)
{
	(void)arg;
	edge_start(ctx);
}

static void restart_cloud(void *ctx, uint64_t arg)
{
	struct world *w = ctx;
	struct err e = ERR_INIT;

	(void)arg;
	if (cloud_start(w, &e) && !w->broken.code)
		err_set(&w->broken, E_INTERNAL, "the cloud does not start again: %s", e.text);
}

/* One chance of misfortune. Runs as the world's own event, so nobody's callback is on the stack. */
static void chaos(void *ctx, uint64_t arg)
{
	struct world *w = ctx;
	struct side_edge *s = &w->edge[rng_below(&w->rng, (uint64_t)w->config.edges)];
	int64_t away = 100 + (int64_t)rng_below(&w->rng, 4000);

	if (sim_is_calm(w->net))
		return;
	if (w->cloud && rng_below(&w->rng, 60) == 0) {
		cloud_crash(w);
		sim_after(w->net, away, WORLD, restart_cloud, w, 0);
	}
	if (s->edge && rng_below(&w->rng, 25) == 0) {
		edge_crash(s);
		sim_after(w->net, away, WORLD, restart_edge, s, 0);
	}
	if (rng_below(&w->rng, 30) == 0)
		sim_partition(w->net, s->number, sim_now(w->net) + away);
	sim_after(w->net, 1 + (int64_t)rng_below(&w->rng, CHAOS_MS), WORLD, chaos, w, arg);
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
}

static uint64_t rounds_ended(struct world *w)
{
	uint64_t last = 0;

	if (!w->cloud || store_last_round(w->store, &last, NULL))
		return 0;
	return cloud_round(w->cloud) ? last - 1 : last;
}

/* In the calm, `rounds` more rounds must end, the last of them well. */
static void play(struct world *w)
{
	uint64_t before = 0;

	for (int i = 0; i < w->config.edges; i++)
		edge_start(&w->edge[i]);
	sim_after(w->net, CHAOS_MS, WORLD, chaos, w, 0);
	while (!w->broken.code && sim_step(w->net, CALM_MS + SETTLE_MS))
		continue;
	while (!w->broken.code && !w->cloud && sim_step(w->net, END_MS))
		continue;
	before = rounds_ended(w);
	/* one more than asked: the round that the calm found under way may still suffer from what was before */
	while (!w->broken.code && rounds_ended(w) < before + w->config.rounds + 1 && sim_step(w->net, END_MS))
		continue;
	if (!w->broken.code && rounds_ended(w) < before + w->config.rounds + 1)
		err_set(&w->broken, E_INTERNAL, "stuck: %" PRIu64 " rounds ended in the calm, %" PRIu64 " were due",
		        rounds_ended(w) - before, w->config.rounds + 1);
}

/* In the last round every honest edge that took an item was paid for it. */
static void check_liveness(struct world *w)
{
	uint64_t last = rounds_ended(w);
	struct err e = ERR_INIT;
	struct round r;

	memset(&r, 0, sizeof(r));
	if (w->broken.code || store_load_round(w->store, last, &r, &e))
		return;
	if (r.seat_count < (size_t)w->config.edges)
		err_set(&w->broken, E_INTERNAL, "round %" PRIu64 " in the calm has %zu seats for %d edges", r.id,
		        r.seat_count, w->config.edges);
	for (size_t i = 0; i < r.seat_count && !w->broken.code; i++) {
		int number = 0;

		if (sscanf(r.seat[i].edge, "edge-%d", &number) != 1 || w->edge[number - 1].liar ||
		    r.seat[i].item[0] < 0)
			continue;
		if (r.seat[i].task[0].state != TASK_ACCEPTED)
			err_set(&w->broken, E_INTERNAL, "round %" PRIu64 " in the calm: %s's task is %s: %s", r.id,
			        r.seat[i].edge, task_state_name(r.seat[i].task[0].state), r.seat[i].task[0].reason);
	}
	round_release(&r);
}

int sim_run(const struct sim_config *config, struct sim_outcome *out, struct err *e)
{
	struct world *w = mem_zalloc(sizeof(*w));
	int rc;

	w->config = *config;
	rc = open_world(w, e);
	if (!rc) {
		play(w);
		check_liveness(w);
		if (w->cloud)
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
