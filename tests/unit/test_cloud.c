/* Sessions of the cloud over scripted links: who is let in, what is answered, and when a link is closed. */
#include "cloud/core/cloud_internal.h"
#include "tests/support/cloud_rig.h"
#include "tests/support/suite.h"

START_TEST(hello_is_answered_by_welcome)
{
	struct cloud_end *x;

	cloud_rig_begin();
	x = cloud_rig_dial(0, "edge-1");
	ck_assert(!cloud_is_connected(cloud_rig.cloud, "edge-1"));
	cloud_rig_say(x, cloud_rig_hello(0));
	ck_assert_uint_eq(x->count, 1);
	ck_assert_int_eq(x->sent[0].kind, MSG_WELCOME);
	ck_assert_str_eq(x->sent[0].welcome.cloud, "cloud");
	ck_assert_uint_eq(x->sent[0].welcome.heartbeat_ms, 100);
	ck_assert_uint_eq(x->sent[0].reply_to, 1);
	ck_assert(x->welcomed);
	ck_assert(cloud_is_connected(cloud_rig.cloud, "edge-1"));
	cloud_rig_say(x, (struct msg){.kind = MSG_PING, .ping.nonce = 7});
	ck_assert_uint_eq(cloud_rig_last(x, MSG_PONG)->pong.nonce, 7);
	cloud_rig_gone(x);
	ck_assert_uint_eq(cloud_connected(cloud_rig.cloud), 0);
	cloud_tick(cloud_rig.cloud);
	cloud_rig_done();
}
END_TEST

START_TEST(who_may_not_join_is_told_why)
{
	struct msg old = cloud_rig_hello(0);
	struct cloud_end *x;

	cloud_rig_begin();
	ck_ok(cloud_allow(cloud_rig.cloud, "edge-1", false, &cloud_rig.e), &cloud_rig.e);
	x = cloud_rig_dial(0, "edge-1");
	cloud_rig_say(x, cloud_rig_hello(0));
	cloud_rig_is_refused(x, "auth", true);
	ck_ok(cloud_allow(cloud_rig.cloud, "edge-1", true, &cloud_rig.e), &cloud_rig.e);
	x = cloud_rig_join(1, "edge-1");
	ck_ok(cloud_allow(cloud_rig.cloud, "edge-1", false, &cloud_rig.e), &cloud_rig.e);
	ck_assert_str_eq(cloud_rig_last(x, MSG_ERROR)->error.code, "auth");
	ck_assert(x->closed);
	old.hello.protocol_min = old.hello.protocol_max = WIRE_PROTOCOL + 1;
	x = cloud_rig_dial(2, "edge-2");
	cloud_rig_say(x, old);
	cloud_rig_is_refused(x, "protocol", true);
	ck_fails(cloud_allow(cloud_rig.cloud, "no name", true, &cloud_rig.e), E_INVALID, &cloud_rig.e, "no name");
	cloud_rig_done();
}
END_TEST

START_TEST(only_listed_edges_join_without_open_enrolment)
{
	struct cloud_end *x;

	cloud_rig_begin();
	cloud_free(cloud_rig.cloud);
	cloud_rig.config.open_enrolment = false;
	cloud_rig_start();
	x = cloud_rig_dial(0, "edge-1");
	cloud_rig_say(x, cloud_rig_hello(0));
	cloud_rig_is_refused(x, "auth", true);
	ck_ok(cloud_allow(cloud_rig.cloud, "edge-2", true, &cloud_rig.e), &cloud_rig.e);
	cloud_rig_join(1, "edge-2");
	cloud_rig_done();
}
END_TEST

START_TEST(what_breaks_the_protocol_ends_the_link)
{
	static const enum msg_kind wrong[] = {MSG_WELCOME, MSG_OFFER, MSG_TASK, MSG_RECEIPT, MSG_DEPLOY};
	struct cloud_end *x;

	cloud_rig_begin();
	x = cloud_rig_dial(0, "edge-1");
	cloud_rig_say(x, (struct msg){.kind = MSG_PING});
	cloud_rig_is_refused(x, "protocol", true);
	cloud_rig_gone(x);
	x = cloud_rig_join(0, "edge-1");
	cloud_rig_say(x, cloud_rig_hello(0));
	cloud_rig_is_refused(x, "protocol", true);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		cloud_rig_gone(x);
		x = cloud_rig_join(0, "edge-1");
		cloud_rig_say(x, (struct msg){.kind = wrong[i]});
		cloud_rig_is_refused(x, "protocol", true);
	}
	cloud_rig_done();
}
END_TEST

START_TEST(what_does_not_fit_the_round_ends_nothing)
{
	struct cloud_end *x;

	cloud_rig_begin();
	x = cloud_rig_join(0, "edge-1");
	cloud_rig_say(x, (struct msg){.kind = MSG_CHOICE, .choice = {1, 1, 0}});
	cloud_rig_is_refused(x, "state", false);
	cloud_rig_say(x, (struct msg){.kind = MSG_UPDATE, .update.task = 65536});
	cloud_rig_is_refused(x, "state", false);
	cloud_rig_say(x, (struct msg){.kind = MSG_PING});
	cloud_rig_last(x, MSG_PONG);
	cloud_rig_done();
}
END_TEST

