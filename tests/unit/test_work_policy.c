/* Who writes the menu: checkpoints by number of types, and the exact policy where the learned one fails. */
#include <math.h>
#include <string.h>

#include "cloud/policy/exact.h"
#include "cloud/policy/learned.h"
#include "cloud/policy/learner_file.h"
#include "cloud/policy/shelf.h"
#include "cloud/work/work.h"
#include "common/base/file.h"
#include "common/contract/feasible.h"
#include "tests/support/suite.h"

static struct instance market(int types)
{
	struct instance in = {.id = "market",
	                      .terms = {.types = types, .delta = 0.9, .e1 = 0.4, .e3 = 0.006, .q_max = 10},
	                      .alpha = 8,
	                      .beta = 0.8};

	for (int k = 0; k < types; k++) {
		in.terms.theta[k] = 0.8 + 0.5 * k;
		in.prior[k] = 1.0 / types;
		for (int l = 0; l < types; l++)
			in.terms.transition[k][l] = 0.6 * (k == l) + 0.4 / types;
	}
	instance_tidy(&in);
	return in;
}

static void make(const char *algorithm, int types, const char *path)
{
	struct learner_spec s;
	struct learner_report report;
	struct learner *l;
	struct err e = ERR_INIT;

	ck_ok(learner_defaults(algorithm, &s, &e), &e);
	s.env.types = types;
	s.hidden = 8;
	s.batch = 16;
	s.envs = 4;
	s.replay = 200;
	s.updates = 3;
	ck_ok(learner_new(&s, &l, &e), &e);
	for (int i = 0; i < 3; i++)
		ck_ok(learner_update(l, &report, &e), &e);
	ck_ok(learner_save(l, path, false, &e), &e);
	learner_free(l);
}

static void in_folder(char *out, const char *name)
{
	ck_assert_int_lt(snprintf(out, SHELF_PATH_MAX, "%s/%s", suite_tmp(), name), SHELF_PATH_MAX);
}

START_TEST(a_checkpoint_is_found_by_its_types)
{
	struct instance two = market(2), three = market(3), strict = market(2);
	char path[SHELF_PATH_MAX], want[SHELF_PATH_MAX];
	struct err e = ERR_INIT;
	struct policy p;
	struct menu m;

	strict.participation = PARTICIPATION_PER_PERIOD;
	in_folder(want, "edmsac-k2.safetensors");
	make("edmsac", 2, want);
	ck_ok(shelf_find(suite_tmp(), &two, path, &e), &e);
	ck_assert_str_eq(path, want);
	ck_ok(shelf_open(path, &two, 16, &p, &e), &e);
	ck_assert_uint_eq(learned_updates(&p), 3);
	ck_assert_uint_eq(strlen(learned_weights(&p)), LEARNED_WEIGHTS);
	ck_ok(policy_solve(&p, &two, &m, &e), &e);
	ck_assert(menu_is_feasible(&m, &two));
	policy_release(&p);
	ck_fails(shelf_find(suite_tmp(), &three, path, &e), E_NOT_FOUND, &e, "there is no edmsac-k3.safetensors");
	ck_fails(shelf_find(suite_tmp(), &three, path, &e), E_NOT_FOUND, &e, "make policy");
	ck_fails(shelf_find(suite_tmp(), &strict, path, &e), E_NOT_FOUND, &e, "edmsac-k2-per-period.safetensors");
}
END_TEST

START_TEST(a_wrong_checkpoint_is_an_error)
{
	struct instance two = market(2), three = market(3), strict = market(3);
	struct err e = ERR_INIT;
	struct buf bytes = BUF_INIT;
	struct policy p;
	char path[SHELF_PATH_MAX];

	strict.participation = PARTICIPATION_PER_PERIOD;
	in_folder(path, "edmsac-k3.safetensors");
	make("edmsac", 3, path);
	ck_fails(shelf_open(path, &two, 1, &p, &e), E_INVALID, &e, "edmsac-k3.safetensors is for 3 types");
	ck_fails(shelf_open(path, &strict, 1, &p, &e), E_INVALID, &e, "intertemporal");
	make("dmsac", 3, path);
	ck_fails(shelf_open(path, &three, 1, &p, &e), E_INVALID, &e, "holds a policy of dmsac");
	ck_ok(file_read(path, 1 << 24, &bytes, &e), &e);
	ck_ok(file_write(path, bytes.data, bytes.len - 9, 0600, &e), &e);
	ck_fails(shelf_open(path, &three, 1, &p, &e), E_CORRUPT, &e, path);
	buf_release(&bytes);
}
END_TEST

