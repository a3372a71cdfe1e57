#include "edge/core/state.h"

#include <string.h>

#include "common/contract/choice.h"

struct edge_done *edge_state_done(struct edge_state *s, uint64_t task)
{
	for (size_t i = 0; i < s->done_count; i++)
		if (s->done[i].update.task == task)
			return &s->done[i];
	return NULL;
}

struct edge_done *edge_state_done_in(struct edge_state *s, uint64_t round, uint32_t period)
{
	for (size_t i = 0; i < s->done_count; i++)
		if (s->done[i].round == round && s->done[i].period == period)
			return &s->done[i];
	return NULL;
}

struct edge_done *edge_state_add_done(struct edge_state *s)
{
	struct edge_done *d;
	size_t gone = 0;

	if (s->done_count == EDGE_DONE_MAX) {
		for (size_t i = s->done_count; i-- > 0;)
			if (s->done[i].receipted)
				gone = i;
		s->done_count--;
		memmove(&s->done[gone], &s->done[gone + 1], (s->done_count - gone) * sizeof(s->done[0]));
	}
	d = &s->done[s->done_count++];
	memset(d, 0, sizeof(*d));
	return d;
}

bool edge_state_item(const struct edge_state *s, uint32_t period, double *effort, double *reward)
{
	int k = s->item[0];
	int l = s->item[1];

	if (s->round == 0 || !s->chosen[0] || k == CHOICE_DECLINE)
		return false;
	if (period == 1) {
		*effort = s->menu.q1[k];
		*reward = s->menu.r1[k];
		return true;
	}
	if (!s->chosen[1] || l == CHOICE_DECLINE)
		return false;
	*effort = s->menu.q2[k][l];
	*reward = s->menu.r2[k][l];
	return true;
}
