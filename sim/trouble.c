/* What goes wrong: crashes, partitions, cuts. Runs as the world's own events, so nobody's callback is on the
 * stack; processes also die in the middle of an event, see sim_doom(). */
#include "sim/world_internal.h"

#define CHAOS_MS 400  /* between two chances of a crash or a partition */
#define MILD_MS  4000 /* between two mild breaks: all have found each other again */

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
	if (cloud_start(w, &e) == 0)
		return;
	if (w->commits_failed > 0)
		sim_after(w->net, 500, WORLD, restart_cloud, w, 0);
	else if (!w->broken.code)
		err_set(&w->broken, E_INTERNAL, "the cloud does not start again: %s", e.text);
}

static void break_cloud(struct world *w, int64_t away_ms)
{
	if (!w->cloud)
		return;
	cloud_crash(w);
	sim_after(w->net, away_ms, WORLD, restart_cloud, w, 0);
}

static void break_edge(struct side_edge *s, int64_t away_ms)
{
	if (!s->edge)
		return;
	edge_crash(s);
	sim_after(s->world->net, away_ms, WORLD, restart_edge, s, 0);
}

static int64_t draw_ms(struct world *w, int64_t most)
{
	return 1 + (int64_t)rng_below(&w->rng, (uint64_t)most);
}

static struct side_edge *any_edge(struct world *w)
{
	return &w->edge[rng_below(&w->rng, (uint64_t)w->config.edges)];
}

/* A process died in the middle of an event. */
static void died(void *ctx, int owner)
{
	struct world *w = ctx;

	w->out.deaths_inside++;
	if (owner == 0)
		break_cloud(w, draw_ms(w, 4000));
	else
		break_edge(&w->edge[owner - 1], draw_ms(w, 4000));
}

/* One chance of misfortune. */
static void chaos(void *ctx, uint64_t arg)
{
	struct world *w = ctx;
	struct side_edge *s = any_edge(w);
	int64_t away = 100 + draw_ms(w, 4000);

	if (sim_is_calm(w->net))
		return;
	if (rng_below(&w->rng, 60) == 0)
		break_cloud(w, away);
	if (rng_below(&w->rng, 25) == 0)
		break_edge(s, away);
	if (rng_below(&w->rng, 30) == 0)
		sim_partition(w->net, s->number, sim_now(w->net) + away);
	sim_after(w->net, draw_ms(w, CHAOS_MS), WORLD, chaos, w, arg);
}

void trouble_begin(struct world *w)
{
	sim_on_death(w->net, died, w);
	cloud_plan_failures(w);
	sim_after(w->net, CHAOS_MS, WORLD, chaos, w, 0);
}

static void mild(void *ctx, uint64_t arg)
{
	struct world *w = ctx;
	int64_t away = 50 + draw_ms(w, 250);

	if (!w->mild)
		return;
	switch (rng_below(&w->rng, 3)) {
	case 0:
		sim_cut(w->net, any_edge(w)->number);
		break;
	case 1:
		break_edge(any_edge(w), away);
		break;
	default:
		away = draw_ms(w, 4000);
		break_cloud(w, away);
		break;
	}
	sim_after(w->net, away + MILD_MS + draw_ms(w, 3000), WORLD, mild, w, arg);
}

void trouble_mild(struct world *w, bool on)
{
	w->mild = on;
	if (on)
		sim_after(w->net, draw_ms(w, 1500), WORLD, mild, w, 0);
}
