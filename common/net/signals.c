#include "common/net/signals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/base/log.h"

static void on_readable(uv_poll_t *p, int status, int events)
{
	struct signals *s = p->data;
	struct signalfd_siginfo info;

	(void)status;
	(void)events;
	while (s->open && read(s->fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		s->on(s->ctx, (int)info.ssi_signo);
}

void signals_open(struct signals *s, uv_loop_t *loop, signals_fn on, void *ctx)
{
	sigset_t answered;

	*s = (struct signals){.fd = -1, .on = on, .ctx = ctx};
	sigemptyset(&answered);
	sigaddset(&answered, SIGTERM);
	sigaddset(&answered, SIGINT);
	sigaddset(&answered, SIGHUP);
	s->fd = signalfd(-1, &answered, SFD_NONBLOCK | SFD_CLOEXEC);
	if (s->fd < 0 || uv_poll_init(loop, &s->poll, s->fd)) {
		log_warn("signals are not listened for: %s", strerror(errno));
		if (s->fd >= 0)
			close(s->fd);
		return;
	}
	s->poll.data = s;
	s->open = true;
	pthread_sigmask(SIG_BLOCK, &answered, NULL);
	uv_poll_start(&s->poll, UV_READABLE, on_readable);
}

void signals_close(struct signals *s)
{
	if (!s->open)
		return;
	s->open = false;
	uv_close((uv_handle_t *)&s->poll, NULL);
	close(s->fd);
}
