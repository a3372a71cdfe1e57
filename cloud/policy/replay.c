#include "cloud/policy/replay.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"

int replay_init(struct replay *r, int state, int action, size_t capacity, struct err *e)
{
	int width = 2 * state + action + 2;

	*r = (struct replay){.state = state, .action = action, .width = width, .capacity = capacity};
	if (capacity < 1 || capacity > REPLAY_FLOATS_MAX / (size_t)width)
		return err_set(e, E_LIMIT, "a replay buffer of %zu steps (accepted: 1 to %zu)", capacity,
		               REPLAY_FLOATS_MAX / (size_t)width);
	r->rows = mem_floats(capacity * (size_t)width);
	return 0;
}

void replay_release(struct replay *r)
{
	free(r->rows);
	*r = (struct replay){0};
}

/* Copies `n` numbers and returns where the next ones go, or come from. */
static float *put(float *to, const float *from, int n)
{
	memcpy(to, from, (size_t)n * sizeof(*to));
	return to + n;
}

void replay_add(struct replay *r, const struct replay_batch *from, int n)
{
	for (int i = 0; i < n; i++) {
		float *row = r->rows + r->at * (size_t)r->width;

		row = put(row, from->state + i * r->state, r->state);
		row = put(row, from->action + i * r->action, r->action);
		row = put(row, from->reward + i, 1);
		row = put(row, from->worth + i, 1);
		put(row, from->next + i * r->state, r->state);
		r->at = (r->at + 1) % r->capacity;
		r->used += r->used < r->capacity;
	}
}

void replay_draw(const struct replay *r, struct rng *rng, int n, const struct replay_batch *to)
{
	assert(r->used > 0);
	for (int i = 0; i < n; i++) {
		const float *row = r->rows + (size_t)rng_below(rng, r->used) * (size_t)r->width;

		put(to->state + i * r->state, row, r->state);
		row += r->state;
		put(to->action + i * r->action, row, r->action);
		row += r->action;
		to->reward[i] = row[0];
		to->worth[i] = row[1];
		put(to->next + i * r->state, row + 2, r->state);
	}
}

void replay_batch_init(struct replay_batch *b, int state, int action, size_t n)
{
	*b = (struct replay_batch){.state = mem_floats(n * (size_t)state),
	                           .action = mem_floats(n * (size_t)action),
	                           .reward = mem_floats(n),
	                           .worth = mem_floats(n),
	                           .next = mem_floats(n * (size_t)state)};
}

void replay_batch_release(struct replay_batch *b)
{
	free(b->state);
	free(b->action);
	free(b->reward);
	free(b->worth);
	free(b->next);
}
