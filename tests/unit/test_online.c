/* Learning on the job, in place: what is remembered, what replaces what, and what a restart finds. */
#include "cloud/work/online.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/policy/learned.h"
#include "cloud/policy/learner_file.h"
#include "cloud/policy/monotone.h"
#include "cloud/policy/shelf.h"
#include "cloud/work/held_out.h"
#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/contract/choice.h"
#include "tests/support/contracts.h"
#include "tests/support/learners.h"
#include "tests/support/suite.h"

static const char *file(const char *name)
{
	static char text[16][400];
	static int at;

	at = (at + 1) % 16;
	snprintf(text[at], sizeof(text[at]), "%s/%s", suite_tmp(), name);
	return text[at];
}

/* A small checkpoint after some updates of many; a wild one unlearns at every further update. */
static const char *ship(int updates, double rate)
{
	struct learner *l;
	struct err e = ERR_INIT;

	ck_ok(dir_remove(file("kept"), &e), &e); /* a new test */
	l = small_learner(2, updates);
	ck_ok(learner_save(l, file("trained"), false, &e), &e);
	learner_free(l);
	if (rate > 0) { /* the same weights with another rate from here on */
		struct buf b = BUF_INIT;
		uint8_t *at;

		ck_ok(file_read(file("trained"), 1 << 26, &b, &e), &e);
		at = memmem(b.data, b.len, "\\\"actor_rate\\\":0.001", 19);
		ck_assert(at != NULL);
		memcpy(at, "\\\"actor_rate\\\":0.999", 19);
		ck_ok(file_write(file("trained"), b.data, b.len, 0600, &e), &e);
		buf_release(&b);
	}
	return file("trained");
}

static struct online *start(const char *shipped, int64_t updates, struct metrics *m)
{
	struct instance in = small_market();
	const struct online_options o = {.folder = file("kept"),
	                                 .shipped = shipped,
	                                 .market = &in,
	                                 .samples = 4,
	                                 .updates = updates,
	                                 .ms = 60000,
	                                 .metrics = m};
	struct online *online = NULL;
	struct err e = ERR_INIT;

	ck_ok(online_new(&o, &online, &e), &e);
	return online;
}

static uint64_t updates_in_use(struct online *o)
{
	uint64_t n = learned_updates(online_borrow(o));

	online_return(o);
	return n;
}

static struct experience experience(uint64_t round)
{
	struct experience x = {.round = round, .seen = small_market(), .next = small_market()};
	struct err e = ERR_INIT;

	ck_ok(monotone_solve(&x.seen, &x.menu, &e), &e);
	x.profit = menu_realised_profit(&x.menu, &x.seen);
	return x;
}

static void end_round(struct online *o, uint64_t round)
{
	struct experience x = experience(round);

	online_learn.begun(o);
	online_learn.ended(o, &x);
}

/* People are told the same, and of every try what it had to beat. */
static void ck_told(struct online *o, const struct online_report *r)
{
	struct learn_told t;
	uint64_t accepted = 0;

	online_learn.told(o, &t);
	ck_assert(t.learns);
	ck_assert_uint_eq(t.updates, r->updates);
	ck_assert_uint_eq(t.remembered, r->remembered);
	ck_assert_double_eq(t.ratio, r->ratio);
	ck_assert_uint_eq(t.step_count, r->accepted + r->refused);
	for (size_t i = 0; i < t.step_count; i++) {
		const struct learn_step *x = &t.step[i];

		ck_assert(x->accepted == (x->ratio >= x->before));
		ck_assert(i == 0 ||
		          x->before == (t.step[i - 1].accepted ? t.step[i - 1].ratio : t.step[i - 1].before));
		accepted += x->accepted;
	}
	ck_assert_uint_eq(accepted, r->accepted);
}

START_TEST(rounds_are_learned_from_and_a_restart_goes_on)
{
	char *shipped = mem_strdup(ship(40, 0));
	struct metrics *m = metrics_new();
	struct online *o = start(shipped, 40, m);
	struct online_report r;
	uint64_t in_use;

	ck_assert_uint_eq(updates_in_use(o), 40);
	for (uint64_t i = 1; i <= 12; i++)
		end_round(o, i);
	r = online_report(o);
	ck_assert_uint_eq(r.updates, 480);
	ck_assert_uint_eq(r.remembered, 12);
	ck_told(o, &r);
	ck_assert_uint_eq(r.accepted + r.refused, 12);
	ck_assert_uint_gt(r.accepted, 0);
	ck_assert(r.ratio > 0.3 && r.ratio <= 1 + 1e-9);
	in_use = updates_in_use(o);
	ck_assert_uint_gt(in_use, 40);
	ck_assert_double_eq(metric_value(metrics_counter(m, "foedus_policy_updates_total", NULL, "")), 480);
	ck_assert_double_eq(metric_value(metrics_gauge(m, "foedus_policy_held_out_ratio", NULL, "")), r.ratio);
	online_free(o);
	o = start(shipped, 10, NULL);
	ck_assert_uint_eq(updates_in_use(o), in_use);
	online_learn.recall(
	    o, &(struct experience){.seen = {.terms.types = 3}}); /* of another market: passed over */
	for (uint64_t i = 1; i <= 3; i++) {
		struct experience x = experience(i);

		online_learn.recall(o, &x);
	}
	ck_assert_uint_eq(online_report(o).updates, 0);
	online_learn.ended(o, NULL);
	ck_assert_uint_eq(online_report(o).updates, 10);
	ck_assert_uint_eq(online_report(o).remembered, 3);
	online_free(o);
	metrics_free(m);
	free(shipped);
}
END_TEST

