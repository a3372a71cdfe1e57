/* The real daemons with a learned policy: it writes the contracts, goes on learning between the rounds, and a
 * killed cloud goes on with what was learned. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cloud/policy/learner_file.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "tests/support/command.h"
#include "tests/support/farm.h"
#include "tests/support/http_raw.h"
#include "tests/support/learners.h"
#include "tests/support/suite.h"

#define PATIENCE 400000
#define TRIES    20 /* to replace the policy */
#define UPDATES  60 /* behind the shipped checkpoint */

static struct farm *f;

/* Small, and far from done: there is something left to learn on the job. */
static void ship(const char *name, int types)
{
	struct learner *l = small_learner(types, UPDATES);
	struct err e = ERR_INIT;
	char path[FARM_PATH];

	ck_ok(dir_make(farm_path(f, path, "policy"), 0700, &e), &e);
	ck_ok(learner_save(l, farm_path(f, path, "policy/%s", name), false, &e), &e);
	learner_free(l);
}

static double number(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(o, key));
}

static const char *text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

static json_t *round_of(int id)
{
	char path[64];
	json_t *r;

	snprintf(path, sizeof(path), "/api/v1/rounds/%d", id);
	r = farm_get(f, path);
	ck_assert_msg(r != NULL, "there is no round %d", id);
	return r;
}

static int last_round(void)
{
	json_t *answer = farm_get(f, "/api/v1/status");
	int last = (int)number(answer, "last_round");

	json_decref(answer);
	return last;
}

