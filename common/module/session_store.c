#include "common/module/session_store.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/str.h"

struct session {
	char name[SESSION_NAME_MAX + 1];
	uint64_t used;              /* the store's tick at its last use */
	uint64_t shown;             /* items ever added */
	size_t count, oldest, cap;  /* a ring */
	struct session_item *items; /* cap of them, grown up to the store's limit */
	size_t items_max;
};

struct session_store {
	struct session_limits limits;
	struct session **list; /* sessions_max places, the first `count` used */
	size_t count;
	uint64_t tick;
};

static size_t clamp(size_t v, size_t hi)
{
	return v < 1 ? 1 : v > hi ? hi : v;
}

struct session_store *session_store_new(struct session_limits limits)
{
	struct session_store *s = mem_zalloc(sizeof(*s));

	s->limits.sessions_max = clamp(limits.sessions_max, SESSIONS_LIMIT);
	s->limits.items_max = clamp(limits.items_max, SESSION_ITEMS_LIMIT);
	s->list = mem_array(s->limits.sessions_max, sizeof(struct session *));
	return s;
}

static void session_free(struct session *x)
{
	free(x->items);
	free(x);
}

void session_store_free(struct session_store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->count; i++)
		session_free(s->list[i]);
	free(s->list);
	free(s);
}

size_t session_store_count(const struct session_store *s)
{
	return s->count;
}

struct session *session_find(struct session_store *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->list[i]->name, name) == 0) {
			s->list[i]->used = ++s->tick;
			return s->list[i];
		}
	return NULL;
}

/* A place for a new session; the one used longest ago makes room when there is none. */
static size_t place_for(struct session_store *s)
{
	size_t oldest = 0;

	if (s->count < s->limits.sessions_max)
		return s->count++;
	for (size_t i = 1; i < s->count; i++)
		if (s->list[i]->used < s->list[oldest]->used)
			oldest = i;
	session_free(s->list[oldest]);
	return oldest;
}

struct session *session_open(struct session_store *s, const char *name)
{
	struct session *x = session_find(s, name);

	if (x)
		return x;
	x = mem_zalloc(sizeof(*x));
	str_copy(x->name, sizeof(x->name), name);
	x->items_max = s->limits.items_max;
	x->used = ++s->tick;
	s->list[place_for(s)] = x;
	return x;
}

size_t session_items(const struct session *x)
{
	return x->count;
}

struct session_item *session_item(struct session *x, size_t i)
{
	return &x->items[(x->oldest + i) % x->cap];
}

/* Doubles the ring up to the limit; only while it is not yet a wrapped one (oldest is still 0). */
static void grow(struct session *x)
{
	size_t cap = x->cap ? 2 * x->cap : 4;

	x->cap = cap < x->items_max ? cap : x->items_max;
	x->items = mem_realloc(x->items, x->cap, sizeof(*x->items));
}

struct session_item *session_add(struct session *x)
{
	struct session_item *item;

	if (x->count == x->cap && x->cap < x->items_max)
		grow(x);
	if (x->count == x->cap)
		x->oldest = (x->oldest + 1) % x->cap;
	else
		x->count++;
	item = session_item(x, x->count - 1);
	memset(item, 0, sizeof(*item));
	item->number = ++x->shown;
	return item;
}
