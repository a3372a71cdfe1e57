/* What the daemons refuse at the start, and agents and clouds that an edge does not trust. */
#include <string.h>
#include <unistd.h>

#include "common/agent/key.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/net/pki.h"
#include "tests/support/command.h"
#include "tests/support/farm.h"
#include "tests/support/suite.h"

#define ck_says(part)                                                                                        \
	ck_assert_msg(strstr(command_output(), part) != NULL, "'%s' does not say '%s'", command_output(), part)

START_TEST(what_a_cloud_needs_is_named)
{
	char state[512];

	snprintf(state, sizeof(state), "--state=%s/cloud", suite_tmp());
	ck_assert_int_eq(command_run("foedus-cloud", state, (char *)NULL), 2);
	ck_says("--cert FILE is needed: our certificate, role cloud");
	ck_assert_int_eq(command_run("foedus-cloud", state, "--round=3", (char *)NULL), 2);
	ck_says("did you mean --rounds?");
	ck_assert_int_eq(command_run("foedus-cloud", state, "--listen=nowhere", "--cert=/no/such.crt",
	                             "--key=/no/such.key", "--ca=/no/such.crt", "--agent-key=/no/such.pem",
	                             (char *)NULL),
	                 2);
	ck_says("/no/such.crt: no such file");
	ck_assert_int_eq(command_run("foedus-edge", state, (char *)NULL), 2);
	ck_assert_int_eq(command_run("foedus-edge", state, "--shard=-1", (char *)NULL), 2);
	ck_says("--shard");
}
END_TEST

START_TEST(two_clouds_do_not_share_a_state_folder)
{
	struct farm *f = farm_new((struct farm_options){.edges_min = 5});
	char state[FARM_PATH], cert[FARM_PATH], key[FARM_PATH], ca[FARM_PATH], agent[FARM_PATH], data[FARM_PATH];

	farm_start_cloud(f);
	ck_assert_int_ne(command_run("foedus-cloud", "--listen=127.0.0.1:0", "--admin=127.0.0.1:0", "--state",
	                             farm_path(f, state, "cloud"), "--cert", farm_path(f, cert, "keys/cloud.crt"),
	                             "--key", farm_path(f, key, "keys/cloud.key"), "--ca",
	                             farm_path(f, ca, "pki/ca.crt"), "--agent-key",
	                             farm_path(f, agent, "keys/agent-key.pem"), "--data",
	                             farm_path(f, data, "data"), (char *)NULL),
	                 0);
	ck_says("another foedus-cloud uses this state folder");
	farm_free(f);
}
END_TEST

START_TEST(an_agent_signed_by_another_key_is_not_installed)
{
	struct farm *f =
	    farm_new((struct farm_options){.rounds = 1, .edges_min = 2, .cloud = {"--deploy-ms=60000"}});
	struct agent_key *other = agent_key_new();
	json_t *answer, *seat;
	char path[FARM_PATH];
	struct err e = ERR_INIT;
	size_t i;
	int refused = 0, installed = 0;

	farm_start_cloud(f);
	farm_start_edge(f, 0);
	ck_assert_int_gt(farm_serve_port(f, 0), 0); /* it has read the right key */
	ck_ok(agent_key_public_save(other, farm_path(f, path, "keys/agent-pub.pem"), &e), &e);
	farm_start_edge(f, 1);
	farm_wait_rounds(f, 1, 200000);
	answer = farm_get(f, "/api/v1/rounds/latest");
	json_array_foreach (json_object_get(answer, "seats"), i, seat) {
		const char *deploy = json_string_value(json_object_get(seat, "deploy"));

		refused += strcmp(deploy, "refused") == 0;
		installed += strcmp(deploy, "installed") == 0;
	}
	ck_assert_int_eq(refused, 1);
	ck_assert_int_eq(installed, 1);
	json_decref(answer);
	agent_key_free(other);
	farm_free(f);
}
END_TEST

/* Until the edge's log says so. */
static void wait_log(const struct process *p, const char *wanted)
{
	int64_t until = clock_mono_ms() + 60000;
	bool said = false;

	while (!said && clock_mono_ms() < until) {
		struct buf text = BUF_INIT;

		said = file_read(p->log, 1 << 20, &text, NULL) == 0 && strstr(buf_cstr(&text), wanted);
		buf_release(&text);
		usleep(20000);
	}
	ck_assert_msg(said, "%s: its log does not say '%s'", p->name, wanted);
}

START_TEST(an_edge_of_another_authority_says_why_it_is_alone)
{
	struct farm *f = farm_new((struct farm_options){.edges_min = 5});
	struct pki_terms t = {.role = NET_ROLE_EDGE, .days = 1};
	char other[FARM_PATH], keys[FARM_PATH], path[FARM_PATH];
	struct buf ca = BUF_INIT;
	struct err e = ERR_INIT;

	farm_start_cloud(f);
	ck_ok(pki_init(farm_path(f, other, "other"), "other", 1, &e), &e);
	unlink(farm_path(f, path, "keys/edge-1.crt"));
	unlink(farm_path(f, path, "keys/edge-1.key"));
	ck_ok(pki_issue(other, "edge-1", &t, farm_path(f, keys, "keys"), NULL, &e), &e);
	ck_ok(file_read(farm_path(f, path, "other/ca.crt"), 1 << 20, &ca, &e), &e);
	ck_ok(file_write(farm_path(f, path, "pki/ca.crt"), ca.data, ca.len, 0644, &e), &e);
	buf_release(&ca);
	farm_start_edge(f, 0);
	wait_log(&f->process[1], "certificate");
	ck_ok(process_check(&f->process[1], &e), &e); /* it goes on trying */
	farm_free(f);
}
END_TEST

SUITE_TIMEOUT("refusals", 400, what_a_cloud_needs_is_named, two_clouds_do_not_share_a_state_folder,
              an_agent_signed_by_another_key_is_not_installed,
              an_edge_of_another_authority_says_why_it_is_alone)
