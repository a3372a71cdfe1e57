#include "common/http/server.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/http/internal.h"

#define PUMP_ROUNDS 16 /* before the rest of the loop gets its turn */
/* Besides the headers a connection's memory holds the library's own bookkeeping and the reply's headers. */
#define POOL_EXTRA 4096
/* Headers above the limit must still fit, or the library answers them itself in its own words. */
#define POOL_FACTOR 2

static void log_library(void *ctx, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
static void log_library(void *ctx, const char *fmt, va_list ap)
{
	char text[256];

	(void)ctx;
	vsnprintf(text, sizeof(text), fmt, ap);
	text[strcspn(text, "\r\n")] = '\0';
	log_debug("http: %s", text);
}

static void on_timer(uv_timer_t *t);

/* Lets the library do what is due and asks when it wants to be called next. */
static void pump(struct http_server *s)
{
	MHD_UNSIGNED_LONG_LONG ms = 0;

	for (int i = 0; i < PUMP_ROUNDS; i++) {
		s->again = false;
		s->pumping = true;
		(void)MHD_run(s->daemon);
		s->pumping = false;
		if (s->again)
			continue;
		if (MHD_get_timeout(s->daemon, &ms) != MHD_YES) {
			uv_timer_stop(&s->timer);
			return;
		}
		if (ms > 0) {
			uv_timer_start(&s->timer, on_timer, ms, 0);
			return;
		}
	}
	uv_timer_start(&s->timer, on_timer, 0, 0);
}

static void on_timer(uv_timer_t *t)
{
	pump(t->data);
}

static void on_ready(uv_poll_t *p, int status, int events)
{
	(void)status;
	(void)events;
	pump(p->data);
}

static struct MHD_Daemon *daemon_start(struct http_server *s, int fd)
{
	const unsigned flags = MHD_USE_EPOLL | MHD_USE_SUSPEND_RESUME | MHD_USE_ERROR_LOG;

	return MHD_start_daemon(
	    flags, 0, NULL, NULL, request_access, s, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
	    MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, s->limits.connections_max + 1,
	    MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    POOL_FACTOR * s->limits.header_bytes_max + POOL_EXTRA, MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_NOTIFY_CONNECTION, conn_notify, s, MHD_OPTION_NOTIFY_COMPLETED, request_completed, s,
	    MHD_OPTION_URI_LOG_CALLBACK, request_line, s, MHD_OPTION_END);
}

void server_resume(struct http_server *s, struct conn *c)
{
	MHD_resume_connection(c->mhd);
	s->again = true;
	/* The library's own wake-up does not reach an epoll descriptor that is watched from outside. */
	uv_timer_start(&s->timer, on_timer, 0, 0);
}

static void on_closed(uv_handle_t *h)
{
	struct http_server *s = h->data;

	if (--s->handles == 0)
		free(s);
}

static void watch(struct http_server *s)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	uv_timer_init(s->loop, &s->timer);
	uv_timer_init(s->loop, &s->sweep);
	uv_poll_init(s->loop, &s->poll, info->epoll_fd);
	s->handles = 3;
	s->timer.data = s->sweep.data = s->poll.data = s;
	uv_poll_start(&s->poll, UV_READABLE, on_ready);
	uv_timer_start(&s->timer, on_timer, 0,
	               0); /* not now: a handler must not run before the caller has the server */
}

int http_server_new(uv_loop_t *loop, const struct http_config *c, struct http_server **out, struct err *e)
{
	struct http_server *s = mem_zalloc(sizeof(*s));
	int fd, rc;

	s->loop = loop;
	s->routes = c->routes;
	s->ctx = c->ctx;
	s->guard = c->guard;
	s->observer = c->observer;
	s->limits = c->limits;
	rc = http_listen(c->listen, s, &fd, e);
	if (rc)
		goto fail;
	s->daemon = daemon_start(s, fd);
	if (!s->daemon) {
		close(fd);
		rc = err_set(e, E_INTERNAL, "cannot start the HTTP server on %s", s->address);
		goto fail;
	}
	watch(s);
	*out = s;
	return 0;
fail:
	free(s);
	return rc;
}

void http_server_close(struct http_server *s)
{
	if (!s)
		return;
	assert(!s->pumping);
	uv_poll_stop(&s->poll); /* before its descriptor goes */
	streams_cut_all(s);
	request_abandon_all(s);
	MHD_stop_daemon(s->daemon);
	s->daemon = NULL;
	uv_close((uv_handle_t *)&s->poll, on_closed);
	uv_close((uv_handle_t *)&s->timer, on_closed);
	uv_close((uv_handle_t *)&s->sweep, on_closed);
}

uint16_t http_server_port(const struct http_server *s)
{
	return s->port;
}

const char *http_server_address(const struct http_server *s)
{
	return s->address;
}

unsigned http_server_connections(const struct http_server *s)
{
	return s->conn_count;
}