START_TEST(silence_ends_a_link)
{
	struct cloud_end *mute, *quiet, *lively;

	cloud_rig_begin();
	mute = cloud_rig_dial(0, "edge-1");
	quiet = cloud_rig_join(1, "edge-2");
	lively = cloud_rig_join(2, "edge-3");
	cloud_rig.now += 100 * WIRE_SILENCE_FACTOR;
	cloud_rig_say(lively, (struct msg){.kind = MSG_PING});
	cloud_tick(cloud_rig.cloud);
	ck_assert(!quiet->closed);
	cloud_rig.now += 1;
	cloud_tick(cloud_rig.cloud);
	ck_assert(quiet->closed);
	ck_assert(!lively->closed);
	ck_assert(!mute->closed);
	cloud_rig.now += WIRE_HANDSHAKE_MS;
	cloud_tick(cloud_rig.cloud);
	ck_assert(mute->closed);
	cloud_rig_done();
}
END_TEST

START_TEST(a_newer_connection_replaces_the_older)
{
	struct cloud_end *old, *new;

	cloud_rig_begin();
	old = cloud_rig_join(0, "edge-1");
	new = cloud_rig_dial(1, "edge-1");
	ck_assert(!old->closed); /* not before it has said Hello */
	cloud_rig_say(new, cloud_rig_hello(0));
	ck_assert(old->closed);
	ck_assert(!new->closed);
	cloud_rig_gone(old);
	ck_assert(cloud_is_connected(cloud_rig.cloud, "edge-1"));
	ck_assert_uint_eq(cloud_connected(cloud_rig.cloud), 1);
	cloud_rig_done();
}
END_TEST

START_TEST(an_edge_that_is_behind_gets_the_newest_agent)
{
	struct cloud_end *x;

	cloud_rig_begin();
	cloud_free(cloud_rig.cloud);
	cloud_rig_save_agent(3);
	cloud_rig_start();
	ck_assert_uint_eq(cloud_agent_version(cloud_rig.cloud), 3);
	x = cloud_rig_dial(0, "edge-1");
	cloud_rig_say(x, cloud_rig_hello(2));
	ck_assert_uint_eq(x->count, 2);
	ck_assert_uint_eq(cloud_rig_last(x, MSG_DEPLOY)->deploy.version, 3);
	ck_assert_uint_eq(cloud_rig_last(x, MSG_DEPLOY)->deploy.manifest_len, 6);
	cloud_rig_say(
	    x, (struct msg){.kind = MSG_DEPLOY_STATUS, .deploy_status = {.version = 3, .installed = true}});
	ck_assert_uint_eq(x->count, 2);
	x = cloud_rig_dial(1, "edge-2");
	cloud_rig_say(x, cloud_rig_hello(3));
	cloud_rig_last(x, MSG_WELCOME);
	cloud_rig_done();
}
END_TEST

START_TEST(asked_to_reconnect_edges_come_back)
{
	struct cloud_end *x;

	cloud_rig_begin();
	x = cloud_rig_join(0, "edge-1");
	cloud_reconnect(cloud_rig.cloud, 0);
	ck_assert_uint_eq(cloud_rig_last(x, MSG_GOODBYE)->goodbye.retry_after_ms, 0);
	ck_assert(x->closed);
	cloud_rig_join(1, "edge-1");
	cloud_rig_done();
}
END_TEST

START_TEST(draining_says_goodbye)
{
	struct cloud_end *x;

	cloud_rig_begin();
	x = cloud_rig_join(0, "edge-1");
	cloud_drain(cloud_rig.cloud, 1500);
	ck_assert_uint_eq(cloud_rig_last(x, MSG_GOODBYE)->goodbye.retry_after_ms, 1500);
	ck_assert(x->closed);
	x = cloud_rig_dial(1, "edge-2");
	cloud_rig_say(x, cloud_rig_hello(0));
	cloud_rig_is_refused(x, "unavailable", true);
	cloud_rig_done();
}
END_TEST

START_TEST(a_round_begins_when_enough_are_there)
{
	struct cloud_end *x, *y;

	cloud_rig_begin();
	cloud_free(cloud_rig.cloud);
	cloud_rig.config.edges_min = 2;
	cloud_rig_start();
	x = cloud_rig_join(0, "edge-1");
	cloud_tick(cloud_rig.cloud);
	ck_assert_ptr_null(cloud_round(cloud_rig.cloud));
	y = cloud_rig_join(1, "edge-2");
	cloud_tick(cloud_rig.cloud);
	ck_assert_ptr_nonnull(cloud_round(cloud_rig.cloud));
	ck_assert_uint_eq(cloud_rig_last(x, MSG_SIGNAL_REQUEST)->signal_request.round, 1);
	cloud_rig_last(y, MSG_SIGNAL_REQUEST);
	x = cloud_rig_join(2, "edge-3"); /* while signals are collected */
	cloud_rig_last(x, MSG_SIGNAL_REQUEST);
	ck_assert_uint_eq(cloud_round(cloud_rig.cloud)->seat_count, 3);
	cloud_rig_done();
}
END_TEST

