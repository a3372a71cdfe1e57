/* The cloud of the simulated federation: the real core and the real store, which survives crashes. */
#include <limits.h>
#include <string.h>

#include "sim/world_internal.h"

static int64_t wall_ms(void *ctx)
{
	struct world *w = ctx;

	return 1000000 + sim_now(w->net);
}

static void fatal(void *ctx, const struct err *why)
{
	struct world *w = ctx;

	if (w->commits_failed == 0 && !w->broken.code)
		err_set(&w->broken, E_INTERNAL, "the cloud died of its store: %s", why->text);
	w->cloud_is_dead = true;
	w->sent_at_death = sim_sent(w->net, 0);
	sim_doom(w->net, 0, UINT_MAX);
}

static bool drawn(struct world *w, double probability)
{
	return !sim_is_calm(w->net) && rng_double(&w->rng) < probability;
}

/* Asked before every commit: some fail, and after some the process dies before all its messages got out. */
static bool commit_fails(void *ctx)
{
	struct world *w = ctx;

	if (sim_is_mute(w->net, 0) || drawn(w, 0.001)) {
		w->commits_failed++;
		return true;
	}
	if (drawn(w, 0.004))
		sim_doom(w->net, 0, (unsigned)rng_below(&w->rng, 4));
	return false;
}

static void on_tick(void *ctx, uint64_t arg)
{
	struct world *w = ctx;

	cloud_tick(w->cloud);
	if (!sim_is_doomed(w->net, 0))
		check_now(w);
	sim_after(w->net, 50, 0, on_tick, w, arg);
}

void cloud_plan_failures(struct world *w)
{
	store_plan_failures(w->store, commit_fails, w);
}

int cloud_start(struct world *w, struct err *e)
{
	struct cloud_env env = {.ctx = w,
	                        .wall_ms = wall_ms,
	                        .fatal = fatal,
	                        .jobs = w->executor,
	                        .commits = w->executor,
	                        .ops = &toy_ops,
	                        .ops_ctx = w,
	                        .learn = &sim_learn,
	                        .learn_ctx = w};
	int rc;

	w->commits_failed = 0;
	w->cloud_is_dead = false;
	w->recalled = 0;
	rc = cloud_new(&w->cloud_config, &env, w->store, w->cloud_blobs, &w->cloud, e);

	if (rc)
		return rc;
	sim_after(w->net, 10, 0, on_tick, w, 0);
	return 0;
}

/* Once its store has failed the cloud must say nothing more. */
static void check_silence(struct world *w)
{
	if (w->cloud_is_dead && sim_sent(w->net, 0) != w->sent_at_death && !w->broken.code)
		err_set(&w->broken, E_INTERNAL, "the cloud went on talking after its store had failed");
}

void cloud_crash(struct world *w)
{
	check_silence(w);
	if (!w->cloud_is_dead)
		check_memory(w);
	sim_forget(w->net, 0);
	sim_kill_links(w->net, 0);
	cloud_abandon(w->cloud);
	sim_executor_flush(w->executor); /* what threads were doing comes to nothing */
	cloud_free(w->cloud);
	w->cloud = NULL;
	store_rollback(w->store);
	w->out.cloud_crashes++;
}
