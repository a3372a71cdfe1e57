/* The session: Hello and Welcome, heartbeats, and who handles which message. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "edge/core/internal.h"

struct log_about edge_log_about(const struct edge *e, uint64_t round, uint64_t task)
{
	return (struct log_about){.round = round, .edge = e->about.name, .task = task};
}

void edge_send(struct edge *e, const struct msg *m)
{
	if (e->link && e->open && !e->closing)
		link_send(e->link, m);
}

static void send_error(struct edge *e, uint64_t reply_to, const struct err *why, bool fatal)
{
	struct msg m = {.kind = MSG_ERROR, .reply_to = reply_to};

	str_copy(m.error.code, sizeof(m.error.code), err_name(why->code));
	snprintf(m.error.text, sizeof(m.error.text), "%s", why->text);
	m.error.fatal = fatal;
	if (e->link && !e->closing)
		link_send(e->link, &m);
}

void edge_refuse(struct edge *e, struct log_about about, uint64_t reply_to, const struct err *why)
{
	log_line(LOG_WARN, about, "refused: %s", why->text);
	if (e->open)
		send_error(e, reply_to, why, false);
}

static void close_link(struct edge *e)
{
	if (!e->link || e->closing)
		return;
	e->open = false;
	e->closing = true;
	link_close(e->link);
}

void edge_break(struct edge *e, const struct err *why)
{
	log_line(LOG_ERROR, edge_log_about(e, 0, 0), "the cloud broke the protocol: %s", why->text);
	send_error(e, 0, why, true);
	close_link(e);
}

void edge_hello(struct edge *e)
{
	struct msg m = {.kind = MSG_HELLO};
	struct msg_hello *h = &m.hello;

	h->protocol_min = h->protocol_max = WIRE_PROTOCOL;
	str_copy(h->program, sizeof(h->program), e->about.program);
	for (size_t i = 0; i < e->about.kind_count; i++)
		str_copy(h->module_kinds[i], sizeof(h->module_kinds[i]), e->about.kinds[i]);
	h->module_kind_count = e->about.kind_count;
	h->agent_version = e->agent.version;
	h->samples = e->about.samples;
	link_send(e->link, &m);
}

void edge_goodbye(struct edge *e, const char *reason)
{
	struct msg m = {.kind = MSG_GOODBYE};

	snprintf(m.goodbye.reason, sizeof(m.goodbye.reason), "%s", reason);
	edge_send(e, &m);
	close_link(e);
}

static void on_welcome(struct edge *e, const struct msg *m)
{
	const struct msg_welcome *w = &m->welcome;
	struct err why = ERR_INIT;

	if (e->open)
		err_set(&why, E_PROTOCOL, "a second welcome");
	else if (w->protocol != WIRE_PROTOCOL)
		err_set(&why, E_PROTOCOL, "welcome: protocol %u (spoken here: %d)", w->protocol, WIRE_PROTOCOL);
	else if (w->heartbeat_ms < EDGE_HEARTBEAT_MS_MIN || w->heartbeat_ms > EDGE_HEARTBEAT_MS_MAX)
		err_set(&why, E_PROTOCOL, "welcome: a heartbeat of %u ms (accepted: %d to %d)", w->heartbeat_ms,
		        EDGE_HEARTBEAT_MS_MIN, EDGE_HEARTBEAT_MS_MAX);
	if (why.code) {
		edge_break(e, &why);
		return;
	}
	e->open = true;
	e->heartbeat_ms = w->heartbeat_ms;
	e->ping_ms = e->heard_ms + w->heartbeat_ms;
	e->stats.sessions++;
	link_welcomed(e->link);
	log_line(LOG_INFO, edge_log_about(e, 0, 0), "welcomed by %s", w->cloud[0] ? w->cloud : e->link->peer);
	edge_work_ask(e, UINT64_MAX, 0);
}

static void on_ping(struct edge *e, const struct msg *m)
{
	struct msg pong = {.kind = MSG_PONG, .reply_to = m->seq};

	pong.pong = m->ping;
	edge_send(e, &pong);
}

static void on_pong(struct edge *e, const struct msg *m)
{
	(void)e;
	(void)m; /* any message is a sign of life */
}

static void on_error(struct edge *e, const struct msg *m)
{
	log_line(LOG_WARN, edge_log_about(e, 0, 0), "the cloud says %s: %s", m->error.code, m->error.text);
	if (m->error.fatal)
		close_link(e);
}

static void on_goodbye(struct edge *e, const struct msg *m)
{
	log_line(LOG_INFO, edge_log_about(e, 0, 0), "the cloud says goodbye: %s", m->goodbye.reason);
	if (m->goodbye.retry_after_ms > 0)
		e->env.hold(e->env.ctx, m->goodbye.retry_after_ms);
	close_link(e);
}