static double ratio_of(const char *checkpoint)
{
	struct instance in = small_market();
	struct held_out h;
	struct policy p;
	struct err e = ERR_INIT;
	atomic_bool stop = false;
	double ratio;

	held_out_init(&h, &in, ONLINE_HELD_OUT);
	ck_assert(held_out_solve(&h, &stop));
	ck_ok(shelf_open(checkpoint, &in, 4, &p, &e), &e);
	ratio = held_out_ratio(&h, &p);
	policy_release(&p);
	held_out_release(&h);
	return ratio;
}

START_TEST(what_is_worse_is_refused)
{
	char shipped[400];
	struct online *o;
	struct online_report r;
	double before;

	snprintf(shipped, sizeof(shipped), "%s", ship(300, 0.999));
	before = ratio_of(shipped);
	o = start(shipped, 5, NULL);
	for (uint64_t i = 1; i <= 20; i++) /* past the point where learning starts again */
		end_round(o, i);
	r = online_report(o);
	ck_assert_uint_gt(r.refused, 8);
	ck_assert_double_ge(r.ratio, before);
	if (r.accepted > 0) { /* a wild step may hit */
		ck_assert_double_eq(ratio_of(file("kept/edmsac-k2.safetensors")), r.ratio);
	} else {
		ck_assert(!file_exists(file("kept")));
		ck_assert_double_eq(r.ratio, before);
	}
	online_free(o);
}
END_TEST

START_TEST(learning_can_be_switched_off)
{
	struct online *o = start(ship(5, 0), 0, NULL);

	end_round(o, 1);
	ck_assert_uint_eq(online_report(o).updates, 0);
	online_free(o);
}
END_TEST

START_TEST(a_broken_file_gives_way_to_the_shipped_one)
{
	char *shipped = mem_strdup(ship(40, 0));
	struct online *o = start(shipped, 40, NULL);
	struct instance in = small_market();
	struct err e = ERR_INIT;
	char path[SHELF_PATH_MAX];
	struct online_options broken = {
	    .folder = file("kept"), .market = &in, .samples = 1, .updates = 1, .ms = 1};

	for (uint64_t i = 1; i <= 12; i++)
		end_round(o, i);
	ck_assert_uint_gt(online_report(o).accepted, 0);
	online_free(o);
	ck_ok(shelf_path(file("kept"), &in, path, &e), &e);
	ck_ok(file_write(path, "junk", 4, 0600, &e), &e);
	o = start(shipped, 40, NULL);
	ck_assert_uint_eq(updates_in_use(o), 40);
	for (uint64_t i = 1; i <= 12; i++)
		end_round(o, i);
	online_free(o);
	o = start(shipped, 40, NULL); /* and is overwritten by the next replacement */
	ck_assert_uint_gt(updates_in_use(o), 40);
	online_free(o);
	ck_ok(file_write(path, "junk", 4, 0600, &e), &e);
	ck_fails(online_new(&broken, &o, &e), E_NOT_FOUND, &e, "no usable checkpoint");
	ck_ok(file_write(shipped, "junk", 4, 0600, &e), &e);
	broken.shipped = shipped;
	ck_fails(online_new(&broken, &o, &e), E_CORRUPT, &e, "trained");
	free(shipped);
}
END_TEST

START_TEST(held_out_problems_are_the_same_for_all)
{
	struct instance in = small_market();
	struct held_out a, b;
	atomic_bool stop = true;
	const struct policy monotone = {.ops = &policy_monotone};

	held_out_init(&a, &in, 3);
	held_out_init(&b, &in, 3);
	ck_assert_mem_eq(a.in, b.in, 3 * sizeof(*a.in));
	for (int i = 0; i < 2; i++)
		ck_assert(!held_out_solve(&a, &stop));
	ck_assert(held_out_solve(&a, &stop));
	stop = false;
	ck_assert(held_out_solve(&b, &stop));
	ck_assert_double_eq(held_out_ratio(&a, &monotone), held_out_ratio(&b, &monotone));
	ck_assert(held_out_ratio(&a, &monotone) > 0.99 && held_out_ratio(&a, &monotone) <= 1 + 1e-6);
	held_out_release(&a);
	held_out_release(&b);
}
END_TEST

SUITE("work/online", rounds_are_learned_from_and_a_restart_goes_on, what_is_worse_is_refused,
      learning_can_be_switched_off, a_broken_file_gives_way_to_the_shipped_one,
      held_out_problems_are_the_same_for_all)