/* The value of a metric; -1 when it is not there. */
static double metric(const char *name)
{
	struct http_raw c;
	struct http_raw_reply r;
	const char *all, *at;
	double v = -1;

	http_raw_open(&c, (uint16_t)f->admin);
	ck_assert_int_eq(http_raw_text(&c, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"), 0);
	ck_assert_int_eq(http_raw_reply(&c, 0, &r), 0);
	ck_assert_int_eq(r.status, 200);
	all = buf_cstr(&r.body);
	at = strstr(all, name);
	while (at && (at > all && at[-1] != '\n')) /* in a line of help */
		at = strstr(at + 1, name);
	if (at)
		v = strtod(at + strlen(name), NULL);
	http_raw_reply_release(&r);
	http_raw_close(&c);
	return v;
}

static bool log_says(const char *part)
{
	struct buf log = BUF_INIT;
	struct err e = ERR_INIT;
	bool yes;

	ck_ok(file_read(f->process[0].log, 1 << 24, &log, &e), &e);
	yes = strstr(buf_cstr(&log), part) != NULL;
	buf_release(&log);
	return yes;
}

/* Learning ends by its updates, not by time: after the first, a round begins only when we say so. */
static void start(int rounds, const char *policy)
{
	f = farm_new((struct farm_options){
	    .rounds = rounds,
	    .edges_min = 2,
	    .cloud = {"--types=2", "--pause-ms=3600000", "--learn-updates=200", "--learn-ms=600000", policy}});
}

static void begin(void)
{
	farm_start_cloud(f);
	farm_start_edge(f, 0);
	farm_start_edge(f, 1);
}

/* Until so many policies learned on the job were tried; whether one is in use. */
static bool replaced_after(int tries)
{
	int64_t until = clock_mono_ms() + PATIENCE;
	double accepted, refused;

	do {
		ck_assert_msg(clock_mono_ms() < until, "nothing is learned");
		usleep(50000);
		accepted = metric("foedus_policy_replacements_total{result=\"accepted\"}");
		refused = metric("foedus_policy_replacements_total{result=\"refused\"}");
	} while (accepted + refused < tries);
	return accepted > 0;
}

/* A round more, which is then learned from. */
static void run_a_round(void)
{
	int next = last_round() + 1;
	struct err e = ERR_INIT;

	ck_ok(farm_post(f, "/api/v1/rounds", NULL, NULL, &e), &e);
	farm_wait_rounds(f, next, PATIENCE);
}

/* Until a policy learned on the job is in use. */
static void wait_for_a_replacement(void)
{
	int tries = 1;

	while (!replaced_after(tries)) {
		ck_assert_msg(tries++ < TRIES, "nothing that was learned was accepted");
		run_a_round();
	}
}

START_TEST(edmsac_writes_learns_and_is_kept)
{
	json_t *r;
	double learned;
	char weights[32];
	int next;

	start(0, NULL);
	ship("edmsac-k2.safetensors", 2);
	begin();
	farm_wait_rounds(f, 1, PATIENCE);
	r = round_of(1);
	ck_assert_str_eq(text(r, "policy"), "edmsac");
	ck_assert(json_is_false(json_object_get(r, "policy_fallback")));
	ck_assert_double_eq(number(r, "policy_updates"), UPDATES);
	snprintf(weights, sizeof(weights), "%s", text(r, "policy_weights"));
	ck_assert_uint_eq(strlen(weights), 16);
	json_decref(r);
	wait_for_a_replacement();
	ck_assert_double_gt(metric("foedus_policy_updates_total"), 0);
	ck_assert_double_eq(metric("foedus_policy_in_use{policy=\"edmsac\"}"), 1);
	ck_assert_double_gt(metric("foedus_policy_held_out_ratio"), 0.3);
	ck_assert_double_eq(metric("foedus_policy_fallbacks_total"), 0);
	ck_assert_double_ge(metric("foedus_menus_total{policy=\"edmsac\"}"), 1);
	learned = metric("foedus_policy_learned_updates");
	ck_assert_double_gt(learned, UPDATES);

	next = last_round() + 1;
	farm_kill(&f->process[0]);
	farm_start_cloud(f); /* the first round after a start begins by itself */
	ck_assert(log_says("goes on with what it learned here"));
	ck_assert_double_ge(metric("foedus_policy_learned_updates"), learned);
	farm_wait_rounds(f, next, PATIENCE);
	r = round_of(next);
	ck_assert_str_eq(text(r, "policy"), "edmsac");
	ck_assert_double_ge(number(r, "policy_updates"), learned);
	ck_assert_str_ne(text(r, "policy_weights"), weights);
	json_decref(r);
	r = round_of(1);
	ck_assert_str_eq(text(r, "policy_weights"), weights);
	json_decref(r);
	farm_free(f);
}
END_TEST

START_TEST(without_a_checkpoint_the_exact_policy_writes_and_it_is_said)
{
	json_t *r;

	start(1, NULL);
	begin();
	ck_assert(log_says("the exact policy writes the contracts: there is no edmsac-k2.safetensors in "));
	ck_assert(log_says("make policy"));
	r = farm_get(f, "/api/v1/status");
	ck_assert_str_eq(text(r, "policy"), "exact");
	ck_assert(strstr(text(r, "policy_note"), "there is no edmsac-k2.safetensors in ") != NULL);
	json_decref(r);
	farm_wait_rounds(f, 1, PATIENCE);
	r = round_of(1);
	ck_assert_str_eq(text(r, "policy"), "exact");
	ck_assert(json_is_false(json_object_get(r, "policy_fallback")));
	ck_assert_double_eq(number(r, "policy_updates"), 0);
	ck_assert_double_eq(metric("foedus_policy_in_use{policy=\"exact\"}"), 1);
	json_decref(r);
	farm_free(f);
}
END_TEST

/* The cloud's command line by hand: it must end by itself. */
static int run_cloud(const char *more)
{
	char state[FARM_PATH], cert[FARM_PATH], key[FARM_PATH], ca[FARM_PATH], agent[FARM_PATH], data[FARM_PATH],
	    policy[FARM_PATH];

	return command_run("foedus-cloud", "--listen=127.0.0.1:0", "--admin=127.0.0.1:0", "--types=2", "--state",
	                   farm_path(f, state, "cloud"), "--cert", farm_path(f, cert, "keys/cloud.crt"), "--key",
	                   farm_path(f, key, "keys/cloud.key"), "--ca", farm_path(f, ca, "pki/ca.crt"),
	                   "--agent-key", farm_path(f, agent, "keys/agent-key.pem"), "--data",
	                   farm_path(f, data, "data"), "--policy-dir", farm_path(f, policy, "policy"), more,
	                   (char *)NULL);
}

#define ck_says(part)                                                                                        \
	ck_assert_msg(strstr(command_output(), part) != NULL, "'%s' does not say '%s'", command_output(), part)

START_TEST(a_checkpoint_that_does_not_fit_ends_the_start)
{
	struct buf bytes = BUF_INIT;
	struct err e = ERR_INIT;
	char path[FARM_PATH];

	start(1, NULL);
	ship("edmsac-k2.safetensors", 3);
	ck_assert_int_eq(run_cloud("--rounds=1"), 2);
	ck_says("edmsac-k2.safetensors is for 3 types, the market has 2");
	ship("edmsac-k2.safetensors", 2);
	ck_ok(file_read(farm_path(f, path, "policy/edmsac-k2.safetensors"), 1 << 24, &bytes, &e), &e);
	bytes.data[bytes.len - 5] ^= 1;
	ck_ok(file_write(path, bytes.data, bytes.len, 0600, &e), &e);
	buf_release(&bytes);
	ck_assert_int_eq(run_cloud("--rounds=1"), 2);
	ck_says("sha256");
	ck_assert_int_eq(run_cloud("--policy=edmsca"), 2);
	ck_says("--policy 'edmsca' is not one of edmsac, exact");
	ck_assert_int_eq(run_cloud("--policy=first-best"), 2);
	ck_says("presumes that types are known");
	farm_free(f);
}
END_TEST

SUITE_TIMEOUT("policy of the cloud", 1500, edmsac_writes_learns_and_is_kept,
              without_a_checkpoint_the_exact_policy_writes_and_it_is_said,
              a_checkpoint_that_does_not_fit_ends_the_start)
