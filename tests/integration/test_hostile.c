/* Peers with good certificates and bad manners. Each gets an error or is cut off; the cloud goes on and stays
 * small. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/rng.h"
#include "common/base/str.h"
#include "common/wire/frame.h"
#include "tests/support/farm.h"
#include "tests/support/suite.h"

#define CLOSE_MS (4 * WIRE_HANDSHAKE_MS)
#define WAIT_MS  30000
/* That the cloud may grow by, whatever peers do. A sanitizer keeps freed memory for a while: 256 MB of it. */
#ifdef __SANITIZE_ADDRESS__
#define ROOM_KB (400L * 1024)
#else
#define ROOM_KB (48L * 1024)
#endif
#define IDLE_MANY 100

static struct farm *f;
static long rss_before;

static void begin(int edges_min)
{
	/* as long as we may wait for each of its answers */
	f = farm_new(
	    (struct farm_options){.edges_min = edges_min, .cloud = {"--signal-ms=60000", "--choice-ms=60000"}});
	farm_start_cloud(f);
	rss_before = farm_rss_kb(&f->process[0]);
}

/* The cloud lives, welcomes a good peer at once, and has not grown. */
static void end(void)
{
	struct raw_identity who = farm_identity(f, "edge-8");
	struct raw r;
	struct err e = ERR_INIT;

	ck_ok(process_check(&f->process[0], &e), &e);
	ck_ok(raw_connect(&r, f->listen, &who, &e), &e);
	ck_ok(raw_join(&r, &e), &e);
	raw_close(&r);
	ck_assert_int_lt(farm_rss_kb(&f->process[0]) - rss_before, ROOM_KB);
	ck_assert_int_eq(farm_stop(&f->process[0]), 0);
	farm_free(f);
}

static struct raw connect_as(const char *name, bool join)
{
	struct raw_identity who = farm_identity(f, name);
	struct err e = ERR_INIT;
	struct raw r;

	ck_ok(raw_connect(&r, f->listen, &who, &e), &e);
	if (join)
		ck_ok(raw_join(&r, &e), &e);
	return r;
}

/* The cloud closes, with this code in its last Error ("" = no matter). */
static void ck_cut_off(struct raw *r, const char *want)
{
	char code[WIRE_NAME_MAX + 1];
	struct err e = ERR_INIT;
	int rc = raw_wait_closed(r, CLOSE_MS, code, &e);

	ck_assert_msg(rc != E_TIMEOUT, "the cloud does not close");
	if (*want)
		ck_assert_str_eq(code, want);
	raw_close(r);
}

