#include "cloud/policy/critic.h"

#include <stdlib.h>
#include <string.h>

#include "cloud/policy/sight.h"
#include "cloud/policy/slack.h"
#include "common/base/mem.h"
#include "common/nn/rows.h"

#define GRADIENT_MAX 10.0 /* norm beyond which a step is scaled down */

static int seen(int types, bool direct)
{
	return types == 0 ? 0 : direct ? slack_size(types) : sight_size(types);
}

static int make(struct critic *c, const struct critic_shape *s, int batch_max, struct err *e)
{
	int more = seen(s->sight_types, s->direct);
	const struct mlp_spec spec = {.in = s->state + s->action + more,
	                              .layers = 3,
	                              .out = {s->hidden, s->hidden, 1},
	                              .hidden = MLP_MISH,
	                              .last = MLP_LINEAR};
	size_t batch = (size_t)batch_max;

	*c = (struct critic){.state = s->state,
	                     .action = s->action,
	                     .batch_max = batch_max,
	                     .sight_types = s->sight_types,
	                     .direct = s->direct,
	                     .more = more};
	for (int i = 0; i < 2; i++) {
		int rc = mlp_init(&c->net[i], &spec, batch_max, e);

		if (rc)
			return err_wrap(e, "critic");
		c->dy[i] = mem_floats(batch);
		c->part[i] = mem_floats(batch * (size_t)(s->action + more));
	}
	c->in = mem_floats(batch * (size_t)spec.in);
	return 0;
}

int critic_init(struct critic *c, const struct critic_shape *shape, int batch_max, struct err *e)
{
	int rc = make(c, shape, batch_max, e);

	for (int i = 0; rc == 0 && i < 2; i++)
		weights_init(&c->q[i], c->net[i].params, true);
	if (rc)
		critic_release(c);
	return rc;
}

int critic_init_beside(struct critic *c, const struct critic *owner, struct err *e)
{
	const struct critic_shape shape = {owner->state, owner->action, owner->net[0].layers[0].out,
	                                   owner->sight_types, owner->direct};
	int rc = make(c, &shape, owner->batch_max, e);

	c->beside = true;
	for (int i = 0; rc == 0 && i < 2; i++) {
		c->q[i] = owner->q[i];
		c->q[i].g = mem_floats(owner->q[i].n);
	}
	if (rc)
		critic_release(c);
	return rc;
}

void critic_release(struct critic *c)
{
	for (int i = 0; i < 2; i++) {
		mlp_release(&c->net[i]);
		if (c->beside)
			free(c->q[i].g);
		else
			weights_release(&c->q[i]);
		free(c->dy[i]);
		free(c->part[i]);
	}
	free(c->in);
	*c = (struct critic){0};
}

void critic_draw(struct critic *c, struct rng *rng)
{
	for (int i = 0; i < 2; i++) {
		mlp_draw(&c->net[i], c->q[i].w, rng);
		weights_aim(&c->q[i]);
	}
}

static void show(const struct critic *c, const float *state, const float *action, float *out)
{
	if (c->direct)
		slack_of(c->sight_types, state, action, out);
	else
		sight_of(c->sight_types, state, action, out);
}

static void show_back(const struct critic *c, const float *state, const float *action, const float *by,
                      float *da)
{
	if (c->direct)
		slack_back(c->sight_types, state, action, by, da);
	else
		sight_back(c->sight_types, state, action, by, da);
}

static void join(struct critic *c, const float *states, const float *actions, int n)
{
	float *row = c->in;

	for (int b = 0; b < n; b++) {
		memcpy(row, states + b * c->state, (size_t)c->state * sizeof(*row));
		row += c->state;
		memcpy(row, actions + b * c->action, (size_t)c->action * sizeof(*row));
		row += c->action;
		if (c->more > 0)
			show(c, states + b * c->state, actions + b * c->action, row);
		row += c->more;
	}
}

void critic_target(struct critic *c, const float *states, const float *actions, int n, float *value)
{
	const float *v[2];

	join(c, states, actions, n);
	for (int i = 0; i < 2; i++)
		v[i] = mlp_forward(&c->net[i], c->q[i].target, c->in, n);
	for (int b = 0; b < n; b++)
		value[b] = v[0][b] < v[1][b] ? v[0][b] : v[1][b];
}

double critic_gradients(struct critic *c, const float *states, const float *actions, const float *goal, int n,
                        int of)
{
	double loss = 0;

	join(c, states, actions, n);
	for (int i = 0; i < 2; i++) {
		const float *v = mlp_forward(&c->net[i], c->q[i].w, c->in, n);

		for (int b = 0; b < n; b++) {
			float off = v[b] - goal[b];

			loss += (double)off * (double)off / (2.0 * of);
			c->dy[i][b] = 2 * off / (float)of;
		}
		mlp_backward(&c->net[i], c->q[i].w,
		             &(struct mlp_back){.x = c->in, .dy = c->dy[i], .batch = n, .grads = c->q[i].g});
	}
	return loss;
}

void critic_step(struct critic *c, int which, double rate)
{
	weights_step(&c->q[which], rate, GRADIENT_MAX);
}

/* da = what both critics' gradients, by the action and by what they are shown of it, come to. */
static void gather(struct critic *c, const float *states, const float *actions, int n, float *da)
{
	int width = c->action + c->more;

	for (int b = 0; b < n; b++, da += c->action) {
		float *sum = c->part[0] + b * width;

		rows_add(sum, c->part[1] + b * width, 1, width, sum);
		memcpy(da, sum, (size_t)c->action * sizeof(*da));
		if (c->more > 0)
			show_back(c, states + b * c->state, actions + b * c->action, sum + c->action, da);
	}
}

double critic_slope(struct critic *c, const float *states, const float *actions, int n, int of, float *da)
{
	const float *v[2];
	double mean = 0;

	join(c, states, actions, n);
	for (int i = 0; i < 2; i++)
		v[i] = mlp_forward(&c->net[i], c->q[i].w, c->in, n);
	for (int b = 0; b < n; b++) {
		int low = v[1][b] < v[0][b];

		mean += (double)v[low][b] / of;
		c->dy[low][b] = -1 / (float)of;
		c->dy[!low][b] = 0;
	}
	for (int i = 0; i < 2; i++)
		mlp_backward(&c->net[i], c->q[i].w,
		             &(struct mlp_back){.x = c->in,
		                                .dy = c->dy[i],
		                                .batch = n,
		                                .dx = c->part[i],
		                                .dx_from = c->state,
		                                .dx_count = c->action + c->more});
	gather(c, states, actions, n, da);
	return mean;
}
