/* Every noun and verb of the foedus program against a real cloud: as text, as JSON, and where it must refuse.
 */
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/process.h"
#include "tests/support/command.h"
#include "tests/support/farm.h"
#include "tests/support/suite.h"

#define ck_says(part)                                                                                        \
	ck_assert_msg(strstr(command_output(), part) != NULL, "'%s' does not say '%s'", command_output(), part)

enum { WORDS = 8 };

static struct farm *farm;
static char state[FARM_PATH];

/* The words and the state folder; the exit code. */
static int run(const char *const words[WORDS])
{
	const char *w[WORDS + 2] = {NULL};
	size_t n = 0;

	for (; n < WORDS && words[n]; n++)
		w[n] = words[n];
	w[n++] = "--state";
	w[n] = state;
	return command_run("foedus", w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9], (char *)NULL);
}

#define foedus(...) run((const char *const[WORDS]){__VA_ARGS__})

/* The output of a command with --json; the caller's. */
static json_t *json_of(const char *const words[WORDS])
{
	const char *w[WORDS] = {NULL};
	json_error_t at;
	json_t *v;
	size_t n = 0;

	for (; words[n]; n++)
		w[n] = words[n];
	w[n] = "--json";
	ck_assert_msg(run(w) == 0, "%s %s: %s", words[0], words[1], command_output());
	v = json_loads(command_output(), 0, &at);
	ck_assert_msg(v != NULL, "%s %s --json: line %d: %s: %s", words[0], words[1], at.line, at.text,
	              command_output());
	return v;
}

/* Two edges and one round that is over; no other starts by itself. */
static void begin(void)
{
	farm = farm_new((struct farm_options){
	    .rounds = 0, .edges_min = 2, .cloud = {"--policy", "exact", "--pause-ms", "3600000", NULL}});
	farm_start_cloud(farm);
	farm_path(farm, state, "cloud");
	farm_start_edge(farm, 0);
	farm_start_edge(farm, 1);
	farm_wait_rounds(farm, 1, 200000);
}

START_TEST(what_is_read_is_said_as_text_and_as_json)
{
	static const struct {
		const char *words[WORDS];
		const char *says, *member; /* of the JSON object, or of an array's first element */
	} cases[] = {
	    {{"status"}, "2 connected of 2 known", "mode"},
	    {{"edge", "list"}, "edge-2  connected", "edge"},
	    {{"edge", "show", "edge-1"}, "paid", "paid_micro"},
	    {{"round", "list"}, "done", "phase"},
	    {{"round", "show"}, "accepted, accepted", "seats"},
	    {{"round", "show", "1"}, "expected of each edge", "menu"},
	    {{"round", "watch", "1"}, "expected of each edge", "phase"},
	    {{"contract", "show"}, "IC SLACK", "period2"},
	    {{"ledger", "list"}, "credits paid, head", "hash"},
	    {{"ledger", "verify"}, "the chain holds", "verified"},
	    {{"agent", "list"}, "current", "modules"},
	    {{"agent", "show", "1"}, "accuracy", "modules"},
	    {{"policy", "list"}, "used, configured", "summary"},
	    {{"policy", "show"}, "the configuration names it", "rounds"},
	    {{"top", "--count", "1"}, "edges 2 of 2 connected", "ledger"},
	    {{"doctor"}, "well: 0 failed", "findings"},
	};

	begin();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *v;

		ck_assert_msg(run(cases[i].words) == 0, "%s: %s", cases[i].words[0], command_output());
		ck_says(cases[i].says);
		ck_assert_msg(!strchr(command_output(), '\033'), "%s: colours in a file", cases[i].words[0]);
		v = json_of(cases[i].words);
		ck_assert_msg(json_object_get(json_is_array(v) ? json_array_get(v, 0) : v, cases[i].member) != NULL,
		              "%s %s --json has no %s", cases[i].words[0], cases[i].words[1] ? cases[i].words[1] : "",
		              cases[i].member);
		json_decref(v);
	}
	ck_assert_int_eq(foedus("status", "--color", "always"), 0);
	ck_says("\033[");
	ck_assert_int_eq(foedus("logs", "--lines", "30", "--types", "round"), 0);
	ck_says("phase=done");
	ck_assert_msg(command_output()[10] == 'T' && strncmp(command_output() + 23, "Z round ", 8) == 0,
	              "no time: %s", command_output());
	ck_assert_ptr_null(strstr(command_output(), "seat "));
	ck_assert_int_eq(foedus("logs", "--lines", "1", "--types", "payment"), 0); /* not among the latest */
	ck_says("Z payment  entry=4 ");
	ck_assert_int_eq(foedus("logs", "--json", "--lines", "100000"), 0);
	ck_says("\"type\":\"payment\"");
	ck_assert_int_eq(foedus("ledger", "export"), 0);
	ck_says("\"previous\":\"0000");
	farm_free(farm);
}
END_TEST

