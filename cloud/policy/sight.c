#include "cloud/policy/sight.h"

#include <math.h>

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

/* From one effort's gradient to its coordinate's; what is left is its floor's. */
static double descend(double by, double q_max, double floor, float action, float *da)
{
	double share = ((double)action + 1) / 2;

	*da += (float)(by * (q_max - floor) / 2);
	return by * (1 - share);
}

void sight_back(int types, const float *state, const float *action, const float *by, float *da)
{
	double slopes[CONTRACT_TYPES_MAX][CONTRACT_TYPES_MAX], below = 0, q_max;
	const float *second = by + 2 * types;
	struct seen s;

	look(&s, types, state, action);
	q_max = s.in.terms.q_max;
	for (int k = types - 1; k >= 0; k--)
		below = descend(below + slope(&s, s.m.q1[k], by + 2 * k), q_max, k > 0 ? s.m.q1[k - 1] : 0, action[k],
		                da + k);
	for (int k = 0; k < types; k++)
		for (int l = 0; l < types; l++)
			slopes[k][l] = slope(&s, s.m.q2[k][l], second + 2 * (k * types + l));
	for (int k = types - 1; k >= 0; k--)
		for (int l = types - 1; l >= 0; l--) {
			double up = k > 0 ? s.m.q2[k - 1][l] : 0, left = l > 0 ? s.m.q2[k][l - 1] : 0;
			int at = types + k * types + l;
			double rest = descend(slopes[k][l], q_max, fmax(up, left), action[at], da + at);

			if (k > 0 && up >= left)
				slopes[k - 1][l] += rest;
			else if (l > 0)
				slopes[k][l - 1] += rest;
		}
}
