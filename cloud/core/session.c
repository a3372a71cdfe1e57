/* One edge's connection, from Hello to the end.
 *
 *   accepted -> (Hello: allowed? versions?) -> Welcome -> open: what the round is owed, blobs, pings ->
 * closed
 *
 * A second connection of the same edge replaces the first: the edge knows best which one it uses. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/core/cloud_internal.h"
#include "common/base/log.h"
#include "common/base/mem.h"
#include "common/base/str.h"

/* Two edges with one certificate would otherwise throw each other out several times a second. */
#define REPLACED_RETRY_MS 30000

struct log_about session_about(const struct session *s)
{
	return (struct log_about){.round = s->cloud->running ? s->cloud->round.id : 0,
	                          .edge = s->link ? s->link->peer : NULL};
}

struct session *session_of(const struct cloud *c, const char *edge)
{
	for (struct session *s = c->sessions; s; s = s->next)
		if (s->open && s->link && strcmp(s->link->peer, edge) == 0)
			return s;
	return NULL;
}

void session_error(struct session *s, const struct err *why, bool fatal, uint64_t reply_to)
{
	struct msg m = {.kind = MSG_ERROR, .reply_to = reply_to};

	log_line(LOG_WARN, session_about(s), "%s%s", why->text, fatal ? "; closing" : "");
	str_copy(m.error.code, sizeof(m.error.code), err_name(why->code));
	snprintf(m.error.text, sizeof(m.error.text), "%s", why->text);
	m.error.fatal = fatal;
	link_send(s->link, &m);
	if (fatal)
		link_close(s->link);
}

static int admit(struct session *s, const struct msg_hello *h, struct err *e)
{
	struct cloud *c = s->cloud;
	struct edge_record *r = cloud_edge(c, s->link->peer);

	if (h->protocol_min > WIRE_PROTOCOL || h->protocol_max < WIRE_PROTOCOL)
		return err_set(e, E_PROTOCOL, "this edge speaks protocol %u to %u, this cloud speaks %d",
		               h->protocol_min, h->protocol_max, WIRE_PROTOCOL);
	if (c->control.stopping)
		return err_set(e, E_UNAVAILABLE, "the cloud is stopping");
	if (r && (r->revoked || !r->allowed))
		return err_set(e, E_AUTH, "edge %s may not join (%s)", s->link->peer,
		               r->revoked ? "revoked" : "not allowed");
	if (!r && !c->config.open_enrolment)
		return err_set(e, E_AUTH, "edge %s is not on the allow-list", s->link->peer);
	if (!r) {
		r = cloud_add_edge(c, s->link->peer);
		r->allowed = true;
	}
	r->last_seen_ms = cloud_now(c);
	r->agent_version = h->agent_version;
	return cloud_save_edge(c, r) ? err_set(e, E_IO, "the cloud's store failed") : 0;
}

static void replace_older(struct session *s)
{
	struct session *old = session_of(s->cloud, s->link->peer);
	struct msg m = {.kind = MSG_GOODBYE};

	if (!old)
		return;
	str_copy(m.goodbye.reason, sizeof(m.goodbye.reason),
	         "another connection with this edge's certificate replaces this one");
	m.goodbye.retry_after_ms = REPLACED_RETRY_MS;
	link_send(old->link, &m);
	old->open = false;
	log_line(LOG_INFO, session_about(s), "a new connection with its certificate replaces the one there was");
	link_close(old->link);
}

static void welcome(struct session *s, uint64_t reply_to)
{
	struct msg m = {.kind = MSG_WELCOME, .reply_to = reply_to};
	struct cloud *c = s->cloud;

	m.welcome.protocol = WIRE_PROTOCOL;
	memcpy(m.welcome.cloud, c->config.name, sizeof(m.welcome.cloud));
	m.welcome.heartbeat_ms = c->config.heartbeat_ms;
	m.welcome.blob_window = WIRE_BLOB_WINDOW;
	m.welcome.agent_version = c->agent.version;
	link_send(s->link, &m);
}

static bool deploy_is_due_by_round(const struct cloud *c, const char *edge)
{
	const struct seat *seat = c->running ? round_seat(&c->round, edge) : NULL;

	return seat && seat->deploy == DEPLOY_SENT;
}

