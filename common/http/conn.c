#include "common/http/internal.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "common/base/mem.h"

#define SWEEP_MS_MIN 20
#define SWEEP_MS_MAX 1000

struct conn *conn_of(struct MHD_Connection *mhd)
{
	return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

void conn_phase_set(struct conn *c, enum conn_phase phase)
{
	const struct http_limits *l = &c->server->limits;

	c->phase = phase;
	c->since_ms = uv_now(c->server->loop);
	c->deadline_ms = UINT64_MAX;
	if (phase != CONN_BUSY)
		c->deadline_ms = c->since_ms + (phase == CONN_WAITING ? l->idle_ms_max : l->request_ms_max);
}

void conn_cut(struct conn *c)
{
	/* The descriptor is the library's to close: shut down, it reports a hang-up there. */
	if (!c->cut)
		(void)shutdown(c->fd, SHUT_RDWR);
	c->cut = true;
}

/* Above the limit the connection that has waited longest for its client gives way; the newest, which is first
 * in the list, has only just come. */
static void make_room(struct http_server *s)
{
	struct conn *victim = NULL;
	unsigned live = 1;

	for (struct conn *c = s->conns->next; c; c = c->next) {
		live += !c->cut;
		if (!c->cut && c->phase <= CONN_RECEIVING && (!victim || c->since_ms <= victim->since_ms))
			victim = c;
	}
	if (victim && live > s->limits.connections_max)
		conn_cut(victim);
}

static uint64_t sweep_ms(const struct http_limits *l)
{
	uint64_t least = l->idle_ms_max < l->request_ms_max ? l->idle_ms_max : l->request_ms_max;

	least = (l->heartbeat_ms < least ? l->heartbeat_ms : least) / 4;
	return least < SWEEP_MS_MIN ? SWEEP_MS_MIN : least > SWEEP_MS_MAX ? SWEEP_MS_MAX : least;
}

static struct conn *conn_begin(struct http_server *s, struct MHD_Connection *mhd)
{
	struct conn *c = mem_zalloc(sizeof(*c));

	c->server = s;
	c->mhd = mhd;
	c->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	conn_phase_set(c, CONN_WAITING);
	c->next = s->conns;
	if (c->next)
		c->next->prev = c;
	s->conns = c;
	if (s->conn_count++ == 0)
		uv_timer_start(&s->sweep, conn_sweep, sweep_ms(&s->limits), sweep_ms(&s->limits));
	make_room(s);
	return c;
}

static void conn_end(struct http_server *s, struct conn *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else
		s->conns = c->next;
	if (c->next)
		c->next->prev = c->prev;
	if (--s->conn_count == 0)
		uv_timer_stop(&s->sweep);
	free(c);
	s->again = true; /* at its limit the library listens again only on its next round */
}

void conn_notify(void *server, struct MHD_Connection *mhd, void **conn,
                 enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*conn = conn_begin(server, mhd);
	} else {
		conn_end(server, *conn);
		*conn = NULL;
	}
}

void conn_sweep(uv_timer_t *sweep)
{
	struct http_server *s = sweep->data;
	uint64_t now = uv_now(s->loop);

	for (struct conn *c = s->conns; c; c = c->next)
		if (now >= c->deadline_ms)
			conn_cut(c);
	streams_beat(s);
}
