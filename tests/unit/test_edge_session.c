#include <string.h>

#include "tests/support/edge_rig.h"
#include "tests/support/suite.h"

static struct rig r;

static struct msg welcome(uint32_t protocol, uint32_t heartbeat_ms)
{
	return (struct msg){.kind = MSG_WELCOME,
	                    .welcome = {.protocol = protocol, .cloud = "cloud", .heartbeat_ms = heartbeat_ms}};
}

static void expect_break(const char *part)
{
	const struct msg *m = rig_last(&r, MSG_ERROR);

	ck_assert(m->error.fatal);
	ck_assert_str_eq(m->error.code, "protocol");
	ck_assert_msg(strstr(m->error.text, part) != NULL, "'%s' does not say '%s'", m->error.text, part);
	ck_assert(rig_closed(&r));
	ck_assert(!edge_is_open(r.edge));
}

START_TEST(hello_comes_first_and_says_who_this_is)
{
	const struct msg_hello *h;

	rig_init(&r);
	rig_dial(&r);
	h = &rig_last(&r, MSG_HELLO)->hello;
	ck_assert_uint_eq(r.sent_count, 1);
	ck_assert_uint_eq(h->protocol_min, 1);
	ck_assert_uint_eq(h->protocol_max, 1);
	ck_assert_uint_eq(h->module_kind_count, 2);
	ck_assert_str_eq(h->module_kinds[1], "memory");
	ck_assert_uint_eq(h->samples, 600);
	ck_assert(!edge_is_open(r.edge));
	rig_say(&r, welcome(1, 100));
	ck_assert(edge_is_open(r.edge));
	rig_release(&r);
}
END_TEST

START_TEST(nothing_but_welcome_opens_a_session)
{
	const enum msg_kind early[] = {MSG_PING,    MSG_SIGNAL_REQUEST, MSG_OFFER,   MSG_TASK,
	                               MSG_RECEIPT, MSG_DEPLOY,         MSG_BLOB_GET};

	rig_init(&r);
	for (size_t i = 0; i < ARRAY_LEN(early); i++) {
		rig_dial(&r);
		rig_say(&r, (struct msg){.kind = early[i]});
		expect_break("before welcome");
	}
	rig_dial(&r);
	rig_chunk(&r, 1, 0, "x", 1);
	expect_break("before welcome");
	rig_release(&r);
}
END_TEST

START_TEST(a_wrong_welcome_is_refused)
{
	rig_init(&r);
	rig_dial(&r);
	rig_say(&r, welcome(2, 100));
	expect_break("protocol 2");
	rig_dial(&r);
	rig_say(&r, welcome(1, 0));
	expect_break("heartbeat of 0 ms");
	rig_connect(&r);
	rig_say(&r, welcome(1, 100));
	expect_break("second welcome");
	rig_release(&r);
}
END_TEST

START_TEST(messages_that_only_edges_send_are_refused)
{
	const enum msg_kind wrong[] = {MSG_HELLO,  MSG_SIGNAL,        MSG_CHOICE,
	                               MSG_UPDATE, MSG_DEPLOY_STATUS, MSG_SERVICE_REPORT};

	rig_init(&r);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		rig_connect(&r);
		rig_say(&r, (struct msg){.kind = wrong[i]});
		expect_break("not for an edge");
	}
	rig_release(&r);
}
END_TEST

START_TEST(nothing_is_heard_on_a_link_that_was_closed)
{
	rig_init(&r);
	rig_connect(&r);
	rig_say(&r, (struct msg){.kind = MSG_HELLO});
	rig_forget(&r);
	rig_say(&r, rig_offer(1, 1));
	ck_assert_uint_eq(r.sent_count, 0);
	ck_assert_uint_eq(r.saves, 0);
	ck_assert_int_eq(edge_tick(r.edge, r.now_ms), INT64_MAX);
	rig_release(&r);
}
END_TEST

