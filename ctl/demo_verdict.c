#include <math.h>
#include <string.h>

#include "ctl/demo.h"
#include "ctl/show.h"

/* Sums of what was paid, from three places that must agree to a millionth of a credit. */
struct sums {
	double ledger, receipts, rounds;
	size_t entries, receipts_paid;
};

static struct sums add_up(const struct demo *d)
{
	struct sums s = {0};
	const json_t *item, *round, *seat, *task;
	size_t i, k, m;

	json_array_foreach (json_object_get(d->ledger, "items"), i, item) {
		s.ledger += demo_number(item, "amount");
		s.entries++;
	}
	json_array_foreach (d->rounds, i, round) {
		s.rounds += demo_number(round, "paid");
		json_array_foreach (json_object_get(round, "seats"), k, seat)
			json_array_foreach (json_object_get(seat, "tasks"), m, task) {
				s.receipts += demo_number(task, "paid");
				s.receipts_paid += demo_number(task, "paid") != 0;
			}
	}
	return s;
}

static bool ledger_holds(const struct demo *d)
{
	struct sums s = add_up(d);
	double total = demo_number(d->ledger, "paid_total");
	double slack = 1e-6 * (double)(s.entries + 1);
	bool chain = json_is_true(json_object_get(d->ledger, "verified"));
	bool counted = s.entries == (size_t)demo_number(d->ledger, "entries");
	bool equal = fabs(s.ledger - total) <= slack && fabs(s.receipts - total) <= slack &&
	             fabs(s.rounds - total) <= slack;

	show_verdict(chain && counted, "the ledger's hash chain %s over %zu entries",
	             chain ? "verifies" : "does not verify", s.entries);
	show_verdict(equal, "paid %.6f credits by the ledger, %.6f by the receipts, %.6f by the rounds", total,
	             s.receipts, s.rounds);
	return chain && counted && equal;
}

static size_t rounds_done(const struct demo *d)
{
	size_t n = 0;

	for (size_t i = 1; i <= (size_t)d->o.rounds; i++)
		n += strcmp(demo_text(demo_round(d, i), "phase"), "done") == 0;
	return n;
}

bool demo_verdict(const struct demo *d)
{
	size_t done = rounds_done(d), edges = (size_t)d->o.edges;
	size_t serving = demo_serving(d, (uint64_t)demo_number(d->agent, "version"));
	double score = demo_metric(json_object_get(d->agent, "modules"), d->kind);
	bool rounds = done == (size_t)d->o.rounds, deployed = serving == edges;
	bool better = edges == 1 || score > d->local_max; /* one edge is alone in both */
	bool answered = d->requests.failed == 0 && d->requests.count == edges * DEMO_ASKS;

	show_verdict(rounds, "%zu of %zu rounds done", done, (size_t)d->o.rounds);
	show_verdict(deployed, "agent version %.0f serves on %zu of %zu edges", demo_number(d->agent, "version"),
	             serving, edges);
	show_verdict(better, "%s %.4f together, %.4f at the best edge alone", d->metric, score, d->local_max);
	show_verdict(answered, "%zu of %zu requests answered", (size_t)(d->requests.count - d->requests.failed),
	             edges * DEMO_ASKS);
	return ledger_holds(d) && rounds && deployed && better && answered;
}
