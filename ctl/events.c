#include "ctl/events.h"

#include <stdio.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/str.h"

#define IDLE_S    60                /* the cloud says something every 15 s */
#define EVENT_MAX ((size_t)8 << 20) /* bytes of one */

struct stream {
	const struct events_wish *wish;
	struct buf pending;
	bool enough, too_large;
};

/* One event's lines, which are cut up. */
static bool on_block(struct stream *s, char *block)
{
	struct event ev = {.data = NULL};
	char *line;

	while ((line = strsep(&block, "\n"))) {
		if (strncmp(line, "id: ", 4) == 0)
			str_copy(ev.id, sizeof(ev.id), line + 4);
		else if (strncmp(line, "event: ", 7) == 0)
			str_copy(ev.type, sizeof(ev.type), line + 7);
		else if (strncmp(line, "data: ", 6) == 0)
			ev.data = line + 6;
	}
	return !ev.data || s->wish->take(s->wish->ctx, &ev);
}

static bool take(void *ctx, const char *p, size_t n)
{
	struct stream *s = ctx;
	char *end;

	s->too_large = buf_unread(&s->pending) + n > EVENT_MAX;
	if (s->too_large)
		return false;
	buf_append(&s->pending, p, n);
	while (!s->enough && buf_unread(&s->pending) &&
	       (end = memmem(buf_head(&s->pending), buf_unread(&s->pending), "\n\n", 2))) {
		size_t length = (size_t)(end - (const char *)buf_head(&s->pending));

		*end = '\0';
		s->enough = !on_block(s, (char *)buf_head(&s->pending));
		buf_consume(&s->pending, length + 2);
	}
	return !s->enough;
}

static bool go_on(void *ctx)
{
	struct stream *s = ctx;

	s->enough |= s->wish->go_on && !s->wish->go_on();
	return !s->enough;
}

int events_listen(struct api *a, const struct events_wish *wish, struct err *e)
{
	struct stream s = {.wish = wish, .pending = BUF_INIT};
	struct buf path = BUF_INIT;
	int rc;

	buf_fmt(&path, "/api/v1/events%s%s", wish->types ? "?types=" : "", wish->types ? wish->types : "");
	if (*wish->behind)
		buf_fmt(&path, "%slast_event_id=%s", wish->types ? "&" : "?", wish->behind);
	rc = http_client_stream(
	    a->http, buf_cstr(&path),
	    &(struct http_client_listener){.idle_s = IDLE_S, .take = take, .go_on = go_on, .ctx = &s}, e);
	if (!rc && s.too_large)
		rc = err_set(e, E_LIMIT, "an event is larger than %zu bytes", EVENT_MAX);
	else if (!rc && !s.enough)
		rc = err_set(e, E_UNAVAILABLE, "the cloud ended the stream of events");
	buf_release(&path);
	buf_release(&s.pending);
	return rc;
}
