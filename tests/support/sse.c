#include "tests/support/sse.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/clock.h"
#include "common/base/mem.h"

#define SSE_OPEN_MS 30000

/* More bytes before the moment `until`. */
static bool more(struct sse *s, int64_t until)
{
	struct pollfd p = {.fd = s->link.fd, .events = POLLIN};
	int64_t left = until - clock_mono_ms();
	ssize_t n;

	if (left <= 0 || poll(&p, 1, (int)left) <= 0)
		return false;
	n = recv(s->link.fd, buf_reserve(&s->link.in, 65536), 65536, 0);
	if (n <= 0)
		return false;
	s->link.in.len += (size_t)n;
	return true;
}

/* What stands before the next `end`, which is passed over; owned, NULL when it does not come. */
static char *take_to(struct sse *s, const char *end, int64_t until)
{
	struct buf *in = &s->link.in;
	const uint8_t *at;
	char *out;
	size_t n;

	while (!buf_unread(in) || !(at = memmem(buf_head(in), buf_unread(in), end, strlen(end))))
		if (!more(s, until))
			return NULL;
	n = (size_t)(at - buf_head(in));
	out = mem_zalloc(n + 1);
	memcpy(out, buf_head(in), n);
	buf_consume(in, n + strlen(end));
	return out;
}

/* By HTTP/1.0, which knows no chunks. */
void sse_open(struct sse *s, int port, const char *path, const char *last_id)
{
	char text[512];
	char *head;

	http_raw_open(&s->link, (uint16_t)port);
	snprintf(text, sizeof(text), "GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n%s%s%s\r\n", path,
	         last_id ? "Last-Event-ID: " : "", last_id ? last_id : "", last_id ? "\r\n" : "");
	http_raw_text(&s->link, text);
	head = take_to(s, "\r\n\r\n", clock_mono_ms() + SSE_OPEN_MS);
	s->status = head && strlen(head) > 12 ? (int)strtol(head + 9, NULL, 10) : 0;
	free(head);
}

void sse_close(struct sse *s)
{
	http_raw_close(&s->link);
}

static void field(struct sse_event *out, char *line)
{
	if (strncmp(line, "id: ", 4) == 0)
		snprintf(out->id, sizeof(out->id), "%s", line + 4);
	else if (strncmp(line, "event: ", 7) == 0)
		snprintf(out->type, sizeof(out->type), "%s", line + 7);
	else if (strncmp(line, "data: ", 6) == 0)
		out->data = json_loads(line + 6, 0, NULL);
}

bool sse_next(struct sse *s, struct sse_event *out, int ms)
{
	int64_t until = clock_mono_ms() + ms;
	char *block;

	*out = (struct sse_event){.data = NULL};
	while (!out->data && (block = take_to(s, "\n\n", until))) {
		char *rest = block, *line;

		while ((line = strsep(&rest, "\n")))
			field(out, line);
		free(block);
	}
	return out->data != NULL;
}
