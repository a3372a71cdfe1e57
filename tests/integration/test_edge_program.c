/* foedus-edge as its operators and users meet it: mistakes, one state folder, damaged files, signals, and an
 * agent that is swapped under load. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/data/dataset.h"
#include "common/http/client.h"
#include "tests/support/command.h"
#include "tests/support/farm.h"
#include "tests/support/suite.h"

#define PATIENCE 200000

static struct farm *f;

#define ck_says(part)                                                                                        \
	ck_assert_msg(strstr(command_output(), part) != NULL, "'%s' does not say '%s'", command_output(), part)

/* The command line of edge 1, with one more word; answers the exit code. */
static int run_edge(const char *more)
{
	char cert[FARM_PATH + 8], key[FARM_PATH + 8], ca[FARM_PATH + 8], pub[FARM_PATH + 16], data[FARM_PATH + 8],
	    state[FARM_PATH + 8], path[FARM_PATH];

	snprintf(cert, sizeof(cert), "--cert=%s", farm_path(f, path, "keys/edge-1.crt"));
	snprintf(key, sizeof(key), "--key=%s", farm_path(f, path, "keys/edge-1.key"));
	snprintf(ca, sizeof(ca), "--ca=%s", farm_path(f, path, "pki/ca.crt"));
	snprintf(pub, sizeof(pub), "--agent-key=%s", farm_path(f, path, "keys/agent-pub.pem"));
	snprintf(data, sizeof(data), "--data=%s", farm_path(f, path, "data"));
	snprintf(state, sizeof(state), "--state=%s", farm_path(f, path, "edge-1"));
	return command_run("foedus-edge", "--cloud=127.0.0.1:1", "--serve=127.0.0.1:0", cert, key, ca, pub, data,
	                   state, more, (char *)NULL);
}

START_TEST(mistakes_get_one_line_and_code_2)
{
	static const struct {
		const char *word, *says;
	} cases[] = {
	    {"--cloud=here", "--cloud: 'here' is not HOST:PORT"},
	    {"--cloud=here:0", "from 1 to 65535"},
	    {"--serve=nonsense", "'nonsense' is not HOST:PORT"},
	    {"--shard=4", "--shard: 4 is not below --shards, 1"},
	    {"--shards=4000", "cannot be split into 4000 shards"},
	    {"--alpha=0", "--alpha"},
	    {"--data=/nowhere", "/nowhere"},
	    {"--cert=/nowhere", "/nowhere: no such file"},
	    {"--key=/nowhere", "/nowhere"},
	    {"--ca=/nowhere", "/nowhere"},
	    {"--crl=/nowhere", "/nowhere"},
	    {"--agent-key=/nowhere", "/nowhere"},
	    {"--agent-id=../agent", "--agent-id: '../agent' is not a name"},
	    {"--willingness=lucky", "not one of markov|load"},
	    {"--price-table=/nowhere", "/nowhere"},
	    {"--config=/nowhere", "/nowhere"},
	    {"--wilingness=load", "did you mean --willingness?"},
	    {"now", "'now': foedus-edge takes no operands"},
	};

	f = farm_new((struct farm_options){0});
	ck_assert_int_eq(run_edge("--state=/dev/null/x"), 1); /* the system says no, which is another time fine */
	ck_says("--state: /dev/null/x");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ck_assert_msg(run_edge(cases[i].word) == 2, "%s: %s", cases[i].word, command_output());
		ck_says(cases[i].says);
		ck_assert_msg(strchr(command_output(), '\n') == command_output() + strlen(command_output()) - 1,
		              "more than one line: %s", command_output());
	}
	ck_assert_int_eq(command_run("foedus-edge", (char *)NULL), 2);
	ck_says("--cloud HOST:PORT is needed");
	farm_free(f);
}
END_TEST

START_TEST(two_edges_cannot_share_a_folder)
{
	f = farm_new((struct farm_options){0});
	f->listen = 1;
	farm_start_edge(f, 0);
	ck_assert_int_gt(farm_serve_port(f, 0), 0);
	ck_assert_int_eq(run_edge("--log-level=error"), 1);
	ck_says("another foedus-edge uses this state folder");
	ck_assert_int_eq(farm_stop(&f->process[1]), 0);
	farm_free(f);
}
END_TEST

START_TEST(a_damaged_state_is_named_not_lost)
{
	char path[FARM_PATH];
	struct err e = ERR_INIT;

	f = farm_new((struct farm_options){0});
	ck_ok(dir_make(farm_path(f, path, "edge-1"), 0700, &e), &e);
	ck_ok(file_write(farm_path(f, path, "edge-1/state.json"), "{\"sha", 5, 0600, &e), &e);
	ck_assert_int_eq(run_edge("--log-level=error"), 2);
	ck_says("edge-1/state.json: edge state: not JSON");
	ck_assert(file_exists(path));
	farm_free(f);
}
END_TEST