static int on_hello(struct session *s, const struct msg *m, struct err *e)
{
	struct cloud *c = s->cloud;
	struct actions a = {0};
	int rc;

	if (s->open)
		return err_set(e, E_PROTOCOL, "a second Hello on one connection");
	rc = admit(s, &m->hello, e);
	if (rc)
		return rc;
	replace_older(s);
	s->open = true;
	s->edge = (size_t)(cloud_edge(c, s->link->peer) - c->edge);
	s->agent_version = m->hello.agent_version;
	link_welcomed(s->link);
	welcome(s, m->seq);
	log_line(LOG_INFO, session_about(s), "joined (%s)", m->hello.program);
	cloud_tell_edge(c, s->link->peer);
	if (s->agent_version < c->agent.version && !deploy_is_due_by_round(c, s->link->peer))
		session_deploy(s, &(struct msg){.deploy.deadline_ms = (uint64_t)c->config.rules.deploy_ms});
	if (c->round.id) {
		round_join(&c->round, s->link->peer, &a);
		cloud_apply(c, &a);
	}
	return 0;
}

static int on_deploy_status(struct session *s, const struct msg_deploy_status *m, struct actions *a)
{
	struct cloud *c = s->cloud;
	struct edge_record *r = cloud_edge(c, s->link->peer);

	if (m->installed) {
		s->agent_version = m->version;
		r->agent_version = m->version;
		if (cloud_save_edge(c, r))
			return 0;
		cloud_tell_edge(c, r->edge);
	} else {
		log_line(LOG_WARN, session_about(s), "refused agent version %" PRIu64 ": %s", m->version, m->reason);
	}
	if (!c->running || !round_seat(&c->round, s->link->peer))
		return 0;
	return round_deployed(&c->round, &c->config.rules, s->link->peer, m, cloud_now(c), a, NULL);
}

static int on_signal(struct session *s, const struct msg_signal *m, struct actions *a, struct err *e)
{
	struct cloud *c = s->cloud;
	const struct seat *seat = round_seat(&c->round, s->link->peer);
	bool known = seat && m->period >= 1 && m->period <= PERIODS && seat->signalled[m->period - 1];
	int rc = round_signal(&c->round, &c->config.rules, s->link->peer, m, cloud_now(c), a, e);

	if (!rc && !known)
		cloud_believe_signal(c, s->link->peer, &m->telemetry);
	return rc;
}

static int on_choice(struct session *s, const struct msg_choice *m, struct actions *a, struct err *e)
{
	struct cloud *c = s->cloud;
	const struct seat *seat = round_seat(&c->round, s->link->peer);
	bool known = seat && m->period >= 1 && m->period <= PERIODS && seat->item[m->period - 1] != ITEM_NONE;
	int rc = round_choice(&c->round, &c->config.rules, s->link->peer, m, cloud_now(c), a, e);

	if (!rc && !known)
		cloud_believe_choice(c, seat, (int)m->period - 1);
	return rc;
}

/* An edge that misses the receipt of work in an earlier round sends the Update again. */
static int on_old_update(struct session *s, const struct msg_update *m, struct err *e)
{
	struct cloud *c = s->cloud;
	struct task t;
	int rc = store_load_task(c->store, m->task, &t, e);

	if (rc == E_IO || rc == E_CORRUPT) {
		cloud_die(c, e);
		return rc;
	}
	if (rc || strcmp(t.edge, s->link->peer) != 0)
		return err_set(e, E_STATE, "update of task %" PRIu64 ", which edge %s does not have", m->task,
		               s->link->peer);
	session_receipt(s, &t);
	return 0;
}

/* A message about a round; errors here are told to the edge and break nothing. */
static int on_round_message(struct session *s, const struct msg *m, struct err *e)
{
	struct cloud *c = s->cloud;
	struct actions a = {0};
	int rc;

	if (m->kind == MSG_DEPLOY_STATUS)
		rc = on_deploy_status(s, &m->deploy_status, &a);
	else if (m->kind == MSG_UPDATE && (!c->running || round_of_task(m->update.task) != c->round.id))
		rc = on_old_update(s, &m->update, e);
	else if (!c->running)
		rc = err_set(e, E_STATE, "%s, but no round is under way", msg_name(m->kind));
	else if (m->kind == MSG_SIGNAL)
		rc = on_signal(s, &m->signal, &a, e);
	else if (m->kind == MSG_CHOICE)
		rc = on_choice(s, &m->choice, &a, e);
	else
		rc = round_update(&c->round, s->link->peer, &m->update, &a, e);
	cloud_apply(c, &a);
	return rc;
}

static void pong(struct session *s, const struct msg *m)
{
	struct msg answer = {.kind = MSG_PONG, .reply_to = m->seq, .pong = m->ping};

	link_send(s->link, &answer);
}

