/* The cloud's stream of events, one by one. */
#ifndef CTL_EVENTS_H
#define CTL_EVENTS_H

#include <stdbool.h>

#include "ctl/api.h"

#define EVENT_ID_MAX 64

struct event {
	char id[EVENT_ID_MAX], type[32];
	const char *data; /* JSON */
};

/* False: enough. The first event is always "hello". */
typedef bool event_take(void *ctx, const struct event *ev);

struct events_wish {
	const char *types;  /* with commas between them; NULL = all */
	const char *behind; /* the id after which they begin; empty = with what comes */
	bool (*go_on)(
	    void); /* asked once a second or more, false ends it; NULL = as long as there is something */
	event_take *take;
	void *ctx;
};

/* Until one of the wish's functions has enough (0), or the stream has ended by itself: E_UNAVAILABLE when the
 * cloud ended or refused it, otherwise as http_client_stream(). */
int events_listen(struct api *a, const struct events_wish *wish, struct err *e) MUST_CHECK;

#endif
