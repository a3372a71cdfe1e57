/* Learning, and checkpoints that go on bit for bit. Small networks: the suite must stay fast. */
#include "cloud/policy/learner_file.h"

#include <string.h>

#include "cloud/policy/instances.h"
#include "cloud/policy/learned.h"
#include "cloud/policy/monotone.h"
#include "common/base/file.h"
#include "common/contract/feasible.h"
#include "tests/support/suite.h"

static struct learner_spec small(const char *algorithm)
{
	struct learner_spec s;
	struct err e = ERR_INIT;

	ck_ok(learner_defaults(algorithm, &s, &e), &e);
	s.env.types = 2;
	s.hidden = 16;
	s.steps = 3;
	s.batch = 32;
	s.envs = 8;
	s.replay = 600;
	s.updates = 60;
	return s;
}

static struct learner *start(const struct learner_spec *s)
{
	struct learner *l = NULL;
	struct err e = ERR_INIT;

	ck_ok(learner_new(s, &l, &e), &e);
	return l;
}

static struct learner_report run(struct learner *l, int updates)
{
	struct learner_report r = {0};
	struct err e = ERR_INIT;

	for (int i = 0; i < updates; i++)
		ck_ok(learner_update(l, &r, &e), &e);
	return r;
}

static const char *path(const char *name)
{
	static char text[4][300];
	static int at;

	at = (at + 1) % 4;
	snprintf(text[at], sizeof(text[at]), "%s/%s", suite_tmp(), name);
	return text[at];
}

static void save(const struct learner *l, const char *to, bool with_replay, struct buf *bytes)
{
	struct err e = ERR_INIT;

	ck_ok(learner_save(l, to, with_replay, &e), &e);
	ck_ok(file_read(to, 1 << 26, bytes, &e), &e);
}

static void assert_same(const struct buf *a, const struct buf *b)
{
	ck_assert_uint_eq(a->len, b->len);
	ck_assert_mem_eq(a->data, b->data, a->len);
}

/* Straight through, and stopped after `half` updates and resumed: the same file. */
static void check_resume(const struct learner_spec *s, int half)
{
	struct learner *straight = start(s), *first = start(s), *second = NULL;
	struct buf a = BUF_INIT, b = BUF_INIT, unused = BUF_INIT;
	struct err e = ERR_INIT;

	run(straight, (int)s->updates);
	run(first, half);
	save(first, path("half"), true, &unused);
	ck_ok(learner_load(path("half"), &second, &e), &e);
	run(second, (int)s->updates - half);
	save(straight, path("straight"), true, &a);
	save(second, path("second"), true, &b);
	assert_same(&a, &b);
	learner_free(straight);
	learner_free(first);
	learner_free(second);
	buf_release(&a);
	buf_release(&b);
	buf_release(&unused);
}

START_TEST(resumes_bit_for_bit)
{
	struct learner_spec s = small("edmsac");

	s.env.endogenous = s.env.observed = true;
	check_resume(&s, 10); /* before, */
	check_resume(&s, 25); /* while, */
	check_resume(&s, 45); /* and after its actor is pruned */
	s = small("sac");
	s.env.direct = true;
	check_resume(&s, 7);
	s = small("edmsac");
	s.env.direct = s.clean = s.sight = s.model = true;
	check_resume(&s, 25);
	check_resume(&s, 45);
	s = small("dmsac");
	s.temperature = 0.01;
	check_resume(&s, 9);
	s = small("ppo");
	s.updates = 6;
	s.env.endogenous = true;
	check_resume(&s, 3);
}
END_TEST

START_TEST(seeds_decide)
{
	struct learner_spec s = small("edmsac"), other = s;
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct learner *one = start(&s), *two;

	other.seed = 2;
	two = start(&other);
	run(one, 3);
	run(two, 3);
	ck_assert_float_ne(learner_actor_params(one)[0], learner_actor_params(two)[0]);
	learner_free(two);
	two = start(&s);
	run(two, 3);
	save(one, path("one"), false, &a);
	save(two, path("two"), false, &b);
	assert_same(&a, &b);
	learner_free(one);
	learner_free(two);
	buf_release(&a);
	buf_release(&b);
}
END_TEST

/* Trains twice from the same seed and leaves the second run's bytes in `out`. */
static void twice(const struct learner_spec *s, struct buf *out)
{
	struct buf a = BUF_INIT;

	for (int i = 0; i < 2; i++) {
		struct learner *l = start(s);

		run(l, 40);
		save(l, path("threads"), true, i ? out : &a);
		learner_free(l);
	}
	assert_same(&a, out);
	buf_release(&a);
}

