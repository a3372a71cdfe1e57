/* An edge of the simulated federation: the real core over an environment in virtual time. */
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"
#include "sim/world_internal.h"

static bool drawn(struct world *w, double probability)
{
	return !sim_is_calm(w->net) && rng_double(&w->rng) < probability;
}

static int64_t now_ms(void *ctx)
{
	struct side_edge *s = ctx;

	return sim_now(s->world->net);
}

static int save(void *ctx, const struct edge_state *state, struct err *e)
{
	struct side_edge *s = ctx;

	if (sim_is_mute(s->world->net, s->number) || drawn(s->world, 0.01))
		return err_set(e, E_IO, "simulated: no space left");
	s->state = *state;
	s->has_state = true;
	if (drawn(s->world, 0.01))
		sim_doom(s->world->net, s->number, (unsigned)rng_below(&s->world->rng, 2));
	return 0;
}

static int telemetry(void *ctx, uint64_t round, uint32_t period, const struct market *m,
                     struct telemetry *out, struct err *e)
{
	struct side_edge *s = ctx;
	struct rng rng;

	(void)m;
	(void)e;
	rng_seed(&rng, s->world->config.seed + round, (uint64_t)s->number * 4 + period);
	*out = (struct telemetry){rng_double(&rng), rng_double(&rng), 100, 1, 6000};
	return 0;
}

/* Another one at every call: whoever chose again after a crash would choose differently. */
static int own_type(void *ctx, uint64_t round, uint32_t period, const struct market *m)
{
	struct side_edge *s = ctx;

	(void)round;
	(void)period;
	return (int)rng_below(&s->world->rng, (uint64_t)m->terms.types);
}

static void on_trained(void *ctx, uint64_t number)
{
	struct side_edge *s = ctx;
	struct msg_update update;
	struct err e = ERR_INIT;

	if (number != s->training_number)
		return;
	if (toy_train(s, &s->training, &update, &e))
		edge_trained(s->edge, s->training.task, NULL, &e);
	else
		edge_trained(s->edge, s->training.task, &update, NULL);
}

static void train(void *ctx, const struct msg_task *task)
{
	struct side_edge *s = ctx;
	uint64_t samples = 0;

	if (edge_state_done(&s->state, task->task) && s->has_state)
		s->trained_twice++;
	for (size_t i = 0; i < task->work_count; i++)
		samples += task->work[i].samples;
	s->training = *task;
	s->training_number++;
	sim_after(s->world->net, 1 + (int64_t)samples * s->speed_us / 1000, s->number, on_trained, s,
	          s->training_number);
}

static void cancel(void *ctx, uint64_t task)
{
	struct side_edge *s = ctx;

	(void)task;
	s->training_number++;
}

static int inspect(void *ctx, const uint8_t *manifest, size_t n, struct edge_agent *out, struct err *e)
{
	(void)ctx;
	memset(out, 0, sizeof(*out));
	return toy_inspect(manifest, n, &out->version, out->blobs, &out->blob_count, e);
}

static void on_installed(void *ctx, uint64_t version)
{
	struct side_edge *s = ctx;
	struct edge_agent agent;
	struct err e = ERR_INIT;

	if (inspect(s, s->installing.data, s->installing.len, &agent, &e) == 0) {
		if (agent.version <= s->agent.version)
			err_set(&s->world->broken, E_INTERNAL, "%s puts agent %d in the place of %d", s->name,
			        (int)agent.version, (int)s->agent.version);
		s->agent = agent;
		for (size_t i = 0; i < agent.blob_count; i++)
			if (!blobs_has(s->blobs, &agent.blobs[i].digest, NULL))
				err_set(&s->world->broken, E_INTERNAL, "%s installs an agent without all its blobs", s->name);
	}
	edge_installed(s->edge, version, e.code ? &e : NULL);
}

static void install(void *ctx, uint64_t version, const uint8_t *manifest, size_t n)
{
	struct side_edge *s = ctx;

	buf_clear(&s->installing);
	buf_append(&s->installing, manifest, n);
	sim_after(s->world->net, 20, s->number, on_installed, s, version);
}

static void receipt(void *ctx, uint64_t round, const struct msg_receipt *r)
{
	struct side_edge *s = ctx;

	if (!sim_is_mute(s->world->net, s->number) && s->receipt_count < SIM_RECEIPTS_MAX)
		s->receipt[s->receipt_count++] = (struct receipt_record){round, *r};
}

static bool service(void *ctx, struct msg_service_report *out)
{
	(void)ctx;
	(void)out;
	return false;
}

static void hold(void *ctx, uint64_t retry_after_ms)
{
	struct side_edge *s = ctx;

	s->dial_ms = sim_now(s->world->net) + (int64_t)retry_after_ms;
}

/* --- life -------------------------------------------------------------------------------------- */

static void accepted(void *ctx, struct link *l)
{
	struct world *w = ctx;

	cloud_accept(w->cloud, l);
}

static void connected(void *ctx, struct link *l)
{
	struct side_edge *s = ctx;

	if (!l)
		return;
	s->links++;
	edge_connected(s->edge, l);
}

static void dial(struct side_edge *s)
{
	struct world *w = s->world;
	struct sim_dial d = {.owner = s->number,
	                     .edge = s->name,
	                     .accepted = accepted,
	                     .cloud_ctx = w,
	                     .connected = connected,
	                     .edge_ctx = s,
	                     .reachable = w->cloud != NULL};

	s->dial_ms = sim_now(w->net) + 300 + (int64_t)rng_below(&w->rng, 700);
	sim_dial(w->net, &d);
}

static void on_beat(void *ctx, uint64_t arg)
{
	struct side_edge *s = ctx;
	int64_t now = sim_now(s->world->net);

	edge_tick(s->edge, now);
	if (s->links == edge_get_stats(s->edge).lost && now >= s->dial_ms)
		dial(s);
	sim_after(s->world->net, 50, s->number, on_beat, s, arg);
}

void edge_start(struct side_edge *s)
{
	static const struct edge_env functions = {.now_ms = now_ms,
	                                          .save = save,
	                                          .telemetry = telemetry,
	                                          .own_type = own_type,
	                                          .train = train,
	                                          .cancel = cancel,
	                                          .inspect = inspect,
	                                          .install = install,
	                                          .receipt = receipt,
	                                          .service = service,
	                                          .hold = hold};
	struct edge_about about = {.name = s->name, .program = "foedus-sim", .samples = 6000};
	struct edge_env env = functions;

	for (int i = 0; i < TOY_KINDS; i++)
		about.kinds[about.kind_count++] = s->world->module[i].kind;
	env.ctx = s;
	env.executor = s->executor;
	s->dial_ms = 0;
	s->links = 0;
	s->edge = edge_new(&env, &about, s->blobs, s->has_state ? &s->state : NULL,
	                   s->agent.version ? &s->agent : NULL);
	sim_after(s->world->net, (int64_t)rng_below(&s->world->rng, 200), s->number, on_beat, s, 0);
}

void edge_crash(struct side_edge *s)
{
	sim_forget(s->world->net, s->number);
	sim_kill_links(s->world->net, s->number);
	edge_free(s->edge);
	s->edge = NULL;
	sim_executor_flush(s->executor);
	s->training_number++;
	s->world->out.edge_crashes++;
}
