#include "cloud/policy/sight.h"

#include "cloud/policy/env.h"
#include "common/contract/action.h"
#include "common/contract/model.h"

/* Efforts with all that their features need. */
struct seen {
	struct instance in;
	double unit; /* value of the largest effort */
	struct menu m;
};

int sight_size(int types)
{
	return 2 * action_structured_size(types);
}

static void look(struct seen *s, int types, const float *state, const float *action)
{
	double wide[ACTION_STRUCTURED_MAX];

	for (int i = 0; i < action_structured_size(types); i++)
		wide[i] = (double)action[i];
	env_decode(types, state, &s->in);
	s->unit = env_scale(&s->in);
	action_efforts(wide, &s->in.terms, &s->m);
}

static float *show(const struct seen *s, double q, float *out)
{
	*out++ = (float)(2 * effort_value(&s->in, q) / s->unit - 1);
	*out++ = (float)(2 * effort_cost(&s->in.terms, q) / s->unit - 1);
	return out;
}

void sight_of(int types, const float *state, const float *action, float *out)
{
	struct seen s;

	look(&s, types, state, action);
	for (int k = 0; k < types; k++)
		out = show(&s, s.m.q1[k], out);
	for (int k = 0; k < types; k++)
		for (int l = 0; l < types; l++)
			out = show(&s, s.m.q2[k][l], out);
}

static double slope(const struct seen *s, double q, const float *by)
{
	return 2 / s->unit *
	       ((double)by[0] * effort_value_slope(&s->in, q) +
	        (double)by[1] * effort_cost_slope(&s->in.terms, q));
}

void sight_back(int types, const float *state, const float *action, const float *by, float *da)
{
	const float *second = by + 2 * types;
	struct menu slopes;
	struct seen s;

	look(&s, types, state, action);
	for (int k = 0; k < types; k++) {
		slopes.q1[k] = slope(&s, s.m.q1[k], by + 2 * k);
		for (int l = 0; l < types; l++)
			slopes.q2[k][l] = slope(&s, s.m.q2[k][l], second + 2 * (k * types + l));
	}
	action_efforts_back(action, &s.in.terms, &s.m, &slopes, da);
}