START_TEST(what_changes_is_done_and_told)
{
	char dir[FARM_PATH], path[FARM_PATH];

	begin();
	ck_assert_int_eq(foedus("edge", "allow", "edge-8", "edge-9"), 0);
	ck_says("edge-9");
	ck_assert_int_eq(foedus("edge", "revoke", "edge-9", "--json"), 0);
	ck_says("\"allowed\": false");
	ck_assert_int_eq(foedus("policy", "use", "static"), 0);
	ck_says("static    used");
	ck_assert_int_eq(foedus("round", "pause"), 0);
	ck_says("paused");
	ck_assert_int_eq(foedus("round", "start", "--watch"), 0);
	ck_says("round 2 has begun");
	ck_says("policy   static");
	ck_assert_int_eq(foedus("round", "resume", "--json"), 0);
	ck_says("\"mode\": \"open\"");
	ck_assert_int_eq(foedus("agent", "rollback"), 0);
	ck_says("the modules of version 1 go out as version 3, and the next round trains from them");
	ck_assert_int_eq(foedus("status"), 0);
	ck_says("trains from what was rolled back to");
	ck_assert_int_eq(foedus("agent", "deploy", "2", "--json"), 0);
	ck_says("\"version\": 4");
	farm_path(farm, dir, "exported");
	ck_assert_int_eq(foedus("agent", "export", "1", "--out", dir), 0);
	ck_assert(file_exists(farm_path(farm, path, "exported/agent.json")));
	ck_assert(file_exists(farm_path(farm, path, "exported/perception.safetensors")));
	farm_path(farm, path, "ledger.jsonl");
	ck_assert_int_eq(foedus("ledger", "export", "--out", path), 0);
	ck_assert(file_exists(path));
	ck_assert_int_eq(foedus("round", "drain", "--stay"), 0);
	ck_says("drain");
	ck_assert_int_eq(foedus("doctor"), 0);
	ck_says("warning  mode");
	ck_assert_int_eq(foedus("doctor", "--strict"), 1);
	farm_free(farm);
}
END_TEST

static void ck_generation(const char *round, int want)
{
	json_t *v = json_of((const char *const[WORDS]){"round", "show", round});
	json_t *module = json_array_get(json_object_get(v, "modules"), 0);

	ck_assert_int_eq(json_integer_value(json_object_get(module, "generation")), want);
	json_decref(v);
}

/* Each round adds two generations to what it began from. */
START_TEST(a_roll_back_is_one_of_training_too)
{
	begin();
	ck_assert_msg(foedus("round", "start", "--watch") == 0, "%s", command_output());
	ck_generation("2", 4);
	ck_assert_int_eq(foedus("agent", "rollback", "1"), 0);
	ck_assert_int_eq(foedus("agent", "deploy", "2"), 0); /* says nothing about training */
	ck_assert_int_eq(foedus("round", "pause"), 0);       /* else it begins one as soon as it is back */
	farm_kill(&farm->process[0]);
	farm_start_cloud(farm);
	farm_wait_connected(farm, 2, 30000);
	ck_assert_msg(foedus("round", "start", "--watch") == 0, "%s", command_output());
	ck_generation("3", 4);
	ck_assert_int_eq(foedus("status"), 0);
	ck_assert_ptr_null(strstr(command_output(), "rolled back"));
	ck_assert_msg(foedus("round", "start", "--watch") == 0, "%s", command_output());
	ck_generation("4", 6);
	farm_free(farm);
}
END_TEST

