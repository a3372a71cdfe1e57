#include "common/net/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/mem.h"

static const int answered[] = {SIGTERM, SIGINT, SIGHUP};

/* From the handler to the loop. Made once and never closed, since the handler may be at work in any thread at
 * any time. */
static int ends[2] = {-1, -1};

/* In whichever thread the system chooses: libraries have threads that block nothing. A pipe that is full has
 * told enough. */
static void handler(int number)
{
	int saved = errno;
	uint8_t byte = (uint8_t)number;
	ssize_t written = write(ends[1], &byte, 1);

	(void)written;
	errno = saved;
}

static void on_readable(uv_poll_t *p, int status, int events)
{
	struct signals *s = p->data;
	uint8_t number;

	(void)status;
	(void)events;
	while (s->open && read(ends[0], &number, 1) == 1)
		s->on(s->ctx, number);
}

void signals_open(struct signals *s, uv_loop_t *loop, signals_fn on, void *ctx)
{
	struct sigaction answer = {.sa_handler = handler, .sa_flags = SA_RESTART};

	*s = (struct signals){.on = on, .ctx = ctx};
	if (ends[0] < 0 && pipe2(ends, O_NONBLOCK | O_CLOEXEC)) {
		log_warn("signals are not listened for: %s", strerror(errno));
		return;
	}
	if (uv_poll_init(loop, &s->poll, ends[0])) {
		log_warn("signals are not listened for: the loop takes no pipe");
		return;
	}
	s->poll.data = s;
	s->open = true;
	sigfillset(&answer.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(answered); i++)
		sigaction(answered[i], &answer, NULL);
	uv_poll_start(&s->poll, UV_READABLE, on_readable);
}

void signals_close(struct signals *s)
{
	if (!s->open)
		return;
	s->open = false;
	uv_close((uv_handle_t *)&s->poll, NULL);
}
