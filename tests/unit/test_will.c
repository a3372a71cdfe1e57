#include "edge/will/will.h"

#include <math.h>
#include <string.h>

#include "cloud/policy/instances.h"
#include "tests/support/suite.h"

static struct instance market(int types)
{
	struct instance in;
	struct rng r;

	rng_seed(&r, suite_seed(), 81);
	instance_draw(&r, types, PARTICIPATION_INTERTEMPORAL, &in);
	return in;
}

START_TEST(the_chain_follows_prior_and_transition)
{
	enum { EDGES = 4000 };
	struct instance in = market(3);
	double first[3] = {0}, moved[3][3] = {{0}};

	for (int i = 0; i < EDGES; i++) {
		struct will w;
		char name[24];
		int a, b;

		snprintf(name, sizeof(name), "edge-%d", i);
		will_init(&w, WILL_MARKOV, suite_seed(), name);
		a = will_type(&w, &in.terms, in.prior, 1, 1);
		b = will_type(&w, &in.terms, in.prior, 1, 2);
		first[a] += 1;
		moved[a][b] += 1;
	}
	for (int k = 0; k < 3; k++) {
		ck_assert_double_eq_tol(first[k] / EDGES, in.prior[k], 0.04);
		for (int l = 0; l < 3; l++)
			ck_assert_double_eq_tol(moved[k][l] / first[k], in.terms.transition[k][l], 0.07);
	}
}
END_TEST

START_TEST(a_restart_finds_the_same_edge)
{
	struct instance in = market(5);
	struct telemetry a, b;
	struct will w, again;

	will_init(&w, WILL_MARKOV, 7, "edge-1");
	for (uint64_t round = 1; round < 50; round++) {
		for (uint32_t period = 1; period <= 2; period++) {
			int type = will_type(&w, &in.terms, in.prior, round, period);

			will_telemetry(&w, &in.terms, in.prior, round, period, &a);
			will_init(&again, WILL_MARKOV, 7, "edge-1");
			will_telemetry(&again, &in.terms, in.prior, round, period, &b);
			ck_assert_int_eq(will_type(&again, &in.terms, in.prior, round, period), type);
			ck_assert_mem_eq(&a, &b, sizeof(a));
		}
	}
}
END_TEST

START_TEST(edges_and_seeds_differ)
{
	struct instance in = market(5);
	int same_name = 0, same_seed = 0;

	for (uint64_t round = 1; round <= 200; round++) {
		struct will a, b, c;

		will_init(&a, WILL_MARKOV, 7, "edge-1");
		will_init(&b, WILL_MARKOV, 8, "edge-1");
		will_init(&c, WILL_MARKOV, 7, "edge-2");
		same_name +=
		    will_type(&a, &in.terms, in.prior, round, 1) == will_type(&b, &in.terms, in.prior, round, 1);
		same_seed +=
		    will_type(&a, &in.terms, in.prior, round, 1) == will_type(&c, &in.terms, in.prior, round, 1);
	}
	ck_assert_int_lt(same_name, 140);
	ck_assert_int_lt(same_seed, 140);
}
END_TEST

START_TEST(any_round_number_is_answered_at_once)
{
	struct instance in = market(10);
	struct telemetry x;
	struct will w;
	int type;

	will_init(&w, WILL_MARKOV, 7, "edge-1");
	type = will_type(&w, &in.terms, in.prior, UINT64_MAX, 2);
	ck_assert(type >= 0 && type < 10);
	type = will_type(&w, &in.terms, in.prior, 0, 1);
	ck_assert(type >= 0 && type < 10);
	will_telemetry(&w, &in.terms, in.prior, UINT64_MAX, 1, &x);
	ck_assert(telemetry_is_sound(&x));
}
END_TEST