START_TEST(equal_threads_learn_the_same)
{
	struct learner_spec s = small("edmsac");
	struct buf one = BUF_INIT, three = BUF_INIT;

	s.env.endogenous = true;
	s.temperature = 0.01;
	twice(&s, &one);
	s.threads = 3;
	twice(&s, &three);
	ck_assert(one.len != three.len || memcmp(one.data, three.data, one.len) != 0);
	check_resume(&s, 25);
	buf_release(&one);
	buf_release(&three);
}
END_TEST

START_TEST(pruning_follows_its_schedule)
{
	struct learner_spec s = small("edmsac");
	struct learner *l = start(&s);
	size_t dense = 0, compact = 0;
	struct learner_report r;

	r = run(l, 17);
	ck_assert_int_eq(r.hidden[0], 16);
	r = run(l, 10);
	ck_assert_int_lt(r.hidden[0], 16);
	ck_assert_int_eq(learner_actor_shape(l)->hidden[0], 16);
	dense = (size_t)learner_actor_shape(l)->hidden[0];
	r = run(l, 10);
	ck_assert_int_eq(r.hidden[1], 8);
	compact = (size_t)learner_actor_shape(l)->hidden[0];
	ck_assert_uint_eq(2 * compact, dense);
	run(l, 20);
	learner_free(l);
}
END_TEST

/* The best constant answer to a fresh K = 1 problem is far from what a few hundred updates reach. */
static double mean_ratio(const struct learner *l, int count)
{
	struct policy p;
	struct err e = ERR_INIT;
	double sum = 0;
	struct rng r;

	ck_ok(learned_from("test", &learner_spec(l)->env, learner_actor_shape(l), learner_actor_params(l), 1, &p,
	                   &e),
	      &e);
	learned_as_drawn(&p); /* what was learned alone */
	rng_seed(&r, 77, 7);
	for (int i = 0; i < count; i++) {
		struct instance in;
		struct menu m, best;

		instance_draw(&r, learner_spec(l)->env.types, PARTICIPATION_INTERTEMPORAL, &in);
		ck_ok(policy_solve(&p, &in, &m, &e), &e);
		ck_ok(menu_require_feasible(&m, &in, &e), &e);
		ck_ok(monotone_solve(&in, &best, &e), &e);
		sum += policy_profit(&p, &in, &m) / menu_profit(&best, &in) / count;
	}
	policy_release(&p);
	return sum;
}

static void check_learning(const char *algorithm, int updates, double want)
{
	struct learner_spec s = small(algorithm);
	struct learner *l;
	double before, after;

	s.env.types = 1;
	s.hidden = 32;
	s.batch = 64;
	s.envs = 32;
	s.replay = 20000;
	s.updates = updates;
	s.actor_rate = 1e-3;
	s.critic_rate = 2e-3;
	l = start(&s);
	before = mean_ratio(l, 40);
	run(l, updates);
	after = mean_ratio(l, 40);
	ck_assert_msg(after > want && after > before, "%s: %.3f before, %.3f after", algorithm, before, after);
	learner_free(l);
}

START_TEST(every_algorithm_learns)
{
	check_learning("edmsac", 600, 0.95);
	check_learning("dmsac", 600, 0.95);
	check_learning("sac", 600, 0.9);
	check_learning("ppo", 60, 0.9);
}
END_TEST

/* Masked neurons keep weights of their own in a checkpoint; they must not act. */
START_TEST(a_checkpoint_acts_as_its_learner_while_it_is_pruned)
{
	struct learner_spec s = small("edmsac");
	struct learner *l = start(&s);
	struct buf bytes = BUF_INIT;
	struct policy now, saved;
	struct instance in;
	struct menu a, b;
	struct err e = ERR_INIT;
	struct rng r;

	run(l, 27);
	save(l, path("pruning"), false, &bytes);
	ck_ok(learned_from("now", &s.env, learner_actor_shape(l), learner_actor_params(l), 1, &now, &e), &e);
	ck_ok(learned_open(path("pruning"), 1, &saved, &e), &e);
	for (int i = 0; i < 10; i++) {
		rng_seed(&r, 8, (uint64_t)i);
		instance_draw(&r, 2, PARTICIPATION_INTERTEMPORAL, &in);
		ck_ok(policy_solve(&now, &in, &a, &e), &e);
		ck_ok(policy_solve(&saved, &in, &b, &e), &e);
		ck_assert_mem_eq(a.q1, b.q1, 2 * sizeof(double));
	}
	policy_release(&now);
	policy_release(&saved);
	learner_free(l);
	buf_release(&bytes);
}
END_TEST

