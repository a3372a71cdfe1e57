#include "cloud/policy/lanes.h"

#include <stdlib.h>

#include "common/base/mem.h"
#include "common/nn/rows.h"

int lanes_rows(int rows, int workers)
{
	return (rows + workers - 1) / workers;
}

int lanes_init(struct lanes *v, int workers, int rows, struct err *e)
{
	*v = (struct lanes){.workers = workers, .rows = rows};
	v->all = mem_array((size_t)workers, sizeof(*v->all));
	return crew_new(workers, &v->crew, e);
}

static void drop_actor(struct lane *x)
{
	if (x->actor)
		actor_release(x->actor);
	free(x->actor);
	free(x->grads);
	x->actor = NULL;
	x->grads = NULL;
}

static void drop_critic(struct lane *x)
{
	if (x->critic)
		critic_release(x->critic);
	free(x->critic);
	x->critic = NULL;
}

void lanes_release(struct lanes *v)
{
	crew_free(v->crew);
	for (int i = 1; i < v->workers && v->all; i++) {
		drop_actor(&v->all[i]);
		drop_critic(&v->all[i]);
	}
	free(v->all);
	*v = (struct lanes){0};
}

int lanes_critics(struct lanes *v, struct critic *c, struct err *e)
{
	int rc = 0;

	v->all[0].critic = c;
	for (int i = 1; rc == 0 && i < v->workers; i++) {
		drop_critic(&v->all[i]);
		v->all[i].critic = mem_zalloc(sizeof(*c));
		rc = critic_init_beside(v->all[i].critic, c, e);
	}
	return rc;
}

int lanes_actors(struct lanes *v, struct actor *a, float *grads, struct err *e)
{
	int rc = 0;

	v->all[0].actor = a;
	v->all[0].grads = grads;
	for (int i = 1; rc == 0 && i < v->workers; i++) {
		struct lane *x = &v->all[i];

		drop_actor(x);
		x->actor = mem_zalloc(sizeof(*a));
		x->grads = mem_floats(a->params);
		rc = actor_init(x->actor, &a->shape, lanes_rows(v->rows, v->workers), e);
		x->actor->diffusion.last_sd = a->diffusion.last_sd;
	}
	return rc;
}

void lanes_add_actor(struct lanes *v)
{
	const struct lane *first = &v->all[0];

	for (int i = 1; i < v->workers; i++)
		rows_add(first->grads, v->all[i].grads, 1, (int)first->actor->params, first->grads);
}

void lanes_add_critic(struct lanes *v, int which)
{
	struct weights *q = &v->all[0].critic->q[which];

	for (int i = 1; i < v->workers; i++)
		rows_add(q->g, v->all[i].critic->q[which].g, 1, (int)q->n, q->g);
}