/* By type: mean and variance of each field over many periods. */
START_TEST(telemetry_goes_with_the_type_and_overlaps)
{
	enum { EDGES = 300, K = 3 };
	struct instance in = market(K);
	double n[K] = {0}, sum[K] = {0}, squares[K] = {0}, price[K] = {0}, queue[K] = {0}, samples[K] = {0};

	for (int i = 0; i < EDGES; i++) {
		struct will_readings known = will_no_readings();
		struct will w;
		char name[24];

		snprintf(name, sizeof(name), "edge-%d", i);
		will_init(&w, WILL_MARKOV, suite_seed(), name);
		known.samples = 5000;
		will_read(&w, &known);
		for (uint64_t round = 1; round <= 10; round++) {
			int k = will_type(&w, &in.terms, in.prior, round, 1);
			struct telemetry x;

			will_telemetry(&w, &in.terms, in.prior, round, 1, &x);
			ck_assert(telemetry_is_sound(&x));
			n[k] += 1;
			sum[k] += x.cpu_free;
			squares[k] += x.cpu_free * x.cpu_free;
			price[k] += x.energy_price;
			queue[k] += x.queue_length;
			samples[k] += x.samples;
		}
	}
	for (int k = 0; k + 1 < K; k++) {
		double spread = sqrt(squares[k] / n[k] - pow(sum[k] / n[k], 2));
		double apart = sum[k + 1] / n[k + 1] - sum[k] / n[k];

		ck_assert_double_gt(apart, 0.05);
		ck_assert_double_lt(apart, 2 * spread);
		ck_assert_double_lt(price[k + 1] / n[k + 1], price[k] / n[k]);
		ck_assert_double_lt(queue[k + 1] / n[k + 1], queue[k] / n[k]);
		ck_assert_double_gt(samples[k + 1] / n[k + 1], samples[k] / n[k]);
	}
	ck_assert(samples[0] / n[0] > 3000 && samples[K - 1] / n[K - 1] < 6000);
}
END_TEST

START_TEST(spare_capacity_maps_to_the_grid)
{
	struct will_readings r = will_no_readings();
	struct terms t = {.types = 3, .theta = {1, 1.5, 3}};

	ck_assert_double_eq(will_spare(&r), 0.5);
	r.cpu_free = 1;
	ck_assert_double_eq_tol(will_spare(&r), 1, 1e-15);
	r.battery = 0.25;
	r.on_mains = false;
	ck_assert_double_eq_tol(will_spare(&r), (0.5 + 0.2 * 0.25) / 0.7, 1e-15);
	r.on_mains = true;
	ck_assert_double_eq_tol(will_spare(&r), 1, 1e-15);
	r.price = 0.4;
	r.price_low = 0.1;
	r.price_high = 0.4;
	ck_assert_double_eq_tol(will_spare(&r), 0.7, 1e-15);
	r.price_high = r.price_low;
	ck_assert_double_eq_tol(will_spare(&r), 1, 1e-15);
	r.cpu_free = -5;
	ck_assert_double_ge(will_spare(&r), 0);

	ck_assert_int_eq(will_nearest(&t, 0), 0);
	ck_assert_int_eq(will_nearest(&t, 0.3), 1);
	ck_assert_int_eq(will_nearest(&t, 0.7), 2);
	ck_assert_int_eq(will_nearest(&t, 9), 2);
	ck_assert_int_eq(will_nearest(&t, -9), 0);
}
END_TEST

START_TEST(load_mode_follows_the_machine_but_not_exactly)
{
	struct will_readings r = will_no_readings();
	struct instance in = market(5);
	struct telemetry x;
	struct will w;
	double busy = 0, idle = 0;
	int seen = 0;

	will_init(&w, WILL_LOAD, 7, "edge-1");
	for (uint64_t round = 1; round <= 200; round++) {
		r.cpu_free = 0.1;
		will_read(&w, &r);
		busy += will_type(&w, &in.terms, in.prior, round, 1);
		r.cpu_free = 0.9;
		will_read(&w, &r);
		idle += will_type(&w, &in.terms, in.prior, round, 1);
		will_telemetry(&w, &in.terms, in.prior, round, 1, &x);
		ck_assert(telemetry_is_sound(&x));
		seen |= 1 << will_type(&w, &in.terms, in.prior, round, 1);
		ck_assert_int_eq(will_type(&w, &in.terms, in.prior, round, 1),
		                 will_type(&w, &in.terms, in.prior, round, 1));
	}
	ck_assert_double_gt(idle / 200, busy / 200 + 1);
	ck_assert_int_ne(seen & (seen - 1), 0);
}
END_TEST

START_TEST(sources_have_names)
{
	enum will_source s = WILL_MARKOV;
	struct err e = ERR_INIT;

	ck_ok(will_source_parse("load", &s, &e), &e);
	ck_assert_int_eq(s, WILL_LOAD);
	ck_ok(will_source_parse("markov", &s, &e), &e);
	ck_assert_int_eq(s, WILL_MARKOV);
	ck_fails(will_source_parse("mood", &s, &e), E_INVALID, &e, "'mood' is not one of markov, load");
}
END_TEST

SUITE("will/will", the_chain_follows_prior_and_transition, a_restart_finds_the_same_edge,
      edges_and_seeds_differ, any_round_number_is_answered_at_once, telemetry_goes_with_the_type_and_overlaps,
      spare_capacity_maps_to_the_grid, load_mode_follows_the_machine_but_not_exactly, sources_have_names)
