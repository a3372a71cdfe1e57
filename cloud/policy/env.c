#include "cloud/policy/env.h"

#include <math.h>

#include "cloud/policy/benchmarks.h"
#include "common/contract/choice.h"
#include "common/contract/model.h"

#define TYPICAL_Q_MAX   10   /* the scales below are those of instances with this effort limit */
#define LEAST_YARDSTICK 0.05 /* where static menus earn next to nothing */
#define END_ROUNDS      4.0  /* the end is felt this many rounds ahead */

int env_state_size(const struct env_spec *s)
{
	return s->types * s->types + 2 * s->types + 5 + (s->endogenous ? 3 : 0) +
	       (s->priced ? prices_size(s->types) : 0) + (s->efficient ? s->types : 0);
}

static bool has_bonus(const struct env_spec *s)
{
	return s->endogenous && !s->direct;
}

int env_action_size(const struct env_spec *s)
{
	return s->direct ? action_direct_size(s->types)
	                 : action_structured_size(s->types) + (has_bonus(s) ? 1 : 0);
}

/* [lo, hi] to [-1, 1]. */
static float scaled(double v, double lo, double hi)
{
	return (float)((2 * v - lo - hi) / (hi - lo));
}

/* What each type would be asked for if types were known. */
static void say_efficient(const struct instance *seen, float *state)
{
	const struct terms *t = &seen->terms;

	for (int k = 0; k < t->types; k++)
		state[k] = scaled(effort_best(seen, 1 / t->theta[k]), 0, t->q_max);
}

void env_encode(const struct env_spec *s, const struct instance *seen, const struct env_moment *at,
                float *state)
{
	const struct terms *t = &seen->terms;
	double unit = t->q_max / TYPICAL_Q_MAX;

	for (int k = 0; k < s->types; k++)
		*state++ = scaled(seen->prior[k], 0, 1);
	for (int k = 0; k < s->types; k++)
		for (int l = 0; l < s->types; l++)
			*state++ = scaled(t->transition[k][l], 0, 1);
	for (int k = 0; k < s->types; k++)
		*state++ = scaled(t->theta[k], 0.5, 2.5);
	*state++ = scaled(seen->alpha, 4, 12);
	*state++ = scaled(seen->beta * unit, 0.3, 1.5);
	*state++ = scaled(t->e1 * unit, 0.2, 0.8);
	*state++ = scaled(t->e3 * unit * unit * unit, 0.002, 0.02);
	*state++ = scaled(t->delta, 0.7, 1);
	if (s->priced)
		prices_of(seen, state);
	if (s->efficient)
		say_efficient(seen, state + (s->priced ? prices_size(s->types) : 0));
	if (!s->endogenous)
		return;
	*state++ = scaled(at->active, 0, 1);
	*state++ = scaled(at->left, 0, ENV_ROUNDS);
	*state++ = scaled(exp((1 - at->left) / END_ROUNDS), 0, 1);
}

static double unscaled(float v, double lo, double hi)
{
	return ((double)v * (hi - lo) + lo + hi) / 2;
}

void env_decode(int types, const float *state, struct instance *out)
{
	struct terms *t = &out->terms;

	t->types = types;
	t->q_max = TYPICAL_Q_MAX;
	for (int k = 0; k < types; k++)
		out->prior[k] = unscaled(*state++, 0, 1);
	for (int k = 0; k < types; k++)
		for (int l = 0; l < types; l++)
			t->transition[k][l] = unscaled(*state++, 0, 1);
	for (int k = 0; k < types; k++)
		t->theta[k] = unscaled(*state++, 0.5, 2.5);
	out->alpha = unscaled(*state++, 4, 12);
	out->beta = unscaled(*state++, 0.3, 1.5);
	t->e1 = unscaled(*state++, 0.2, 0.8);
	t->e3 = unscaled(*state++, 0.002, 0.02);
	t->delta = unscaled(*state, 0.7, 1);
}

void env_decode_moment(const struct env_spec *s, const float *state, struct env_moment *at)
{
	const float *last = state + env_state_size(s) - 3;

	at->active = unscaled(last[0], 0, 1);
	at->left = (int)lrint(unscaled(last[1], 0, ENV_ROUNDS));
}

double env_scale(const struct instance *in)
{
	return effort_value(in, in->terms.q_max);
}

int env_gain(const struct instance *in, double reward, double *gain, struct err *e)
{
	const struct policy yardstick = {.ops = &policy_static};
	struct menu m;
	double given;
	int rc = policy_solve(&yardstick, in, &m, e);

	if (rc)
		return rc;
	given = menu_profit(&m, in) / env_scale(in);
	*gain = 10 * (reward - given) / fmax(given, LEAST_YARDSTICK);
	return 0;
}

void menu_add_bonus(struct menu *m, double bonus)
{
	for (int k = 0; k < m->types; k++)
		m->r1[k] += bonus;
}

int env_menu(const struct env_spec *s, const float *action, const struct instance *seen, struct menu *out,
             struct err *e)
{
	double wide[ENV_ACTION_MAX];
	int n = env_action_size(s), rc;

	for (int i = 0; i < n; i++)
		wide[i] = action[i] >= -1 ? (double)action[i] : -1;
	if (s->direct) {
		action_direct_menu(wide, seen, out);
		return 0;
	}
	rc = action_structured_menu(wide, seen, out, e);
	if (rc == 0 && has_bonus(s))
		menu_add_bonus(out, ENV_BONUS_FACTOR * seen->alpha * fmin(1, (wide[n - 1] + 1) / 2));
	return rc;
}

/* The share of type k that stays after what the round leaves it with. */
static double staying(const struct instance *in, const struct menu *m, int k)
{
	int item = choose_period1(m, &in->terms, k);
	double rent = item == CHOICE_DECLINE ? 0 : menu_utility(m, &in->terms, k, item);

	return 1 - ENV_LEAVE_SHARE * exp(-fmax(rent, 0) / (ENV_RENT_SCALE * in->alpha));
}

void env_retain(struct instance *in, double *active, const double *fresh, const struct menu *m)
{
	const struct terms *t = &in->terms;
	double mass[CONTRACT_TYPES_MAX] = {0}, empty = 1;

	for (int k = 0; k < t->types; k++) {
		double left = *active * in->prior[k] * staying(in, m, k);

		empty -= left;
		for (int l = 0; l < t->types; l++)
			mass[l] += left * t->transition[k][l];
	}
	*active = 0;
	for (int l = 0; l < t->types; l++) {
		mass[l] += ENV_FRESH_SHARE * empty * fresh[l];
		*active += mass[l];
	}
	for (int l = 0; l < t->types; l++)
		in->prior[l] = mass[l] / *active;
	*active = fmin(1, *active); /* rounding may pass it */
}
