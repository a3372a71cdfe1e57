/* What the cloud believes of the edges' types, kept up by what they report and choose.
 *
 * The grid and the costs stay as configured. What is learned of how types move is announced in the terms of
 * the next round: edges weigh the menu by the same transition that it is written for. */
#include <stdlib.h>
#include <string.h>

#include "cloud/core/cloud_internal.h"
#include "cloud/policy/estimator_json.h"
#include "common/base/mem.h"
#include "common/base/str.h"

#define PRIOR_STRENGTH 10 /* observations that the announced transition counts for */

int cloud_load_estimator(struct cloud *c, struct err *e)
{
	const struct instance *market = &c->config.market;
	json_t *stored = NULL;
	char *text = NULL;
	int rc = store_get(c->store, "estimator", &text, e);

	estimator_init(&c->estimator, &market->terms, market->prior, PRIOR_STRENGTH);
	if (rc == E_NOT_FOUND)
		return 0;
	if (!rc)
		rc = json_parse(text, strlen(text), &stored, e);
	if (!rc)
		rc = estimator_from_json(stored, &c->estimator, e);
	json_decref(stored);
	free(text);
	/* with another number of types in the configuration, what was learned is about another grid */
	if (!rc && c->estimator.types != market->terms.types)
		estimator_init(&c->estimator, &market->terms, market->prior, PRIOR_STRENGTH);
	return rc;
}

static double *belief_of(struct cloud *c, const char *edge)
{
	struct edge_record *r = cloud_edge(c, edge);

	if (r->belief_types != c->estimator.types) {
		r->belief_types = c->estimator.types;
		belief_init(&c->estimator, r->belief);
	}
	return r->belief;
}

static int save_estimator(struct cloud *c, struct err *e)
{
	json_t *object = estimator_to_json(&c->estimator);
	char *text = json_dumps(object, JSON_COMPACT);
	int rc = store_set(c->store, "estimator", text, e);

	free(text);
	json_decref(object);
	return rc;
}

int cloud_save_beliefs(struct cloud *c, struct err *e)
{
	int rc = store_save_edge(c->store, cloud_edge(c, c->believed), e);

	return rc ? rc : save_estimator(c, e);
}

/* What was learned is saved in the transaction that saves what it was learned from: a crash can neither lose
 * it nor count it twice. */
static void save_later(struct cloud *c, const char *edge)
{
	str_copy(c->believed, sizeof(c->believed), edge);
}

void cloud_believe_signal(struct cloud *c, const char *edge, const struct telemetry *x)
{
	double *belief = belief_of(c, edge);

	belief_predict(&c->estimator, belief);
	belief_observe(&c->estimator, x, belief);
	save_later(c, edge);
}

/* A feasible menu is answered truthfully: the item taken is the type. */
void cloud_believe_choice(struct cloud *c, const struct seat *seat, int stage)
{
	int type = seat->item[stage];

	if (type < 0 || type >= c->estimator.types)
		return;
	if (seat->signalled[stage])
		estimator_learn_signal(&c->estimator, &seat->signal[stage], type);
	if (stage == 1 && seat->item[0] >= 0)
		estimator_learn_transition(&c->estimator, seat->item[0], type);
	belief_reveal(&c->estimator, type, belief_of(c, seat->edge));
	save_later(c, seat->edge);
}

void cloud_estimate_terms(struct cloud *c)
{
	estimator_transition(&c->estimator, c->round.instance.terms.transition);
	instance_tidy(&c->round.instance);
}

void cloud_mean_belief(struct cloud *c, const struct round *r, double *prior)
{
	double(*beliefs)[CONTRACT_TYPES_MAX] = mem_array(r->seat_count + 1, sizeof(*beliefs));
	size_t n = 0;

	for (size_t i = 0; i < r->seat_count; i++)
		if (r->seat[i].signalled[0])
			memcpy(beliefs[n++], belief_of(c, r->seat[i].edge), sizeof(*beliefs));
	estimator_prior(&c->estimator, (const double(*)[CONTRACT_TYPES_MAX])beliefs, n, prior);
	free(beliefs);
}

void cloud_estimate_prior(struct cloud *c)
{
	struct round *r = &c->round;

	cloud_mean_belief(c, r, r->instance.prior);
	value_fit(&c->value, &r->instance.alpha, &r->instance.beta);
	instance_tidy(&r->instance);
}