typedef void handler_fn(struct edge *e, const struct msg *m);

/* Who handles what the cloud may send. `early`: also before the Welcome. */
static const struct {
	handler_fn *handle;
	bool early;
} handlers[] = {
    [MSG_WELCOME] = {on_welcome, true},
    [MSG_ERROR] = {on_error, true},
    [MSG_GOODBYE] = {on_goodbye, true},
    [MSG_PING] = {on_ping, false},
    [MSG_PONG] = {on_pong, false},
    [MSG_SIGNAL_REQUEST] = {edge_on_signal_request, false},
    [MSG_OFFER] = {edge_on_offer, false},
    [MSG_CHOICE_RECORDED] = {edge_on_choice_recorded, false},
    [MSG_TASK] = {edge_on_task, false},
    [MSG_RECEIPT] = {edge_on_receipt, false},
    [MSG_DEPLOY] = {edge_on_deploy, false},
    [MSG_SERVICE_REPORT] = {NULL, false}, /* so that every kind is an index here */
};

static void on_message(void *ctx, struct link *l, const struct msg *m)
{
	struct edge *e = ctx;
	struct err why = ERR_INIT;
	handler_fn *handle = handlers[m->kind].handle;

	if (l != e->link || e->closing)
		return;
	e->heard_ms = e->env.now_ms(e->env.ctx);
	if (!e->open && !handlers[m->kind].early)
		err_set(&why, E_PROTOCOL, "%s before welcome", msg_name(m->kind));
	else if (transfers_takes(m->kind))
		(void)!transfers_on_message(e->transfers, m, &why);
	else if (handle)
		handle(e, m);
	else
		err_set(&why, E_PROTOCOL, "%s is not for an edge", msg_name(m->kind));
	if (why.code)
		edge_break(e, &why);
}

static void on_chunk(void *ctx, struct link *l, uint32_t transfer, uint64_t offset, const uint8_t *data,
                     size_t n)
{
	struct edge *e = ctx;
	struct err why = ERR_INIT;

	if (l != e->link || e->closing)
		return;
	e->heard_ms = e->env.now_ms(e->env.ctx);
	if (!e->open)
		err_set(&why, E_PROTOCOL, "a blob chunk before welcome");
	else if (transfers_on_chunk(e->transfers, transfer, offset, data, n, &why) == 0)
		return;
	edge_break(e, &why);
}

static void on_room(void *ctx, struct link *l)
{
	struct edge *e = ctx;

	if (l == e->link && e->open)
		transfers_on_room(e->transfers);
}

static void on_closed(void *ctx, struct link *l, const struct err *why)
{
	struct edge *e = ctx;

	if (l != e->link)
		return;
	/* Why a dial was refused is told by who dials, once for each cause. */
	log_line(e->open ? LOG_INFO : LOG_DEBUG, edge_log_about(e, 0, 0), "link closed: %s", why->text);
	e->stats.lost++;
	e->link = NULL;
	e->open = e->closing = false;
	transfers_free(e->transfers);
	e->transfers = NULL;
	edge_work_link_lost(e);
	edge_deploy_link_lost(e);
}

const struct link_events edge_link_events = {on_message, on_chunk, on_room, on_closed};

static void send_ping(struct edge *e)
{
	struct msg ping = {.kind = MSG_PING};
	struct msg report = {.kind = MSG_SERVICE_REPORT};

	ping.ping.nonce = ++e->pings;
	edge_send(e, &ping);
	if (e->pings % EDGE_REPORT_HEARTBEATS == 0 && e->env.service(e->env.ctx, &report.service_report))
		edge_send(e, &report);
}

int64_t edge_tick(struct edge *e, int64_t now_ms)
{
	int64_t dead_ms;

	if (!e->link || e->closing)
		return INT64_MAX;
	dead_ms = e->heard_ms + (e->open ? (int64_t)e->heartbeat_ms * WIRE_SILENCE_FACTOR : WIRE_HANDSHAKE_MS);
	if (now_ms >= dead_ms) {
		log_line(LOG_WARN, edge_log_about(e, 0, 0), "the cloud is silent for %" PRId64 " ms",
		         now_ms - e->heard_ms);
		close_link(e);
		return INT64_MAX;
	}
	if (!e->open)
		return dead_ms;
	if (now_ms >= e->ping_ms) {
		send_ping(e);
		e->ping_ms = now_ms + e->heartbeat_ms;
	}
	return e->ping_ms < dead_ms ? e->ping_ms : dead_ms;
}