static void restart_with(const struct round_module *modules, size_t count)
{
	cloud_abandon(cloud_rig.cloud);
	cloud_free(cloud_rig.cloud);
	cloud_rig.config.edges_min = 1;
	cloud_rig.config.rules.module = modules;
	cloud_rig.config.rules.module_count = count;
	cloud_rig_start();
}

static void ck_module(size_t m, const char *kind, uint32_t generation)
{
	const struct module_state *state = &cloud_round(cloud_rig.cloud)->module[m];

	ck_assert_str_eq(state->kind, kind);
	ck_assert_uint_eq(state->generation, generation);
	ck_assert(!digest_is_zero(&state->blob.digest));
}

/* The same table as the program's, whatever the one had that began the round. */
START_TEST(a_round_goes_on_with_the_kinds_of_this_program)
{
	static const struct round_module more[] = {
	    {"planning", false, -1}, {"perception", false, -1}, {"memory", true, -1}};
	struct module_state known = {.kind = "perception", .generation = 4, .metric = 0.5};

	cloud_rig_begin();
	known.blob = (struct blob_ref){digest_of("perception", 10), 10};
	ck_ok(store_begin(cloud_rig.store, &cloud_rig.e), &cloud_rig.e);
	ck_ok(store_save_module(cloud_rig.store, &known, &cloud_rig.e), &cloud_rig.e);
	ck_ok(store_commit(cloud_rig.store, &cloud_rig.e), &cloud_rig.e);
	restart_with(&more[1], 1);
	cloud_rig_join(0, "edge-1");
	cloud_tick(cloud_rig.cloud);
	ck_assert_uint_eq(cloud_round(cloud_rig.cloud)->module_count, 1);
	ck_module(0, "perception", 4);
	restart_with(more, 3);
	ck_assert_uint_eq(cloud_round(cloud_rig.cloud)->module_count, 3);
	ck_module(0, "planning", 0);
	ck_module(1, "perception", 4);
	ck_module(2, "memory", 0);
	restart_with(&more[2], 1);
	ck_assert_uint_eq(cloud_round(cloud_rig.cloud)->module_count, 1);
	ck_module(0, "memory", 0);
	cloud_rig_done();
}
END_TEST

/* Else a kind that comes with a new program, or back with an old one, would have lost its parameters. */
START_TEST(the_sweep_leaves_every_newest_module)
{
	struct module_state other = {.kind = "planning", .metric = 0.5};
	struct blob_ref gone;

	cloud_rig_begin();
	ck_ok(blobs_put(cloud_rig.blobs, "planning", 8, &other.blob, &cloud_rig.e), &cloud_rig.e);
	ck_ok(blobs_put(cloud_rig.blobs, "an update", 9, &gone, &cloud_rig.e), &cloud_rig.e);
	ck_ok(store_begin(cloud_rig.store, &cloud_rig.e), &cloud_rig.e);
	ck_ok(store_save_module(cloud_rig.store, &other, &cloud_rig.e), &cloud_rig.e);
	ck_ok(store_commit(cloud_rig.store, &cloud_rig.e), &cloud_rig.e);
	cloud_sweep(cloud_rig.cloud);
	ck_assert(blobs_has(cloud_rig.blobs, &other.blob.digest, NULL));
	ck_assert(!blobs_has(cloud_rig.blobs, &gone.digest, NULL));
	cloud_rig_done();
}
END_TEST

START_TEST(nothing_is_said_once_the_store_failed)
{
	struct cloud_end *x, *y;
	size_t before;

	cloud_rig_begin();
	x = cloud_rig_join(0, "edge-1");
	y = cloud_rig_dial(1, "edge-2");
	before = x->count;
	cloud_rig.commits_fail = true;
	cloud_rig_say(y, cloud_rig_hello(0));
	ck_assert_uint_eq(y->count, 0);
	ck_assert_int_eq(cloud_rig.fatals, 1);
	cloud_rig_say(x, (struct msg){.kind = MSG_PING});
	cloud_tick(cloud_rig.cloud);
	ck_assert_uint_eq(x->count, before);
	ck_assert_int_eq(cloud_rig.fatals, 1);
	cloud_rig_done();
}
END_TEST

SUITE("core/cloud", hello_is_answered_by_welcome, who_may_not_join_is_told_why,
      only_listed_edges_join_without_open_enrolment, what_breaks_the_protocol_ends_the_link,
      what_does_not_fit_the_round_ends_nothing, silence_ends_a_link, a_newer_connection_replaces_the_older,
      an_edge_that_is_behind_gets_the_newest_agent, asked_to_reconnect_edges_come_back, draining_says_goodbye,
      a_round_begins_when_enough_are_there, a_round_goes_on_with_the_kinds_of_this_program,
      the_sweep_leaves_every_newest_module, nothing_is_said_once_the_store_failed)