/* The shape of an edmsac actor for K = 2, its parameters for the test to fill. */
static float *parameters(struct env_spec *env, struct actor_shape *shape, size_t *n)
{
	struct actor a;
	struct err e = ERR_INIT;

	*env = (struct env_spec){.types = 2};
	*shape = (struct actor_shape){
	    .state = env_state_size(env), .action = env_action_size(env), .hidden = {8, 8}, .steps = 3};
	ck_ok(actor_init(&a, shape, 1, &e), &e);
	*n = a.params;
	actor_release(&a);
	return mem_floats(*n);
}

static void write_with(const float *params, const struct env_spec *env, const struct actor_shape *shape,
                       struct job *job)
{
	struct work w = {0};
	struct err e = ERR_INIT;

	*job = (struct job){.kind = JOB_POLICY, .round = 1, .instance = market(2)};
	ck_ok(learned_from("edmsac", env, shape, params, 16, &w.policy, &e), &e);
	learned_set_updates(&w.policy, 77);
	ck_ok(work_policy(&w, job, &e), &e);
	ck_assert(menu_is_feasible(&job->written.menu, &job->instance));
	policy_release(&w.policy);
}

START_TEST(a_poisoned_actor_never_leaves_the_process)
{
	struct env_spec env;
	struct actor_shape shape;
	struct policy exact;
	struct menu best;
	struct err e = ERR_INIT;
	struct job job;
	size_t n;
	float *params = parameters(&env, &shape, &n);

	write_with(params, &env, &shape, &job);
	ck_assert_str_eq(job.written.policy, "edmsac");
	ck_assert(!job.written.fallback);
	ck_assert_uint_eq(job.written.updates, 77);
	ck_assert_uint_eq(strlen(job.written.weights), LEARNED_WEIGHTS);
	ck_ok(policy_find("exact", &exact, &e), &e);
	ck_ok(policy_solve(&exact, &job.instance, &best, &e), &e);
	for (size_t at = 0; at < n; at += 37) {
		params[at] = at % 2 ? NAN : INFINITY;
		write_with(params, &env, &shape, &job);
		params[at] = 0;
		ck_assert_str_eq(job.written.policy, "exact");
		ck_assert(job.written.fallback);
		ck_assert_uint_eq(job.written.updates, 0);
		ck_assert_str_eq(job.written.weights, "");
		ck_assert(menu_equal(&job.written.menu, &best));
	}
	free(params);
}
END_TEST

/* Efforts and rewards both free: what an untrained actor makes of them keeps no constraint. */
START_TEST(an_infeasible_contract_is_written_again_by_the_exact_policy)
{
	struct env_spec env = {.types = 2, .direct = true};
	struct actor_shape shape = {
	    .state = env_state_size(&env), .action = env_action_size(&env), .hidden = {8, 8}, .steps = 3};
	struct actor a;
	struct rng r;
	struct job job;
	struct err e = ERR_INIT;
	float *params;

	ck_ok(actor_init(&a, &shape, 1, &e), &e);
	params = mem_floats(a.params);
	rng_seed(&r, 3, 3);
	actor_draw(&a, params, &r);
	write_with(params, &env, &shape, &job);
	ck_assert_str_eq(job.written.policy, "exact");
	ck_assert(job.written.fallback);
	actor_release(&a);
	free(params);
}
END_TEST

/* Edges' words move the problem; where it is none that pays, the contract must not lose money for it. */
START_TEST(a_ruinous_contract_is_not_offered)
{
	struct env_spec env;
	struct actor_shape shape;
	struct err e = ERR_INIT;
	struct work w = {0};
	struct job job = {.kind = JOB_POLICY, .round = 1, .instance = market(2)};
	size_t n;
	float *params = parameters(&env, &shape, &n);

	job.instance.alpha = 1e-4; /* whatever effort is asked for, nothing is earned by it */
	ck_ok(learned_from("edmsac", &env, &shape, params, 16, &w.policy, &e), &e);
	ck_ok(work_policy(&w, &job, &e), &e);
	ck_assert_str_eq(job.written.policy, "exact");
	ck_assert(job.written.fallback);
	ck_assert_double_ge(job.written.expected_profit, -1e-9);
	policy_release(&w.policy);
	free(params);
}
END_TEST

SUITE("work/policy", a_checkpoint_is_found_by_its_types, a_wrong_checkpoint_is_an_error,
      a_poisoned_actor_never_leaves_the_process, an_infeasible_contract_is_written_again_by_the_exact_policy,
      a_ruinous_contract_is_not_offered)
