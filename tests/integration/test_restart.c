/* kill -9 in the middle of a round: what was acknowledged is kept, nothing is paid twice, the round goes on.
 */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "tests/support/farm.h"
#include "tests/support/suite.h"

#define EDGES 2
/* Enough work for a kill to come in the middle of it. */
#ifdef __SANITIZE_ADDRESS__
#define SAMPLES 300
#else
#define SAMPLES 1500
#endif
#define PATIENCE 200000

static struct farm *f;

static void begin(int rounds)
{
	f = farm_new((struct farm_options){.rounds = rounds, .edges_min = EDGES, .samples_per_effort = SAMPLES});
	farm_start_cloud(f);
	for (int k = 0; k < EDGES; k++)
		farm_start_edge(f, k);
}

static double number(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(o, key));
}

/* Every task is in the ledger at most once; the sums of ledger and rounds agree. */
static void ck_paid_once(void)
{
	json_t *ledger = farm_get(f, "/api/v1/ledger"), *walk = farm_get(f, "/api/v1/ledger/verify");
	json_t *answer = farm_get(f, "/api/v1/rounds");
	const json_t *items = json_object_get(ledger, "items"), *a, *b;
	double paid = 0;
	size_t i, k;

	ck_assert(json_is_true(json_object_get(walk, "verified")));
	json_decref(walk);
	ck_assert_uint_gt(json_array_size(items), 0);
	json_array_foreach (items, i, a)
		json_array_foreach (items, k, b)
			ck_assert(i == k || number(a, "task") != number(b, "task"));
	json_array_foreach (json_object_get(answer, "items"), i, a)
		paid += number(a, "paid");
	ck_assert_double_eq_tol(number(ledger, "paid_total"), paid, 1e-6);
	json_decref(answer);
	json_decref(ledger);
}

/* Seats of the last round whose tasks were all accepted. */
static size_t paid_seats(void)
{
	json_t *answer = farm_get(f, "/api/v1/rounds/latest");
	const json_t *seat, *task;
	size_t n = 0, i, k;

	json_array_foreach (json_object_get(answer, "seats"), i, seat) {
		bool all = json_array_size(json_object_get(seat, "tasks")) > 0;

		json_array_foreach (json_object_get(seat, "tasks"), k, task)
			all = all && strcmp(json_string_value(json_object_get(task, "state")), "accepted") == 0;
		n += all;
	}
	json_decref(answer);
	return n;
}

START_TEST(the_cloud_is_killed_in_each_phase_it_can_be_seen_in)
{
	static const char *const phases[] = {"train1", "train2", "derive"};

	begin(1);
	for (size_t i = 0; i < ARRAY_LEN(phases); i++) {
		/* the last phases are short: being past one is as good */
		if (i < 2)
			farm_wait_phase(f, phases[i], PATIENCE);
		else
			usleep(300000);
		farm_kill(&f->process[0]);
		farm_start_cloud(f);
	}
	farm_wait_rounds(f, 1, PATIENCE);
	ck_paid_once();
	ck_assert_uint_eq(paid_seats(), EDGES);
	farm_free(f);
}
END_TEST

START_TEST(the_cloud_is_killed_again_and_again)
{
	static const useconds_t pauses_us[] = {150000, 400000, 50000, 700000, 250000, 900000};

	begin(2);
	for (size_t i = 0; i < ARRAY_LEN(pauses_us); i++) {
		usleep(pauses_us[i]);
		farm_kill(&f->process[0]);
		farm_start_cloud(f);
	}
	farm_wait_rounds(f, 2, PATIENCE);
	ck_paid_once();
	farm_free(f);
}
END_TEST

START_TEST(an_edge_is_killed_while_it_trains)
{
	begin(1);
	farm_wait_phase(f, "train1", PATIENCE);
	farm_kill(&f->process[1]);
	farm_start_edge(f, 0);
	farm_wait_phase(f, "train2", PATIENCE);
	farm_kill(&f->process[2]);
	farm_start_edge(f, 1);
	farm_wait_rounds(f, 1, PATIENCE);
	ck_paid_once();
	ck_assert_uint_eq(paid_seats(), EDGES);
	farm_free(f);
}
END_TEST

START_TEST(a_restarted_edge_serves_its_agent_without_the_cloud)
{
	json_t *edges;

	begin(1);
	farm_wait_rounds(f, 1, PATIENCE);
	farm_kill(&f->process[1]);
	farm_kill(&f->process[0]);
	farm_start_edge(f, 0);
	ck_assert_int_gt(farm_serve_port(f, 0), 0);
	farm_start_cloud(f);
	farm_wait_connected(f, EDGES, PATIENCE);
	edges = farm_get(f, "/api/v1/edges");
	ck_assert_double_eq(number(json_array_get(json_object_get(edges, "items"), 0), "agent_version"), 1);
	json_decref(edges);
	farm_free(f);
}
END_TEST

SUITE_TIMEOUT("kill and restart", 400, the_cloud_is_killed_in_each_phase_it_can_be_seen_in,
              the_cloud_is_killed_again_and_again, an_edge_is_killed_while_it_trains,
              a_restarted_edge_serves_its_agent_without_the_cloud)