START_TEST(heartbeats_go_out_and_pings_are_answered)
{
	const struct msg *m;

	rig_init(&r);
	r.used = true;
	rig_connect(&r);
	for (int beat = 1; beat <= 5; beat++) {
		ck_assert_int_eq(edge_tick(r.edge, r.now_ms), r.now_ms + 100);
		r.now_ms += 100;
		(void)edge_tick(r.edge, r.now_ms);
		ck_assert_uint_eq(rig_count(&r, MSG_PING), (size_t)beat);
		ck_assert_uint_eq(rig_count(&r, MSG_SERVICE_REPORT), beat == 5);
		rig_say(&r, (struct msg){.kind = MSG_PONG});
	}
	rig_say(&r, (struct msg){.kind = MSG_PING, .ping = {.nonce = 99}});
	m = rig_last(&r, MSG_PONG);
	ck_assert_uint_eq(m->pong.nonce, 99);
	ck_assert_uint_eq(m->reply_to, r.seq);
	rig_release(&r);
}
END_TEST

START_TEST(an_unused_agent_is_not_reported)
{
	rig_init(&r);
	rig_connect(&r);
	for (int beat = 1; beat <= 5; beat++) {
		r.now_ms += 100;
		(void)edge_tick(r.edge, r.now_ms);
		rig_say(&r, (struct msg){.kind = MSG_PONG});
	}
	ck_assert_uint_eq(r.reports, 1);
	ck_assert_uint_eq(rig_count(&r, MSG_SERVICE_REPORT), 0);
	rig_release(&r);
}
END_TEST

START_TEST(a_silent_cloud_is_gone)
{
	rig_init(&r);
	rig_connect(&r);
	r.now_ms += 399;
	(void)edge_tick(r.edge, r.now_ms);
	ck_assert(!rig_closed(&r));
	r.now_ms += 1;
	ck_assert_int_eq(edge_tick(r.edge, r.now_ms), INT64_MAX);
	ck_assert(rig_closed(&r));
	rig_cut(&r);
	ck_assert_int_eq(edge_tick(r.edge, r.now_ms), INT64_MAX);
	ck_assert_uint_eq(edge_get_stats(r.edge).lost, 1);

	rig_dial(&r); /* a cloud that never welcomes */
	ck_assert_int_eq(edge_tick(r.edge, r.now_ms), r.now_ms + WIRE_HANDSHAKE_MS);
	r.now_ms += WIRE_HANDSHAKE_MS;
	(void)edge_tick(r.edge, r.now_ms);
	ck_assert(rig_closed(&r));
	rig_release(&r);
}
END_TEST

START_TEST(goodbye_and_fatal_errors_end_the_link)
{
	rig_init(&r);
	rig_dial(&r); /* a full cloud says goodbye before any welcome */
	rig_say(&r, (struct msg){.kind = MSG_GOODBYE, .goodbye = {.reason = "full", .retry_after_ms = 5000}});
	ck_assert_uint_eq(r.held_ms, 5000);
	ck_assert(rig_closed(&r));
	rig_connect(&r);
	rig_say(&r, (struct msg){.kind = MSG_ERROR, .error = {.code = "state", .text = "late"}});
	ck_assert(!rig_closed(&r));
	rig_say(&r, (struct msg){.kind = MSG_ERROR, .error = {.code = "auth", .text = "who?", .fatal = true}});
	ck_assert(rig_closed(&r));
	rig_connect(&r);
	edge_goodbye(r.edge, "shutting down");
	ck_assert_str_eq(rig_last(&r, MSG_GOODBYE)->goodbye.reason, "shutting down");
	ck_assert(rig_closed(&r));
	rig_release(&r);
}
END_TEST

START_TEST(a_new_link_replaces_the_old_one)
{
	rig_init(&r);
	rig_connect(&r);
	rig_connect(&r);
	ck_assert_uint_eq(edge_get_stats(r.edge).sessions, 2);
	rig_say(&r, rig_signal_request(1, 1));
	(void)rig_last(&r, MSG_SIGNAL);
	rig_release(&r);
}
END_TEST

SUITE("edge/core/session", hello_comes_first_and_says_who_this_is, nothing_but_welcome_opens_a_session,
      a_wrong_welcome_is_refused, messages_that_only_edges_send_are_refused,
      nothing_is_heard_on_a_link_that_was_closed, heartbeats_go_out_and_pings_are_answered,
      an_unused_agent_is_not_reported, a_silent_cloud_is_gone, goodbye_and_fatal_errors_end_the_link,
      a_new_link_replaces_the_old_one)
