#include "edge/daemon/gauges.h"

#include <string.h>

enum row {
	CONNECTED,
	AGENT_VERSION,
	ROUND,
	PAID,
	SESSIONS,
	SIGNALS,
	CHOICES,
	DECLINED,
	TRAININGS,
	UPDATES,
	REFUSED,
	ACCEPTED,
	REJECTED,
	INSTALLED,
	INSTALL_FAILED,
	LOST,
};
_Static_assert(LOST + 1 == GAUGES_COUNT, "one metric for each row");

static const struct {
	const char *name, *labels, *help;
	bool gauge;
} rows[GAUGES_COUNT] = {
    [CONNECTED] = {"foedus_edge_connected", NULL, "1 while welcomed by the cloud", true},
    [AGENT_VERSION] = {"foedus_edge_agent_version", NULL, "Version of the agent in use, 0 = none", true},
    [ROUND] = {"foedus_edge_round", NULL, "Round of the latest contract", true},
    [PAID] = {"foedus_edge_paid_credits", NULL, "Sum of the receipts since the start", true},
    [SESSIONS] = {"foedus_edge_sessions_total", NULL, "Times the cloud welcomed us", false},
    [SIGNALS] = {"foedus_edge_signals_total", NULL, "Telemetry reports", false},
    [CHOICES] = {"foedus_edge_choices_total", NULL, "Choices made, declining included", false},
    [DECLINED] = {"foedus_edge_declined_total", NULL, "Periods declined", false},
    [TRAININGS] = {"foedus_edge_trainings_total", NULL, "Tasks whose training began", false},
    [UPDATES] = {"foedus_edge_updates_total", NULL, "Tasks finished", false},
    [REFUSED] = {"foedus_edge_refused_total", NULL, "Offers and tasks that did not fit the contract", false},
    [ACCEPTED] = {"foedus_edge_receipts_total", "accepted=\"true\"", "Receipts", false},
    [REJECTED] = {"foedus_edge_receipts_total", "accepted=\"false\"", "Receipts", false},
    [INSTALLED] = {"foedus_edge_installs_total", "result=\"installed\"", "Agents deployed to us", false},
    [INSTALL_FAILED] = {"foedus_edge_installs_total", "result=\"failed\"", "Agents deployed to us", false},
    [LOST] = {"foedus_edge_links_lost_total", NULL, "Links to the cloud that ended", false},
};

void gauges_init(struct gauges *g, struct metrics *m)
{
	memset(g, 0, sizeof(*g));
	for (size_t i = 0; i < GAUGES_COUNT; i++)
		g->metric[i] = rows[i].gauge ? metrics_gauge(m, rows[i].name, rows[i].labels, rows[i].help)
		                             : metrics_counter(m, rows[i].name, rows[i].labels, rows[i].help);
}

void gauges_update(struct gauges *g, const struct edge *e)
{
	struct edge_stats s = edge_get_stats(e);
	const double now[GAUGES_COUNT] = {
	    [CONNECTED] = edge_is_open(e),
	    [AGENT_VERSION] = (double)edge_agent_version(e),
	    [ROUND] = (double)edge_get_state(e)->round,
	    [PAID] = (double)s.paid_micro / 1e6,
	    [SESSIONS] = (double)s.sessions,
	    [SIGNALS] = (double)s.signals,
	    [CHOICES] = (double)s.choices,
	    [DECLINED] = (double)s.declined,
	    [TRAININGS] = (double)s.trainings,
	    [UPDATES] = (double)s.updates,
	    [REFUSED] = (double)s.refused,
	    [ACCEPTED] = (double)s.accepted,
	    [REJECTED] = (double)s.rejected,
	    [INSTALLED] = (double)s.installed,
	    [INSTALL_FAILED] = (double)s.install_failed,
	    [LOST] = (double)s.lost,
	};

	for (size_t i = 0; i < GAUGES_COUNT; i++)
		if (now[i] != g->last[i]) {
			metric_add(g->metric[i], now[i] - g->last[i]);
			g->last[i] = now[i];
		}
}
