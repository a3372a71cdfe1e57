/* The latest events, for clients that come back, and the streams of those who listen. */
#include "cloud/admin/ring.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/mem.h"

/* Enough for a client that was away for a few seconds; all that is kept must fit into one stream's queue. */
enum { RING_EVENTS = 512, RING_BYTES = API_STREAM_BYTES_MAX / 8 };

struct event {
	uint64_t number;
	char type[16];
	char *data; /* owned */
};

struct listener {
	struct listener *next;
	struct ring *ring;
	struct http_stream *stream;
	char types[LISTENER_TYPES_MAX]; /* names with a comma before and behind each; empty = all */
};

struct ring {
	int64_t epoch_ms; /* in the ids, so that those of an earlier process are known as such */
	uint64_t last;    /* number of the newest event, 0 = none yet */
	struct event event[RING_EVENTS];
	size_t first, count; /* the oldest kept, how many */
	size_t bytes;
	struct listener *listeners;
	size_t listening;
};

struct ring *ring_new(int64_t epoch_ms)
{
	struct ring *x = mem_zalloc(sizeof(*x));

	x->epoch_ms = epoch_ms;
	return x;
}

static void drop_oldest(struct ring *x)
{
	struct event *old = &x->event[x->first];

	x->bytes -= strlen(old->data);
	free(old->data);
	old->data = NULL;
	x->first = (x->first + 1) % RING_EVENTS;
	x->count--;
}

void ring_free(struct ring *x)
{
	if (!x)
		return;
	while (x->count)
		drop_oldest(x);
	free(x);
}

static const char *id_of(const struct ring *x, uint64_t number, char out[RING_ID_MAX])
{
	snprintf(out, RING_ID_MAX, "%" PRId64 "-%" PRIu64, x->epoch_ms, number);
	return out;
}

static bool wants(const struct listener *l, const char *type)
{
	char name[32];

	snprintf(name, sizeof(name), ",%s,", type);
	return !l->types[0] || strstr(l->types, name);
}

static void send_one(const struct ring *x, struct listener *l, const struct event *e)
{
	char id[RING_ID_MAX];

	if (wants(l, e->type))
		http_stream_send(l->stream, id_of(x, e->number, id), e->type, e->data);
}

/* The event's text, with the time at which it happened; takes the reference. NULL if it is no JSON. */
static char *told_now(json_t *data)
{
	char *text;

	json_object_set_new(data, "time", view_moment(clock_wall_ms()));
	text = json_dumps(data, JSON_COMPACT | JSON_REAL_PRECISION(15));
	json_decref(data);
	return text;
}

void ring_add(struct ring *x, const char *type, json_t *data)
{
	char *text = told_now(data);
	struct event *e;
	size_t n = text ? strlen(text) : 0;

	if (!text)
		return;
	while (x->count == RING_EVENTS || (x->count && x->bytes + n > RING_BYTES))
		drop_oldest(x);
	e = &x->event[(x->first + x->count++) % RING_EVENTS];
	e->number = ++x->last;
	snprintf(e->type, sizeof(e->type), "%s", type);
	e->data = text;
	x->bytes += n;
	for (struct listener *l = x->listeners; l; l = l->next)
		send_one(x, l, e);
}

static void on_closed(void *ctx, struct http_stream *stream)
{
	struct listener *l = ctx, **at = &l->ring->listeners;

	(void)stream;
	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	l->ring->listening--;
	free(l);
}

/* The number behind an id of ours of which all that followed is still kept; false otherwise. */
static bool resume_from(const struct ring *x, const char *id, uint64_t *number)
{
	uint64_t oldest = x->last - x->count + 1;
	char text[RING_ID_MAX];
	const char *dash = id ? strchr(id, '-') : NULL;

	if (!dash || sscanf(dash + 1, "%" SCNu64, number) != 1 || strcmp(id_of(x, *number, text), id) != 0)
		return false;
	return *number <= x->last && *number + 1 >= oldest;
}

void ring_listen(struct ring *x, struct http_request *r, const char *types, const char *last_id)
{
	struct listener *l = mem_zalloc(sizeof(*l));
	char id[RING_ID_MAX], *hello;
	uint64_t from = x->last;
	bool resumed = resume_from(x, last_id, &from);

	l->ring = x;
	if (types)
		snprintf(l->types, sizeof(l->types), ",%s,", types);
	l->stream = http_stream_start(r, on_closed, l);
	if (!l->stream) {
		free(l);
		return;
	}
	l->next = x->listeners;
	x->listeners = l;
	x->listening++;
	if (!resumed)
		from = x->last;
	hello = told_now(json_pack("{s:b}", "resumed", (int)resumed));
	http_stream_send(l->stream, id_of(x, from, id), "hello", hello);
	free(hello);
	for (size_t i = 0; i < x->count; i++) {
		const struct event *e = &x->event[(x->first + i) % RING_EVENTS];

		if (e->number > from)
			send_one(x, l, e);
	}
}

size_t ring_listening(const struct ring *x)
{
	return x->listening;
}

json_t *view_events(const struct ring *x)
{
	char id[RING_ID_MAX];

	return json_pack("{s:s,s:I}", "last_id", id_of(x, x->last, id), "clients", (json_int_t)x->listening);
}
