#include "edge/daemon/world.h"

#include "common/base/clock.h"
#include "common/base/folder.h"
#include "common/base/log.h"
#include "common/base/version.h"
#include "edge/will/machine.h"

/* --- what the core asks of its environment ----------------------------------------------------- */

static int64_t env_now(void *ctx)
{
	(void)ctx;
	return clock_mono_ms();
}

static int env_save(void *ctx, const struct edge_state *state, struct err *e)
{
	return records_save_state(&((struct world *)ctx)->setup.records, state, e);
}

static int env_telemetry(void *ctx, uint64_t round, uint32_t period, const struct market *m,
                         struct telemetry *out, struct err *e)
{
	struct edge_setup *s = &((struct world *)ctx)->setup;
	struct will_readings r = will_no_readings();
	const struct instance *nature;

	(void)e;
	if (s->will.source == WILL_LOAD)
		machine_read_now(s->has_prices ? &s->prices : NULL, &r);
	r.samples = (double)s->train.shard.count;
	will_read(&s->will, &r);
	nature = nature_in(&s->nature, &s->records, m);
	will_telemetry(&s->will, &nature->terms, nature->prior, round, period, out);
	return 0;
}

static int env_own_type(void *ctx, uint64_t round, uint32_t period, const struct market *m)
{
	struct edge_setup *s = &((struct world *)ctx)->setup;
	const struct instance *nature = nature_in(&s->nature, &s->records, m);

	/* what the machine can spare is put on the grid of the day; a simulated type is a position on any */
	if (s->will.source == WILL_LOAD)
		return will_type(&s->will, &m->terms, m->prior, round, period);
	return will_type(&s->will, &nature->terms, nature->prior, round, period);
}

static void env_train(void *ctx, const struct msg_task *task)
{
	struct world *w = ctx;

	/* gone while we stop: a blob that was on its way to the disk may still complete a task */
	if (w->worker)
		worker_start(w->worker, task);
}

static void env_cancel(void *ctx, uint64_t task)
{
	struct world *w = ctx;

	if (w->worker)
		worker_cancel(w->worker, task);
}

static int env_inspect(void *ctx, const uint8_t *manifest, size_t n, struct edge_agent *out, struct err *e)
{
	return install_inspect(&((struct world *)ctx)->installer, manifest, n, out, e);
}

static void env_install(void *ctx, uint64_t version, const uint8_t *manifest, size_t n)
{
	install_start(&((struct world *)ctx)->installer, version, manifest, n);
}

static void env_receipt(void *ctx, uint64_t round, const struct msg_receipt *r)
{
	struct world *w = ctx;
	struct err e = ERR_INIT;

	if (records_add_receipt(&w->setup.records, round, r, clock_wall_ms(), &e))
		log_line(LOG_ERROR, (struct log_about){.round = round, .task = r->task},
		         "the receipt is not kept: %s", e.text);
}

static bool env_service(void *ctx, struct msg_service_report *out)
{
	struct serve_stats s;

	serve_stats(((struct world *)ctx)->serve, &s);
	*out = (struct msg_service_report){s.agent_version, s.requests, s.failed, s.p50_us, s.p99_us};
	return s.requests > 0;
}

static void env_hold(void *ctx, uint64_t retry_after_ms)
{
	net_dialer_hold(((struct world *)ctx)->dialer, retry_after_ms);
}

/* --- what comes back --------------------------------------------------------------------------- */

static void on_trained(void *ctx, uint64_t task, const struct msg_update *update, const struct err *why)
{
	edge_trained(((struct world *)ctx)->edge, task, update, why);
}

static void on_agent(void *ctx, struct agent *a)
{
	struct world *w = ctx;

	if (w->serve)
		serve_swap(w->serve, a);
}

static void on_installed(void *ctx, uint64_t version, const struct err *why)
{
	edge_installed(((struct world *)ctx)->edge, version, why);
}

/* --- composing --------------------------------------------------------------------------------- */

/* An agent that cannot be used any more is no reason not to run: the cloud deploys a good one. */
static void open_agent(struct world *w, const struct edge_options *o, struct edge_agent *agent)
{
	struct err e = ERR_INIT;
	int rc;

	w->installer = (struct installer){.key = w->setup.agent_key,
	                                  .agent_id = o->agent_id,
	                                  .blobs = w->setup.blobs,
	                                  .records = &w->setup.records,
	                                  .executor = w->executor,
	                                  .swap = on_agent,
	                                  .done = on_installed,
	                                  .ctx = w};
	rc = install_saved(&w->installer, agent, &e);
	if (rc == 0) {
		log_info("agent '%s' version %llu answers from what was saved", o->agent_id,
		         (unsigned long long)agent->version);
		return;
	}
	*agent = (struct edge_agent){0};
	if (rc == E_NOT_FOUND)
		log_info("no agent yet");
	else
		log_error("the saved agent is not used: %s", e.text);
}

static void open_core(struct world *w, const struct edge_agent *agent)
{
	const struct edge_setup *s = &w->setup;
	struct edge_env env = {.ctx = w,
	                       .executor = w->executor,
	                       .now_ms = env_now,
	                       .save = env_save,
	                       .telemetry = env_telemetry,
	                       .own_type = env_own_type,
	                       .train = env_train,
	                       .cancel = env_cancel,
	                       .inspect = env_inspect,
	                       .install = env_install,
	                       .receipt = env_receipt,
	                       .service = env_service,
	                       .hold = env_hold};
	struct edge_about about = {
	    .name = s->name, .program = "foedus-edge " FOEDUS_VERSION, .samples = s->train.shard.count};

	for (size_t i = 0; i < module_count && i < WIRE_KINDS_MAX; i++)
		about.kinds[about.kind_count++] = module_table[i]->name;
	w->edge = edge_new(&env, &about, s->blobs, s->has_state ? &s->state : NULL, agent);
}

int world_open(struct world *w, uv_loop_t *loop, const struct edge_options *o, struct err *e)
{
	struct edge_agent agent = {0};
	struct serve_limits limits = SERVE_LIMITS_DEFAULT;
	int rc;

	w->executor = net_executor_new(loop);
	w->metrics = metrics_new();
	rc = serve_new(loop, o->serve, w->metrics, &limits, &w->serve, e);
	if (rc)
		return err_wrap(e, "--serve");
	rc = worker_new(loop, w->setup.blobs, &w->setup.train, on_trained, w, &w->worker, e);
	if (rc)
		return rc;
	open_agent(w, o, &agent);
	open_core(w, &agent);
	return folder_write_port(w->setup.records.folder, "serve.port", serve_port(w->serve), e);
}

void world_close(struct world *w)
{
	edge_free(w->edge);
	if (w->executor)
		net_executor_free(w->executor);
	metrics_free(w->metrics);
	setup_close(&w->setup);
}