START_TEST(a_checkpoint_is_a_policy)
{
	struct learner_spec s = small("edmsac");
	struct learner *l = start(&s);
	struct buf bytes = BUF_INIT;
	struct policy one, many;
	struct instance in;
	struct menu m, same, best;
	struct err e = ERR_INIT;
	struct rng r;

	run(l, 40);
	save(l, path("policy"), false, &bytes);
	ck_ok(learned_open(path("policy"), 1, &one, &e), &e);
	ck_ok(learned_open(path("policy"), 16, &many, &e), &e);
	ck_assert_str_eq(one.ops->name, "edmsac");
	for (int i = 0; i < 20; i++) {
		rng_seed(&r, 5, (uint64_t)i);
		instance_draw(&r, 2, PARTICIPATION_INTERTEMPORAL, &in);
		ck_ok(policy_solve(&one, &in, &m, &e), &e);
		ck_ok(policy_solve(&one, &in, &same, &e), &e);
		ck_assert_mem_eq(m.r1, same.r1, 2 * sizeof(double));
		ck_ok(policy_solve(&many, &in, &best, &e), &e);
		ck_assert(menu_is_feasible(&best, &in));
		ck_assert_double_ge(policy_profit(&many, &in, &best), policy_profit(&one, &in, &m));
	}
	instance_draw(&r, 3, PARTICIPATION_INTERTEMPORAL, &in);
	ck_fails(policy_solve(&one, &in, &m, &e), E_INVALID, &e, "for 2 types, the instance has 3");
	instance_draw(&r, 2, PARTICIPATION_PER_PERIOD, &in);
	ck_fails(policy_solve(&one, &in, &m, &e), E_INVALID, &e, "for intertemporal");
	policy_release(&one);
	policy_release(&many);
	learner_free(l);
	buf_release(&bytes);
}
END_TEST

static void refuse(const struct buf *bytes, size_t n, int code, const char *part)
{
	struct err e = ERR_INIT;
	struct policy p;
	struct learner *l;

	ck_ok(file_write(path("broken"), bytes->data, n, 0600, &e), &e);
	ck_fails(learned_open(path("broken"), 1, &p, &e), code, &e, part);
	ck_fails(learner_load(path("broken"), &l, &e), code, &e, part);
}

/* Replaces the first occurrence of a text by one of the same length. */
static void change(struct buf *b, const char *from, const char *to)
{
	uint8_t *at = memmem(b->data, b->len, from, strlen(from));

	ck_assert(at != NULL);
	memcpy(at, to, strlen(to));
}

START_TEST(broken_checkpoints_are_refused_by_name)
{
	struct learner_spec s = small("dmsac");
	struct learner *l = start(&s);
	struct buf whole = BUF_INIT;
	struct err e = ERR_INIT;
	struct policy p;

	run(l, 2);
	save(l, path("whole"), false, &whole);
	refuse(&whole, 5, E_CORRUPT, "too few");
	refuse(&whole, 100, E_CORRUPT, "cut short");
	refuse(&whole, whole.len - 4, E_CORRUPT, "broken");
	whole.data[whole.len - 3] ^= 1;
	refuse(&whole, whole.len, E_CORRUPT, "sha256");
	whole.data[whole.len - 3] ^= 1;
	change(&whole, "\"version\":\"1\"", "\"version\":\"7\"");
	refuse(&whole, whole.len, E_INVALID, "its version is '7'");
	change(&whole, "\"version\":\"7\"", "\"version\":\"1\"");
	change(&whole, "\\\"types\\\":2", "\\\"types\\\":3");
	refuse(&whole, whole.len, E_INVALID, "tensor 'actor.x.weight'");
	ck_fails(learned_open(path("missing"), 1, &p, &e), E_NOT_FOUND, &e, "missing");
	learner_free(l);
	buf_release(&whole);
}
END_TEST

START_TEST(specifications_are_checked)
{
	struct learner_spec s = small("edmsac");
	struct learner *l;
	struct err e = ERR_INIT;

	s.prune_rate = 2;
	ck_fails(learner_new(&s, &l, &e), E_INVALID, &e, "prune rate is 2");
	s = small("edmsac");
	s.batch = 0;
	ck_fails(learner_new(&s, &l, &e), E_INVALID, &e, "batch is 0");
	s = small("edmsac");
	s.threads = s.envs + 1;
	ck_fails(learner_new(&s, &l, &e), E_INVALID, &e, "threads is");
	s = small("ppo");
	s.threads = 2;
	ck_fails(learner_new(&s, &l, &e), E_INVALID, &e, "threads is 2 (accepted: 1 to 1)");
	s.algorithm = "magic";
	ck_fails(learner_new(&s, &l, &e), E_NOT_FOUND, &e, "'magic' is not one of edmsac");
}
END_TEST

SUITE("policy/learner", resumes_bit_for_bit, seeds_decide, equal_threads_learn_the_same,
      pruning_follows_its_schedule, every_algorithm_learns,
      a_checkpoint_acts_as_its_learner_while_it_is_pruned, a_checkpoint_is_a_policy,
      broken_checkpoints_are_refused_by_name, specifications_are_checked)
