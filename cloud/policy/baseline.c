#include "cloud/policy/baseline.h"

#include <math.h>
#include <string.h>

#include "cloud/policy/potential.h"
#include "common/contract/action.h"
#include "common/contract/model.h"

/* Shares that stay lie within this of 1 less it. */
#define STAYING_SCALE (ENV_LEAVE_SHARE / 2)

/* One problem and action, and what follows from them. */
struct round {
	struct instance in;
	struct env_moment at;
	struct potential potential;
	struct menu m; /* efforts only */
	double bonus, scale;
	double gap[CONTRACT_TYPES_MAX];                      /* 1/theta_k - 1/theta_(k+1); 0 for the last */
	double fall[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX]; /* F_k(l) - F_(k+1)(l): the types' persistence */
	double rent[CONTRACT_TYPES_MAX];
	double later[CONTRACT_TYPES_MAX]; /* forecast for an edge of type k that stays, beyond whom it replaces */
};

bool baseline_fits(const struct env_spec *s)
{
	return s->endogenous && !s->direct && s->participation == PARTICIPATION_INTERTEMPORAL;
}

static void set_gaps(struct round *r)
{
	const struct terms *t = &r->in.terms;

	memset(r->gap, 0, sizeof(r->gap));
	memset(r->fall, 0, sizeof(r->fall));
	for (int k = 0; k + 1 < t->types; k++) {
		double sum = 0;

		r->gap[k] = 1 / t->theta[k] - 1 / t->theta[k + 1];
		for (int l = 0; l < t->types; l++) {
			sum += t->transition[k][l] - t->transition[k + 1][l];
			r->fall[k][l] = sum;
		}
	}
}

static void set_rents(struct round *r)
{
	const struct terms *t = &r->in.terms;
	double rent = r->bonus;

	for (int k = 0; k < t->types; k++) {
		r->rent[k] = rent;
		rent += effort_cost(t, r->m.q1[k]) * r->gap[k];
		for (int l = 0; l < t->types; l++)
			rent += t->delta * r->fall[k][l] * r->gap[l] * effort_cost(t, r->m.q2[k][l]);
	}
}

static void set_later(struct round *r)
{
	const double *edge = r->potential.edge[r->at.left - 1], *prior = r->in.prior;
	const struct terms *t = &r->in.terms;
	double fresh = 0;

	for (int l = 0; l < t->types; l++)
		fresh += ENV_FRESH_SHARE * prior[l] * edge[l];
	for (int k = 0; k < t->types; k++) {
		r->later[k] = -fresh;
		for (int l = 0; l < t->types; l++)
			r->later[k] += t->transition[k][l] * edge[l];
	}
}

static void set_round(struct round *r, const struct env_spec *s, const float *state, const float *action)
{
	double wide[ENV_ACTION_MAX];
	int n = env_action_size(s);

	env_decode(s->types, state, &r->in);
	env_decode_moment(s, state, &r->at);
	r->at.left = r->at.left < 1 ? 1 : r->at.left;
	for (int i = 0; i < n; i++)
		wide[i] = (double)action[i];
	potential_init(&r->potential, &r->in);
	action_efforts(wide, &r->in.terms, &r->m);
	r->bonus = ENV_BONUS_FACTOR * r->in.alpha * (wide[n - 1] + 1) / 2;
	r->scale = env_scale(&r->in);
	set_gaps(r);
	set_rents(r);
	set_later(r);
}

static double leaving(const struct round *r, int k)
{
	return ENV_LEAVE_SHARE * exp(-r->rent[k] / (ENV_RENT_SCALE * r->in.alpha));
}

/* Surplus of an item: value less the cost of the type it is made for. */
static double surplus(const struct round *r, double q, int type)
{
	return effort_value(&r->in, q) - effort_cost(&r->in.terms, q) / r->in.terms.theta[type];
}

static double modelled(const struct round *r)
{
	const struct terms *t = &r->in.terms;
	double sum = 0, next = r->potential.base[r->at.left - 1];

	for (int k = 0; k < t->types; k++) {
		double profit = surplus(r, r->m.q1[k], k) - r->rent[k], mass = r->at.active * r->in.prior[k];

		for (int l = 0; l < t->types; l++)
			profit += t->delta * t->transition[k][l] * surplus(r, r->m.q2[k][l], l);
		sum += mass * profit / r->scale;
		next += mass * (1 - leaving(r, k)) * r->later[k] +
		        ENV_FRESH_SHARE * r->in.prior[k] * r->potential.edge[r->at.left - 1][k];
	}
	return sum + ENV_GAMMA * next - potential_at(&r->potential, r->in.prior, &r->at);
}

void baseline_look(const struct env_spec *s, const float *states, const float *actions, int n, float *value,
                   float *staying)
{
	struct round r;

	for (int i = 0; i < n; i++) {
		set_round(&r, s, states + i * env_state_size(s), actions + i * env_action_size(s));
		value[i] = (float)modelled(&r);
		for (int k = 0; k < s->types; k++)
			*staying++ = (float)(1 - leaving(&r, k) / STAYING_SCALE);
	}
}

/* by_rent[k]: what a credit more of rent for type k, and all above it, brings. */
static void slope_by_rent(const struct round *r, double weight, const float *by_staying, double *by_rent)
{
	double above = 0;

	for (int k = r->in.terms.types - 1; k >= 0; k--) {
		double stays = leaving(r, k) / (ENV_RENT_SCALE * r->in.alpha);

		above += weight * r->at.active * r->in.prior[k] * (ENV_GAMMA * stays * r->later[k] - 1 / r->scale) +
		         (double)by_staying[k] * stays / STAYING_SCALE;
		by_rent[k] = above;
	}
}

/* By an effort whose item is taken by `mass` of that type and gives those above `share` of its cost as rent.
 */
static double slope_by_effort(const struct round *r, double q, int type, double mass, double share)
{
	const struct terms *t = &r->in.terms;

	return mass / r->scale * (effort_value_slope(&r->in, q) - effort_cost_slope(t, q) / t->theta[type]) +
	       share * effort_cost_slope(t, q);
}

static void slope(const struct round *r, const float *action, double weight, const float *by_staying,
                  float *da)
{
	const struct terms *t = &r->in.terms;
	double by_rent[CONTRACT_TYPES_MAX + 1] = {0};
	struct menu by;

	slope_by_rent(r, weight, by_staying, by_rent);
	for (int k = 0; k < t->types; k++) {
		double mass = weight * r->at.active * r->in.prior[k];

		by.q1[k] = slope_by_effort(r, r->m.q1[k], k, mass, by_rent[k + 1] * r->gap[k]);
		for (int l = 0; l < t->types; l++)
			by.q2[k][l] = slope_by_effort(r, r->m.q2[k][l], l, mass * t->delta * t->transition[k][l],
			                              by_rent[k + 1] * t->delta * r->fall[k][l] * r->gap[l]);
	}
	memset(da, 0, (size_t)action_structured_size(t->types) * sizeof(*da));
	action_efforts_back(action, t, &r->m, &by, da);
	da[t->types + t->types * t->types] = (float)(by_rent[0] * ENV_BONUS_FACTOR * r->in.alpha / 2);
}

void baseline_slope(const struct env_spec *s, const float *states, const float *actions, int n, float weight,
                    const float *by_staying, float *da)
{
	struct round r;

	for (int i = 0; i < n; i++) {
		const float *action = actions + i * env_action_size(s);

		set_round(&r, s, states + i * env_state_size(s), action);
		slope(&r, action, (double)weight, by_staying + i * s->types, da + i * env_action_size(s));
	}
}