START_TEST(mistakes_are_told_with_what_to_do)
{
	static const struct {
		const char *words[WORDS];
		int code;
		const char *says;
	} cases[] = {
	    {{"edge", "show", "nobody"}, 1, "no edge is called 'nobody'"},
	    {{"edge", "show", "../up"}, 2, "is no name of an edge (accepted:"},
	    {{"edge", "show"}, 2, "wanted: EDGE"},
	    {{"edge", "list", "x"}, 2, "takes no operands"},
	    {{"edge", "shwo"}, 2, "did you mean show?"},
	    {{"round", "show", "x"}, 2, "'x' is no round (accepted: a number from 1, or latest)"},
	    {{"round", "show", "99"}, 1, "there is no round 99"},
	    {{"round", "watch", "99"}, 1, "there is no round 99"},
	    {{"contract", "show", "99"}, 1, "there is no round 99"},
	    {{"agent", "show", "0"}, 2, "is no version"},
	    {{"agent", "show", "77"}, 1, "77"},
	    {{"agent", "deploy"}, 2, "wanted: VERSION"},
	    {{"agent", "rollback"}, 1, "no version before the current one"},
	    {{"policy", "use", "magic"}, 1, "there is no policy 'magic' (accepted: exact"},
	    {{"policy", "show", "magic"}, 1, "`foedus policy list` shows them"},
	    {{"logs", "--types", "round,rounds"}, 2, "accepted: round,seat,task,"},
	    {{"logs", "--types", ""}, 2, "accepted: round,seat,task,"},
	    {{"edge", "revoke", "edge-77"}, 0, "No edge called edge-77 was known"},
	    {{"status", "--colour"}, 2, "did you mean --color?"},
	    {{"edge", "allow", "e", "--token-file", "/nowhere"}, 1, "--token-file: /nowhere"},
	};
	char token[FARM_PATH];
	struct err e = ERR_INIT;

	begin();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int code = run(cases[i].words);

		ck_says(cases[i].says);
		ck_assert_msg(code == cases[i].code, "case %zu: exit code %d, %s", i, code, command_output());
	}
	farm_path(farm, token, "wrong.token");
	ck_ok(file_write(token, "0123456789abcdef\n", 17, 0600, &e), &e);
	ck_assert_int_eq(foedus("round", "pause", "--token-file", token), 1);
	ck_says("the token is not the right one");
	ck_says("--token-file FILE");
	farm_stop(&farm->process[0]);
	ck_assert_int_eq(foedus("status"), 1);
	ck_says("The cloud is not reachable at http://127.0.0.1:");
	ck_assert_int_eq(foedus("doctor"), 1);
	ck_says("FAILED");
	farm_free(farm);
	ck_assert_int_eq(command_run("foedus", "status", "--state", "/nowhere", (char *)NULL), 1);
	ck_says("is it the state folder of a running cloud?");
	ck_assert_int_eq(command_run("foedus", "status", "--cloud", "http://127.0.0.1:1", (char *)NULL), 1);
	ck_says("not reachable");
	ck_assert_int_eq(command_run("foedus", "status", "--cloud", "ftp://x", (char *)NULL), 2);
	ck_says("is not an address such as");
}
END_TEST

/* The environment names the cloud where the command line does not; a token goes only where it belongs. */
START_TEST(the_environment_names_the_cloud)
{
	char url[64];

	begin();
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", farm->admin);
	ck_assert_int_eq(setenv("FOEDUS_STATE", state, 1), 0);
	ck_assert_int_eq(command_run("foedus", "round", "pause", (char *)NULL), 0);
	ck_assert_int_eq(setenv("FOEDUS_CLOUD", url, 1), 0);
	ck_assert_int_eq(command_run("foedus", "status", (char *)NULL), 0);
	ck_says(url);
	ck_assert_int_eq(command_run("foedus", "round", "resume", (char *)NULL), 1);
	ck_says("no token");
	unsetenv("FOEDUS_STATE");
	unsetenv("FOEDUS_CLOUD");
	farm_free(farm);
}
END_TEST

START_TEST(a_standard_output_that_takes_nothing_is_a_failure)
{
	static const char *const nouns[][2] = {
	    {"status", NULL}, {"edge", "list"}, {"logs", NULL}, {"doctor", NULL}};
	const char *build = getenv("BUILD");

	begin();
	for (size_t i = 0; i < ARRAY_LEN(nouns); i++) {
		struct process p = {.log = "/dev/full"};
		struct err e = ERR_INIT;
		const char *words[8] = {NULL, nouns[i][0]};
		char path[512];
		size_t n = nouns[i][1] ? 3 : 2;

		snprintf(path, sizeof(path), "%s/foedus", build ? build : "build");
		words[0] = path;
		words[2] = nouns[i][1];
		words[n] = "--state";
		words[n + 1] = state;
		ck_ok(process_start(&p, words, &e), &e);
		while (process_check(&p, NULL) == 0)
			usleep(1000);
		ck_assert_msg(WIFEXITED(p.status) && WEXITSTATUS(p.status) == 1, "%s does not notice", nouns[i][0]);
	}
	farm_free(farm);
}
END_TEST

SUITE_TIMEOUT("nouns", 400, what_is_read_is_said_as_text_and_as_json, what_changes_is_done_and_told,
              a_roll_back_is_one_of_training_too, mistakes_are_told_with_what_to_do,
              the_environment_names_the_cloud, a_standard_output_that_takes_nothing_is_a_failure)
