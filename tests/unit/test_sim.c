/* The simulator itself: what it draws is decided by the seed, its links keep the rules of net/link.h until a
 * fault is drawn, and a whole federation runs. */
#include <stdio.h>
#include <string.h>

#include "common/base/log.h"
#include "sim/net.h"
#include "sim/world.h"
#include "tests/support/suite.h"

#define GOT_MAX 256

static struct sim_net *net;

struct end {
	struct link *link;
	uint64_t got[GOT_MAX]; /* nonces of pings */
	size_t count, closed;
};

static struct end cloud, edge;

static void on_message(void *ctx, struct link *l, const struct msg *m)
{
	struct end *e = ctx;

	(void)l;
	ck_assert_uint_lt(e->count, GOT_MAX);
	e->got[e->count++] = m->ping.nonce;
}

static void on_chunk(void *ctx, struct link *l, uint32_t transfer, uint64_t offset, const uint8_t *data,
                     size_t n)
{
	(void)ctx, (void)l, (void)transfer, (void)offset, (void)data, (void)n;
}

static void on_room(void *ctx, struct link *l)
{
	(void)ctx, (void)l;
}

static void on_closed(void *ctx, struct link *l, const struct err *why)
{
	struct end *e = ctx;

	(void)l, (void)why;
	e->closed++;
}

static const struct link_events events = {on_message, on_chunk, on_room, on_closed};

static void take(void *ctx, struct link *l)
{
	struct end *e = ctx;

	if (l) {
		l->on = &events;
		l->ctx = e;
	}
	e->link = l;
}

static void dial(const struct sim_faults *faults)
{
	struct sim_dial d = {.owner = 1,
	                     .edge = "edge-1",
	                     .accepted = take,
	                     .cloud_ctx = &cloud,
	                     .connected = take,
	                     .edge_ctx = &edge,
	                     .reachable = true};

	net = sim_net_new(suite_seed(), faults);
	cloud = edge = (struct end){0};
	sim_dial(net, &d);
	ck_assert_ptr_nonnull(edge.link);
	ck_assert_str_eq(cloud.link->peer, "edge-1");
}

static void say(uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i <= to; i++) {
		struct msg m = {.kind = MSG_PING, .ping.nonce = i};

		link_send(edge.link, &m);
	}
}

static void run(int64_t ms)
{
	while (sim_step(net, sim_now(net) + ms))
		continue;
}

START_TEST(messages_arrive_in_order)
{
	dial(&(struct sim_faults){.latency_max_ms = 50});
	say(1, 100);
	ck_assert_uint_eq(cloud.count, 0); /* never inside a call */
	run(1000);
	ck_assert_uint_eq(cloud.count, 100);
	for (size_t i = 0; i < 100; i++)
		ck_assert_uint_eq(cloud.got[i], i + 1);
	link_close(edge.link);
	say(101, 101);
	run(1000);
	ck_assert_uint_eq(cloud.count, 100);
	ck_assert_uint_eq(edge.closed, 1);
	ck_assert_uint_eq(cloud.closed, 1);
	sim_net_free(net);
}
END_TEST

START_TEST(faults_lose_double_and_overtake)
{
	size_t back = 0;

	dial(&(struct sim_faults){
	    .latency_max_ms = 50, .lose = 0.1, .duplicate = 0.3, .overtake = 0.5, .calm_ms = 1000000});
	say(1, 100);
	run(1000);
	for (size_t i = 1; i < cloud.count; i++)
		back += cloud.got[i] < cloud.got[i - 1];
	ck_assert_uint_gt(back, 0);
	ck_assert_uint_ne(cloud.count, 100);
	sim_net_free(net);
}
END_TEST

START_TEST(a_partition_swallows_until_it_ends)
{
	dial(&(struct sim_faults){.latency_max_ms = 5});
	sim_partition(net, 1, 500);
	say(1, 3);
	run(100);
	ck_assert_uint_eq(cloud.count, 0);
	ck_assert_uint_eq(cloud.closed, 0);
	sim_after(net, 1000, 2, (sim_event_fn *)NULL, NULL, 0);
	sim_forget(net, 2); /* an event that only lets time pass */
	while (sim_step(net, 2000))
		continue;
	say(4, 4);
	run(100);
	ck_assert_uint_eq(cloud.count, 1);
	ck_assert_uint_eq(cloud.got[0], 4);
	sim_net_free(net);
}
END_TEST

START_TEST(a_cut_is_noticed_by_both_ends_once)
{
	dial(&(struct sim_faults){.latency_max_ms = 20});
	say(1, 1);
	sim_cut(net, 1);
	sim_cut(net, 1);
	run(5000);
	ck_assert_uint_eq(cloud.count, 0);
	ck_assert_uint_eq(cloud.closed, 1);
	ck_assert_uint_eq(edge.closed, 1);
	sim_net_free(net);
}
END_TEST

static int deaths;

static void died(void *ctx, int owner)
{
	(void)ctx;
	ck_assert_int_eq(owner, 1);
	deaths++;
}

static void talk_and_die(void *ctx, uint64_t arg)
{
	(void)ctx;
	sim_doom(net, 1, (unsigned)arg);
	ck_assert(!sim_is_mute(net, 1));
	say(1, 5);
	ck_assert(sim_is_mute(net, 1));
	ck_assert_int_eq(deaths, 0);
}

START_TEST(a_doomed_process_says_only_so_much)
{
	dial(&(struct sim_faults){.latency_max_ms = 20});
	deaths = 0;
	sim_on_death(net, died, NULL);
	sim_after(net, 1, 1, talk_and_die, NULL, 2);
	run(1000);
	ck_assert_int_eq(deaths, 1);
	ck_assert_uint_eq(cloud.count, 2);
	ck_assert(!sim_is_doomed(net, 1));
	sim_net_free(net);
}
END_TEST

static struct sim_outcome play(uint64_t seed)
{
	char folder[512];
	struct sim_config c = {.seed = seed, .edges = 3, .rounds = 1, .folder = folder};
	struct sim_outcome out = {0};
	struct err e = ERR_INIT;
	static int runs;

	snprintf(folder, sizeof(folder), "%s/%d", suite_tmp(), runs++);
	log_setup("test_sim", LOG_ERROR, LOG_TEXT);
	ck_ok(sim_run(&c, &out, &e), &e);
	return out;
}

START_TEST(the_seed_decides_everything)
{
	struct sim_outcome a = play(3), b = play(3), other = play(4);

	ck_assert_uint_eq(a.trace, b.trace);
	ck_assert_uint_eq(a.payments, b.payments);
	ck_assert_int_eq(a.virtual_ms, b.virtual_ms);
	ck_assert_uint_ne(a.trace, other.trace);
	ck_assert_uint_gt(a.rounds_done, 0);
	ck_assert_uint_gt(a.payments, 0);
	ck_assert_uint_gt(a.cloud_crashes + a.edge_crashes, 0);
}
END_TEST

/* Liars are drawn, one edge in twelve; sim_run() fails should one of them be accepted or paid. */
START_TEST(liars_are_rejected)
{
	uint64_t rejected = 0;

	for (uint64_t seed = 1; seed <= 12 && rejected == 0; seed++)
		rejected += play(seed).rejected;
	ck_assert_uint_gt(rejected, 0);
}
END_TEST

SUITE("sim", messages_arrive_in_order, faults_lose_double_and_overtake, a_partition_swallows_until_it_ends,
      a_cut_is_noticed_by_both_ends_once, a_doomed_process_says_only_so_much, the_seed_decides_everything,
      liars_are_rejected)
