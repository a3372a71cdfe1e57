/* The cloud of the simulated federation: the real core and the real store, which survives crashes. */
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

	if (!w->broken.code)
		err_set(&w->broken, E_INTERNAL, "the cloud died of its store: %s", why->text);
}

static void on_tick(void *ctx, uint64_t arg)
{
	struct world *w = ctx;

	cloud_tick(w->cloud);
	check_now(w);
	sim_after(w->net, 50, 0, on_tick, w, arg);
}

int cloud_start(struct world *w, struct err *e)
{
	struct cloud_env env = {
	    .ctx = w, .wall_ms = wall_ms, .fatal = fatal, .executor = w->executor, .ops = &toy_ops, .ops_ctx = w};
	int rc = cloud_new(&w->cloud_config, &env, w->store, w->cloud_blobs, &w->cloud, e);

	if (rc)
		return rc;
	sim_after(w->net, 10, 0, on_tick, w, 0);
	return 0;
}

void cloud_crash(struct world *w)
{
	sim_forget(w->net, 0);
	sim_kill_links(w->net, 0);
	cloud_abandon(w->cloud);
	sim_executor_flush(w->executor); /* what threads were doing comes to nothing */
	cloud_free(w->cloud);
	w->cloud = NULL;
	store_rollback(w->store);
	w->out.cloud_crashes++;
}