/* Errors that end the connection; others are answered and the session goes on. */
static bool is_fatal(int rc)
{
	return rc == E_PROTOCOL || rc == E_AUTH || rc == E_UNAVAILABLE || rc == E_IO;
}

static int dispatch(struct session *s, const struct msg *m, struct err *e)
{
	if (m->kind == MSG_HELLO)
		return on_hello(s, m, e);
	if (!s->open)
		return err_set(e, E_PROTOCOL, "%s before Hello", msg_name(m->kind));
	if (transfers_takes(m->kind))
		return transfers_on_message(s->transfers, m, e) ? E_PROTOCOL : 0;
	switch (m->kind) {
	case MSG_SIGNAL:
	case MSG_CHOICE:
	case MSG_UPDATE:
	case MSG_DEPLOY_STATUS:
		return on_round_message(s, m, e);
	case MSG_PING:
		pong(s, m);
		return 0;
	case MSG_PONG:
	case MSG_SERVICE_REPORT:
		return 0;
	case MSG_ERROR:
		log_line(LOG_WARN, session_about(s), "says: %s (%s)", m->error.text, m->error.code);
		return 0;
	case MSG_GOODBYE:
		link_close(s->link);
		return 0;
	default:
		return err_set(e, E_PROTOCOL, "%s from an edge (only a cloud sends it)", msg_name(m->kind));
	}
}

static void on_message(void *ctx, struct link *l, const struct msg *m)
{
	struct session *s = ctx;
	struct err e = ERR_INIT;
	int rc;

	if (s->cloud->dead)
		return;
	s->heard_ms = cloud_now(s->cloud);
	rc = dispatch(s, m, &e);
	if (rc < 0 && s->link == l && !s->cloud->dead) {
		e.code = rc;
		session_error(s, &e, is_fatal(rc), m->seq);
	}
}

static void on_chunk(void *ctx, struct link *l, uint32_t transfer, uint64_t offset, const uint8_t *data,
                     size_t n)
{
	struct session *s = ctx;
	struct err e = ERR_INIT;

	(void)l;
	if (s->cloud->dead)
		return;
	s->heard_ms = cloud_now(s->cloud);
	if (!s->open)
		err_set(&e, E_PROTOCOL, "a chunk before Hello");
	else if (transfers_on_chunk(s->transfers, transfer, offset, data, n, &e) == 0)
		return;
	session_error(s, &e, true, 0);
}

static void on_room(void *ctx, struct link *l)
{
	struct session *s = ctx;

	(void)l;
	transfers_on_room(s->transfers);
}

static void on_closed(void *ctx, struct link *l, const struct err *why)
{
	struct session *s = ctx;

	bool was_open = s->open;

	if (was_open)
		log_line(LOG_INFO, session_about(s), "left: %s", why->text);
	s->open = false;
	if (was_open && !s->cloud->dead) {
		struct edge_record *r = cloud_edge(s->cloud, l->peer);

		r->last_seen_ms = s->heard_ms;
		if (cloud_save_edge(s->cloud, r) == 0) /* a failure ends the cloud, and says so */
			cloud_tell_edge(s->cloud, r->edge);
	}
	transfers_free(s->transfers);
	s->transfers = NULL;
	s->link = NULL; /* cloud_tick() drops the session */
}

static const struct link_events events = {on_message, on_chunk, on_room, on_closed};

void cloud_accept(struct cloud *c, struct link *l)
{
	struct session *s = mem_zalloc(sizeof(*s));

	s->cloud = c;
	s->link = l;
	s->opened_ms = s->heard_ms = cloud_now(c);
	s->transfers = session_transfers(s);
	s->next = c->sessions;
	c->sessions = s;
	l->on = &events;
	l->ctx = s;
}

void session_tick(struct session *s, int64_t now_ms)
{
	int64_t silence = (int64_t)s->cloud->config.heartbeat_ms * WIRE_SILENCE_FACTOR;

	if (!s->link)
		return;
	if (!s->open && now_ms - s->opened_ms > WIRE_HANDSHAKE_MS)
		link_close(s->link);
	else if (s->open && now_ms - s->heard_ms > silence) {
		log_line(LOG_WARN, session_about(s), "silent for %" PRId64 " ms", now_ms - s->heard_ms);
		link_close(s->link);
	}
}

void session_free(struct session *s)
{
	transfers_free(s->transfers);
	free(s);
}
