/* A round's contract: the menu, what each type gains by it (rents), and by how much it prefers its own item
 * to every other (incentive compatibility) and to none (individual rationality). Credits. */
#include <math.h>

#include "cloud/admin/api.h"
#include "common/contract/feasible.h"
#include "common/contract/instance_json.h"
#include "common/contract/menu_json.h"
#include "common/contract/model.h"
#include "common/http/server.h"

/* The slack of a type's incentive constraints, and the item that comes nearest to tempting it (-1 when there
 * is only its own). */
struct tempted {
	double slack;
	int item;
};

static json_t *slack_json(struct tempted x)
{
	return x.item < 0 ? json_null() : json_real(x.slack);
}

static json_t *item_json(struct tempted x)
{
	return x.item < 0 ? json_null() : json_integer(x.item);
}

static void compare(struct tempted *x, double slack, int item)
{
	if (x->item >= 0 && slack >= x->slack)
		return;
	x->slack = slack;
	x->item = item;
}

static struct tempted tempted1(const struct round *r, int own)
{
	const struct terms *t = &r->instance.terms;
	struct tempted x = {0, -1};

	for (int k = 0; k < t->types; k++)
		if (k != own)
			compare(&x, menu_utility(&r->menu, t, own, own) - menu_utility(&r->menu, t, own, k), k);
	return x;
}

static struct tempted tempted2(const struct round *r, int k, int own)
{
	const struct terms *t = &r->instance.terms;
	struct tempted x = {0, -1};

	for (int l = 0; l < t->types; l++)
		if (l != own)
			compare(&x, menu_rent2(&r->menu, t, k, own, own) - menu_rent2(&r->menu, t, k, l, own), l);
	return x;
}

/* utility[k] is what the type has from item k, both periods together. */
static json_t *view_type(const struct round *r, int own)
{
	const struct terms *t = &r->instance.terms;
	double utility[CONTRACT_TYPES_MAX], rent = menu_utility(&r->menu, t, own, own);
	struct tempted x = tempted1(r, own);

	for (int k = 0; k < t->types; k++)
		utility[k] = menu_utility(&r->menu, t, own, k);
	return json_pack("{s:i,s:f,s:f,s:f,s:f,s:o,s:f,s:o,s:o}", "type", own, "theta", t->theta[own], "prior",
	                 r->instance.prior[own], "rent", rent, "rent_period1",
	                 r->menu.r1[own] - effort_cost(t, r->menu.q1[own]) / t->theta[own], "utility",
	                 json_of_doubles(utility, t->types), "ir_slack", rent, "ic_slack", slack_json(x),
	                 "ic_item", item_json(x));
}

/* The sub-menu that follows item k: rows are the types in period 2. */
static json_t *view_submenu(const struct round *r, int k)
{
	const struct terms *t = &r->instance.terms;
	json_t *types = json_array();

	for (int own = 0; own < t->types; own++) {
		double rent = menu_rent2(&r->menu, t, k, own, own);
		struct tempted x = tempted2(r, k, own);

		json_array_append_new(types, json_pack("{s:i,s:f,s:f,s:o,s:o}", "type", own, "rent", rent, "ir_slack",
		                                       rent, "ic_slack", slack_json(x), "ic_item", item_json(x)));
	}
	return json_pack("{s:i,s:o}", "item", k, "types", types);
}

static json_t *view_contract(const struct round *r)
{
	json_t *types = json_array(), *second = json_array();
	struct violation v = menu_violation(&r->menu, &r->instance);

	for (int k = 0; k < r->instance.terms.types; k++) {
		json_array_append_new(types, view_type(r, k));
		json_array_append_new(second, view_submenu(r, k));
	}
	return json_pack("{s:I,s:s,s:f,s:f,s:o,s:o,s:o,s:o,s:b,s:{s:o,s:s}}", "round", (json_int_t)r->id,
	                 "policy", r->policy, "expected_profit", r->expected_profit, "samples_per_effort",
	                 r->samples_per_effort, "instance", instance_to_json(&r->instance), "menu",
	                 menu_to_json(&r->menu), "types", types, "period2", second, "feasible",
	                 v.amount <= CONTRACT_TOLERANCE, "violation", "amount", view_measured(v.amount), "text",
	                 v.text);
}

void get_round_menu(void *ctx, struct http_request *r)
{
	struct round round;

	if (!rounds_load(ctx, r, &round))
		return;
	if (round.has_menu)
		http_reply_json(r, 200, view_contract(&round));
	else
		http_problem(r, 404, "not-found", "round %llu has no menu%s", (unsigned long long)round.id,
		             round.ended_ms ? "" : " yet");
	round_release(&round);
}