/* Asks edge 1's agent about an image; answers the version that answered, 0 when there is no agent yet. */
static uint64_t ask(struct http_client *c)
{
	static const uint8_t image[IMAGE_PIXELS] = {[400] = 255};
	char *data = base64_encode(image, sizeof(image));
	json_t *body = json_pack("{s:{s:s,s:s}}", "image", "format", "raw28", "data", data);
	json_t *answer = NULL;
	struct err e = ERR_INIT;
	uint64_t version = 0;
	int rc = http_client_post(c, "/v1/agent/act", body, &answer, &e);

	if (rc == 0)
		version = (uint64_t)json_integer_value(json_object_get(answer, "version"));
	else
		ck_assert_msg(rc == E_UNAVAILABLE, "%s", e.text);
	json_decref(answer);
	json_decref(body);
	free(data);
	return version;
}

static struct http_client *client(void)
{
	struct http_client *c;
	struct err e = ERR_INIT;
	char address[64];

	snprintf(address, sizeof(address), "127.0.0.1:%d", farm_serve_port(f, 0));
	ck_ok(http_client_new(address, 30000, &c, &e), &e);
	return c;
}

static void begin(int rounds)
{
	f = farm_new((struct farm_options){.rounds = rounds, .edges_min = 2});
	farm_start_cloud(f);
	farm_start_edge(f, 0);
	farm_start_edge(f, 1);
}

START_TEST(no_request_fails_while_agents_are_swapped)
{
	int64_t until = clock_mono_ms() + PATIENCE;
	uint64_t version = 0, asked = 0, swaps = 0;
	struct http_client *c;

	begin(3);
	c = client();
	while (version < 3 && clock_mono_ms() < until) {
		uint64_t now = ask(c);

		ck_assert_uint_ge(now, version); /* once there is an agent there always is one, and never an older */
		swaps += now != version;
		version = now;
		asked++;
	}
	ck_assert_uint_eq(version, 3);
	ck_assert_uint_eq(swaps, 3);
	ck_assert_uint_gt(asked, 10);
	http_client_free(c);
	ck_assert_int_eq(farm_stop(&f->process[1]), 0);
	farm_free(f);
}
END_TEST

START_TEST(it_ends_with_0_in_the_middle_of_work)
{
	f = farm_new((struct farm_options){.rounds = 1, .edges_min = 2, .samples_per_effort = 20000});
	farm_start_cloud(f);
	farm_start_edge(f, 0);
	farm_start_edge(f, 1);
	farm_wait_phase(f, "train1", PATIENCE);
	usleep(200000);
	kill(f->process[1].pid, SIGHUP); /* reads its certificates again and goes on */
	usleep(50000);
	ck_assert_int_eq(process_check(&f->process[1], NULL), 0);
	ck_assert_int_eq(farm_stop(&f->process[1]), 0);
	ck_assert_int_eq(farm_stop(&f->process[2]), 0);
	farm_free(f);
}
END_TEST

/* The saved agent cannot be used: the edge comes up without one, says so, and takes the next. */
START_TEST(a_damaged_agent_is_not_used)
{
	char path[FARM_PATH];
	struct buf log = BUF_INIT;
	struct err e = ERR_INIT;
	struct http_client *c;

	begin(1);
	farm_wait_rounds(f, 1, PATIENCE);
	ck_assert_int_eq(farm_stop(&f->process[1]), 0);
	ck_ok(file_write(farm_path(f, path, "edge-1/agent.json"), "{\"manifest\":{}}", 15, 0600, &e), &e);
	farm_kill(&f->process[0]);
	farm_start_edge(f, 0);
	c = client();
	ck_assert_uint_eq(ask(c), 0);
	http_client_free(c);
	ck_assert_int_eq(farm_stop(&f->process[1]), 0);
	ck_ok(file_read(f->process[1].log, 1 << 20, &log, &e), &e);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&log), "the saved agent is not used"));
	buf_release(&log);
	farm_free(f);
}
END_TEST

SUITE_TIMEOUT("foedus-edge", 400, mistakes_get_one_line_and_code_2, two_edges_cannot_share_a_folder,
              a_damaged_state_is_named_not_lost, no_request_fails_while_agents_are_swapped,
              it_ends_with_0_in_the_middle_of_work, a_damaged_agent_is_not_used)
