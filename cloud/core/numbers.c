/* What the cloud counts. */
#include <math.h>
#include <stdio.h>

#include "cloud/core/cloud_internal.h"

void cloud_register_metrics(struct cloud *c)
{
	struct metrics *m = c->env.metrics;

	if (!m)
		return;
	c->metric.edges = metrics_gauge(m, "foedus_edges_connected", NULL, "Edges with an open session.");
	c->metric.rounds = metrics_counter(m, "foedus_rounds_total", "result=\"done\"", "Rounds that ended.");
	c->metric.rounds_failed =
	    metrics_counter(m, "foedus_rounds_total", "result=\"failed\"", "Rounds that ended.");
	c->metric.paid = metrics_counter(m, "foedus_paid_credits_total", NULL, "Credits paid to edges.");
	c->metric.accepted =
	    metrics_counter(m, "foedus_updates_total", "result=\"accepted\"", "Updates of edges.");
	c->metric.rejected =
	    metrics_counter(m, "foedus_updates_total", "result=\"rejected\"", "Updates of edges.");
	c->metric.late = metrics_counter(m, "foedus_updates_total", "result=\"late\"", "Updates of edges.");
	c->metric.fallback = metrics_counter(m, "foedus_policy_fallbacks_total", NULL,
	                                     "Menus that the exact policy had to write for another one.");
	c->metric.phase = metrics_gauge(m, "foedus_round_phase", NULL, "Position of the round among its phases.");
	for (size_t i = 0; i < c->config.rules.module_count; i++) {
		char labels[WIRE_NAME_MAX + 16];

		snprintf(labels, sizeof(labels), "kind=\"%s\"", c->config.rules.module[i].kind);
		c->metric.module[i] = metrics_gauge(m, "foedus_module_metric", labels,
		                                    "Metric of the newest module on the validation data.");
	}
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
			metric_add(c->metric.paid, (double)t->paid_micro * 1e-6);
		}
	}
	for (size_t m = 0; m < c->config.rules.module_count; m++)
		if (isfinite(c->round.module[m].metric))
			metric_set(c->metric.module[m], c->round.module[m].metric);
}

void cloud_measure(struct cloud *c)
{
	if (!c->env.metrics)
		return;
	metric_set(c->metric.edges, (double)cloud_connected(c));
	metric_set(c->metric.phase, c->running ? (double)c->round.phase : -1);
}
