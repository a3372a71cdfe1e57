/* What the cloud counts. */
#include <math.h>
#include <stdio.h>

#include "cloud/core/cloud_internal.h"
#include "common/base/mem.h"

/* Seconds; phases wait for people's machines, from a blink to hours. */
static const double durations[] = {0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3600};

static void register_counters(struct cloud *c, struct metrics *m)
{
	static const char updates[] = "Updates of edges in rounds that are over.";

	c->metric.rounds = metrics_counter(m, "foedus_rounds_total", "result=\"done\"", "Rounds that ended.");
	c->metric.rounds_failed =
	    metrics_counter(m, "foedus_rounds_total", "result=\"failed\"", "Rounds that ended.");
	c->metric.paid = metrics_counter(m, "foedus_paid_credits_total", NULL, "Credits paid to edges.");
	c->metric.deposits = metrics_counter(m, "foedus_deposit_credits_total", NULL,
	                                     "Credits that edges paid for what a second period gives back.");
	c->metric.accepted = metrics_counter(m, "foedus_updates_total", "result=\"accepted\"", updates);
	c->metric.rejected = metrics_counter(m, "foedus_updates_total", "result=\"rejected\"", updates);
	c->metric.late = metrics_counter(m, "foedus_updates_total", "result=\"late\"", updates);
	c->metric.fallback = metrics_counter(m, "foedus_policy_fallbacks_total", NULL,
	                                     "Menus that the exact policy had to write for another one.");
	c->metric.duration =
	    metrics_histogram(m, "foedus_round_duration_seconds", NULL, "From the start of a round to its end.",
	                      durations, ARRAY_LEN(durations));
}

static void register_gauges(struct cloud *c, struct metrics *m)
{
	c->metric.edges = metrics_gauge(m, "foedus_edges_connected", NULL, "Edges with an open session.");
	c->metric.known = metrics_gauge(m, "foedus_edges_known", NULL, "Edges in the registry.");
	c->metric.allowed = metrics_gauge(m, "foedus_edges_allowed", NULL, "Edges that may join.");
	c->metric.phase = metrics_gauge(m, "foedus_round_phase", NULL,
	                                "Position of the round among its phases, from 0; -1 between rounds.");
	c->metric.round = metrics_gauge(m, "foedus_round", NULL, "Number of the newest round.");
	c->metric.agent = metrics_gauge(m, "foedus_agent_version", NULL, "Newest version of the agent.");
	c->metric.paused =
	    metrics_gauge(m, "foedus_paused", NULL, "1 while no round starts by itself: paused or draining.");
	c->metric.jobs = metrics_gauge(m, "foedus_jobs_pending", NULL, "Heavy jobs waiting or under way.");
	for (size_t i = 0; i < c->config.rules.module_count; i++) {
		char labels[WIRE_NAME_MAX + 16];

		snprintf(labels, sizeof(labels), "kind=\"%s\"", c->config.rules.module[i].kind);
		c->metric.module[i] = metrics_gauge(m, "foedus_module_metric", labels,
		                                    "Metric of the newest module on the validation data.");
	}
}

void cloud_register_metrics(struct cloud *c)
{
	if (!c->env.metrics)
		return;
	register_counters(c, c->env.metrics);
	register_gauges(c, c->env.metrics);
}

static void observe(struct cloud *c, const char *name, const char *help, const char *label, const char *value,
                    int64_t ms)
{
	char labels[64];

	snprintf(labels, sizeof(labels), "%s=\"%s\"", label, value);
	metric_observe(metrics_histogram(c->env.metrics, name, labels, help, durations, ARRAY_LEN(durations)),
	               (double)(ms > 0 ? ms : 0) / 1e3);
}

void cloud_count_phase(struct cloud *c)
{
	int64_t now = cloud_now(c);

	if (!c->env.metrics || (c->timed.round == c->round.id && c->timed.phase == c->round.phase))
		return;
	if (c->timed.round == c->round.id)
		observe(c, "foedus_phase_duration_seconds", "Of the phases of rounds.", "phase",
		        phase_name(c->timed.phase), now - c->timed.since_ms);
	c->timed.round = c->round.id;
	c->timed.phase = c->round.phase;
	c->timed.since_ms = now;
}

static const char *job_name(enum job_kind kind)
{
	switch (kind) {
	case JOB_POLICY:
		return "policy";
	case JOB_SCREEN:
		return "screen";
	case JOB_AGGREGATE:
		return "aggregate";
	case JOB_INTEGRATE:
		return "integrate";
	default:
		return "other";
	}
}

void cloud_count_job(struct cloud *c, const struct job *job)
{
	if (c->env.metrics && !c->dead)
		observe(c, "foedus_job_duration_seconds", "Of heavy jobs, waiting for their turn included.", "job",
		        job_name(job->kind), cloud_now(c) - job->asked_ms);
}

void cloud_show_modules(struct cloud *c, const struct module_state *modules, size_t count)
{
	for (size_t m = 0; c->env.metrics && m < count && m < c->config.rules.module_count; m++)
		if (isfinite(modules[m].metric))
			metric_set(c->metric.module[m], modules[m].metric);
}

void cloud_count_menu(struct cloud *c, const struct written *w)
{
	char label[WIRE_NAME_MAX + 16];

	if (!c->env.metrics)
		return;
	snprintf(label, sizeof(label), "policy=\"%s\"", w->policy);
	metric_add(
	    metrics_counter(c->env.metrics, "foedus_menus_total", label, "Menus by the policy that wrote them."),
	    1);
	if (w->fallback)
		metric_add(c->metric.fallback, 1);
}

void cloud_count_round(struct cloud *c)
{
	if (!c->env.metrics)
		return;
	metric_add(c->round.phase == PHASE_DONE ? c->metric.rounds : c->metric.rounds_failed, 1);
	for (size_t i = 0; i < c->round.seat_count; i++) {
		for (int stage = 0; stage < STAGES; stage++) {
			const struct task *t = &c->round.seat[i].task[stage];

			if (t->state == TASK_ACCEPTED)
				metric_add(c->metric.accepted, 1);
			if (t->state == TASK_REJECTED)
				metric_add(c->metric.rejected, 1);
			if (t->state == TASK_LATE)
				metric_add(c->metric.late, 1);
			metric_add(t->paid_micro < 0 ? c->metric.deposits : c->metric.paid,
			           fabs((double)t->paid_micro) * 1e-6);
		}
	}
	metric_observe(c->metric.duration, (double)(c->round.ended_ms - c->round.started_ms) / 1e3);
	cloud_show_modules(c, c->round.module, c->round.module_count);
}

void cloud_measure(struct cloud *c)
{
	const struct cloud_control *x = &c->control;
	size_t allowed = 0;

	if (!c->env.metrics)
		return;
	for (size_t i = 0; i < c->edge_count; i++)
		allowed += c->edge[i].allowed && !c->edge[i].revoked;
	metric_set(c->metric.edges, (double)cloud_connected(c));
	metric_set(c->metric.known, (double)c->edge_count);
	metric_set(c->metric.allowed, (double)allowed);
	metric_set(c->metric.phase, c->running ? (double)c->round.phase : -1);
	metric_set(c->metric.round, (double)c->last_round);
	metric_set(c->metric.agent, (double)c->agent.version);
	metric_set(c->metric.paused, x->paused || x->finishing || x->stopping);
	metric_set(c->metric.jobs, (double)c->jobs);
}