START_TEST(bytes_that_are_no_frame)
{
	static const char http[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
	uint8_t noise[4096];
	struct rng rng;
	struct raw r;

	begin(5);
	r = connect_as("edge-1", false);
	raw_bytes(&r, http, sizeof(http) - 1);
	ck_cut_off(&r, "");
	rng_seed(&rng, suite_seed(), 1);
	for (int i = 0; i < 20; i++) {
		for (size_t k = 0; k < sizeof(noise); k++)
			noise[k] = (uint8_t)rng_u64(&rng);
		r = connect_as("edge-1", i % 2);
		raw_bytes(&r, noise, sizeof(noise));
		ck_cut_off(&r, "");
	}
	end();
}
END_TEST

START_TEST(lengths_above_the_limit)
{
	uint8_t header[FRAME_HEADER];
	struct raw r;

	begin(5);
	frame_envelope_header(header, WIRE_FRAME_UNAUTH_MAX + 1);
	r = connect_as("edge-1", false);
	raw_bytes(&r, header, sizeof(header));
	ck_cut_off(&r, "");
	memset(header + 4, 0xff, 4);
	r = connect_as("edge-1", false);
	raw_bytes(&r, header, sizeof(header));
	ck_cut_off(&r, "");
	r = connect_as("edge-1", true);
	raw_bytes(&r, header, sizeof(header));
	ck_cut_off(&r, "");
	end();
}
END_TEST

START_TEST(chunks_nobody_asked_for)
{
	uint8_t frame[FRAME_CHUNK_HEADER + 1000] = {0};
	struct raw r;

	begin(5);
	frame_chunk_header(frame, 1, 0, 1000);
	r = connect_as("edge-1", false);
	raw_bytes(&r, frame, sizeof(frame));
	ck_cut_off(&r, "");
	r = connect_as("edge-1", true);
	raw_bytes(&r, frame, sizeof(frame));
	raw_close(&r);
	end();
}
END_TEST

START_TEST(messages_out_of_turn)
{
	struct msg choice = {.kind = MSG_CHOICE, .choice = {.round = 1, .period = 1}};
	struct msg task = {.kind = MSG_WELCOME,
	                   .welcome = {.protocol = 1, .heartbeat_ms = 1000, .blob_window = 1}};
	struct raw r;

	begin(5);
	r = connect_as("edge-1", false);
	ck_assert(raw_send(&r, &choice));
	ck_cut_off(&r, "protocol"); /* before Hello */
	r = connect_as("edge-1", true);
	ck_assert(raw_hello(&r));
	ck_cut_off(&r, "protocol"); /* a second Hello */
	r = connect_as("edge-1", true);
	str_copy(task.welcome.cloud, sizeof(task.welcome.cloud), "me");
	ck_assert(raw_send(&r, &task));
	ck_cut_off(&r, "protocol"); /* what only a cloud sends */
	end();
}
END_TEST

/* Waits for an Error about our last message; the session must go on. */
static void ck_told(struct raw *r, const char *code)
{
	uint64_t ours = r->seq;
	struct err e = ERR_INIT;
	struct msg m;
	int rc = raw_until(r, MSG_ERROR, &m, WAIT_MS, &e);

	ck_assert_msg(rc == 1, "no error message: %s", e.text);
	ck_assert_str_eq(m.error.code, code);
	ck_assert(!m.error.fatal);
	ck_assert_uint_eq(m.reply_to, ours);
	msg_release(&m);
}

static void ck_alive(struct raw *r)
{
	struct msg ping = {.kind = MSG_PING, .ping = {.nonce = 4711}}, m;
	struct err e = ERR_INIT;

	ck_assert(raw_send(r, &ping));
	do /* those of pings before it come first */
		ck_assert_msg(raw_until(r, MSG_PONG, &m, WAIT_MS, &e) == 1, "no Pong: %s", e.text);
	while (m.pong.nonce != ping.ping.nonce);
}

START_TEST(a_contract_by_hand_with_every_wrong_answer)
{
	struct msg signal = {.kind = MSG_SIGNAL, .signal = {.round = 1, .period = 1}};
	struct msg choice = {.kind = MSG_CHOICE, .choice = {.round = 1, .period = 1, .item = 7}};
	struct msg update = {.kind = MSG_UPDATE}, m;
	struct err e = ERR_INIT;
	struct raw r;

	begin(1);
	r = connect_as("edge-1", true);
	ck_assert_int_eq(raw_until(&r, MSG_SIGNAL_REQUEST, &m, WAIT_MS, &e), 1);
	ck_assert_uint_eq(m.signal_request.round, 1);
	msg_release(&m);
	choice.choice.item = 0;
	ck_assert(raw_send(&r, &choice));
	ck_told(&r, "state"); /* a choice before any offer */
	signal.signal.period = 2;
	signal.signal.telemetry.cpu_free = 0.5;
	ck_assert(raw_send(&r, &signal));
	ck_told(&r, "state"); /* the first period is on */
	signal.signal.period = 1;
	ck_assert(raw_send(&r, &signal));
	ck_assert_int_eq(raw_until(&r, MSG_OFFER, &m, WAIT_MS, &e), 1);
	ck_assert_int_ge(m.offer.menu.types, 2);
	msg_release(&m);
	choice.choice.item = 7; /* of three */
	ck_assert(raw_send(&r, &choice));
	ck_told(&r, "invalid");
	choice.choice.item = 0;
	ck_assert(raw_send(&r, &choice));
	ck_assert_int_eq(raw_until(&r, MSG_CHOICE_RECORDED, &m, WAIT_MS, &e), 1);
	ck_assert_int_eq(m.choice_recorded.item, 0);
	msg_release(&m);
	choice.choice.item = 1;
	ck_assert(raw_send(&r, &choice));
	ck_told(&r, "state"); /* the recorded one binds */
	update.update.task = 12345;
	str_copy(update.update.result[0].kind, sizeof(update.update.result[0].kind), "perception");
	update.update.result[0].blob = (struct blob_ref){.digest = digest_of("x", 1), .size = 1};
	update.update.result_count = 1;
	ck_assert(raw_send(&r, &update));
	ck_told(&r, "state"); /* a task it does not have */
	ck_alive(&r);
	raw_close(&r);
	end();
}
END_TEST

START_TEST(peers_that_never_finish)
{
	const uint8_t half[] = {'F', 'D', FRAME_VERSION};
	struct raw silent, slow, deaf;
	struct err e = ERR_INIT;
	int64_t began;

	begin(5);
	ck_ok(raw_connect_tcp(&deaf, f->listen, &e), &e); /* no handshake at all */
	silent = connect_as("edge-1", false);             /* no Hello */
	slow = connect_as("edge-2", false);
	raw_bytes(&slow, half, sizeof(half));
	began = clock_mono_ms();
	ck_cut_off(&silent, "");
	ck_cut_off(&slow, "");
	ck_assert_int_lt(clock_mono_ms() - began, CLOSE_MS);
	raw_close(&deaf);
	end();
}
END_TEST

START_TEST(a_joined_peer_that_falls_silent_is_dropped)
{
	struct raw r;

	f = farm_new((struct farm_options){.edges_min = 5, .cloud = {"--heartbeat-ms=500"}});
	farm_start_cloud(f);
	rss_before = farm_rss_kb(&f->process[0]);
	r = connect_as("edge-1", true);
	ck_cut_off(&r, "");
	farm_wait_connected(f, 0, WAIT_MS);
	end();
}
END_TEST

START_TEST(many_idle_connections_cost_little)
{
	static struct raw idle[IDLE_MANY];
	struct err e = ERR_INIT;

	begin(5);
	for (int i = 0; i < IDLE_MANY; i++)
		ck_ok(raw_connect_tcp(&idle[i], f->listen, &e), &e);
	ck_assert_int_lt(farm_rss_kb(&f->process[0]) - rss_before, ROOM_KB);
	for (int i = 0; i < IDLE_MANY; i++)
		raw_close(&idle[i]);
	end();
}
END_TEST

START_TEST(a_peer_that_does_not_read_is_cut_off)
{
	struct msg ping = {.kind = MSG_PING};
	int64_t until = clock_mono_ms() + 150000;
	struct raw r;

	begin(5);
	r = connect_as("edge-1", true);
	alarm(200);
	while (raw_send(&r, &ping) && clock_mono_ms() < until)
		ping.ping.nonce++;
	ck_assert_int_lt(clock_mono_ms(), until);
	ck_assert_int_lt(farm_rss_kb(&f->process[0]) - rss_before, ROOM_KB);
	raw_close(&r);
	end();
}
END_TEST

START_TEST(a_hostile_peer_delays_nobody)
{
	struct raw r;
	uint8_t header[FRAME_HEADER];

	/* the peer has a seat, so each phase waits for it, but no longer than its deadline */
	f = farm_new(
	    (struct farm_options){.edges_min = 2,
	                          .rounds = 1,
	                          .cloud = {"--signal-ms=1500", "--deploy-ms=2000", "--heartbeat-ms=500"}});
	farm_start_cloud(f);
	rss_before = farm_rss_kb(&f->process[0]);
	frame_envelope_header(header, WIRE_FRAME_MAX); /* announced, never sent */
	r = connect_as("edge-7", true);
	raw_bytes(&r, header, sizeof(header));
	farm_start_edge(f, 0);
	farm_start_edge(f, 1);
	farm_wait_rounds(f, 1, 200000);
	raw_close(&r);
	farm_free(f);
}
END_TEST

SUITE_TIMEOUT("hostile peers", 400, bytes_that_are_no_frame, lengths_above_the_limit, chunks_nobody_asked_for,
              messages_out_of_turn, a_contract_by_hand_with_every_wrong_answer, peers_that_never_finish,
              a_joined_peer_that_falls_silent_is_dropped, many_idle_connections_cost_little,
              a_peer_that_does_not_read_is_cut_off, a_hostile_peer_delays_nobody)
