/* The command line as its users meet it: exit codes, one clear line for each mistake, help, pki from end to
 * end. */
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/process.h"
#include "tests/support/command.h"
#include "tests/support/suite.h"

#define ck_says(part)                                                                                        \
	ck_assert_msg(strstr(command_output(), part) != NULL, "'%s' does not say '%s'", command_output(), part)

static const char *in_tmp(char out[512], const char *name)
{
	snprintf(out, 512, "%s/%s", suite_tmp(), name);
	return out;
}

START_TEST(mistakes_get_one_line_and_code_2)
{
	static const struct {
		const char *word[5];
		const char *says;
	} cases[] = {
	    {{"dmeo"}, "did you mean demo?"},
	    {{"pki", "isue"}, "did you mean issue?"},
	    {{"frobnicate"}, "unknown command 'frobnicate' (`foedus --help` lists all)"},
	    {{"pki", "issue"}, "nothing is named (wanted: NAME"},
	    {{"pki", "issue", "a", "b"}, "more than one is named"},
	    {{"pki", "issue", "a", "--role=king"}, "--role: 'king' is not one of cloud|edge|user"},
	    {{"pki", "issue", "a", "--host", "h"},
	     "--host is for a cloud's certificate; this one has the role edge"},
	    {{"pki", "sign", "x.csr"}, "--out FILE is needed"},
	    {{"demo", "--edges", "0"}, "--edges: '0'"},
	    {{"demo", "--edges"}, "--edges needs a value"},
	    {{"demo", "now"}, "'now': foedus demo takes no operands"},
	    {{"demo", "--rouns=3"}, "did you mean --rounds?"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *const *w = cases[i].word;

		ck_assert_int_eq(command_run("foedus", w[0], w[1], w[2], w[3], w[4], (char *)NULL), 2);
		ck_says(cases[i].says);
		ck_assert_ptr_eq(strchr(command_output(), '\n'), command_output() + strlen(command_output()) - 1);
	}
}
END_TEST

START_TEST(help_is_asked_for_in_every_way)
{
	ck_assert_int_eq(command_run("foedus", "--help", (char *)NULL), 0);
	ck_says("demo");
	ck_assert_int_eq(command_run("foedus", "help", "pki", (char *)NULL), 0);
	ck_says("revoke");
	ck_assert_int_eq(command_run("foedus", "pki", "issue", "--help", (char *)NULL), 0);
	ck_says("--role");
	ck_assert_int_eq(command_run("foedus", "--version", (char *)NULL), 0);
	ck_says("foedus ");
	ck_assert_int_eq(command_run("foedus", (char *)NULL), 2);
	ck_says("Usage: foedus <command>");
}
END_TEST

START_TEST(an_authority_from_its_making_to_a_revocation)
{
	char dir[512], out[512], cert[512], crl[512], key[512];
	struct stat st;

	in_tmp(dir, "pki");
	in_tmp(out, "keys");
	ck_assert_int_eq(command_run("foedus", "pki", "init", "--dir", dir, (char *)NULL), 0);
	ck_assert_int_eq(stat(in_tmp(key, "pki/agent-key.pem"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(command_run("foedus", "pki", "init", "--dir", dir, (char *)NULL), 1);
	ck_says("there already");
	ck_assert_int_eq(command_run("foedus", "pki", "issue", "edge-1", "-d", dir, "-o", out, (char *)NULL), 0);
	ck_says("edge edge-1, valid until");
	in_tmp(cert, "keys/edge-1.crt");
	in_tmp(crl, "pki/ca.crl");
	ck_assert_int_eq(command_run("foedus", "pki", "show", cert, "--crl", crl, (char *)NULL), 0);
	ck_says("state   valid");
	ck_assert_int_eq(command_run("foedus", "pki", "revoke", "edge-1", "--dir", dir, (char *)NULL), 0);
	ck_says("revoked 1 certificate of edge-1");
	ck_assert_int_eq(command_run("foedus", "pki", "show", cert, "--crl", crl, (char *)NULL), 0);
	ck_says("state   revoked");
	ck_assert_int_eq(command_run("foedus", "pki", "revoke", "edge-9", "--dir", dir, (char *)NULL), 1);
	ck_says("edge-9");
}
END_TEST

START_TEST(a_request_is_signed_elsewhere)
{
	char dir[512], out[512], csr[512], cert[512];

	in_tmp(dir, "pki2");
	ck_assert_int_eq(command_run("foedus", "pki", "init", "--dir", dir, (char *)NULL), 0);
	ck_assert_int_eq(
	    command_run("foedus", "pki", "request", "edge-2", "--out", in_tmp(out, "there"), (char *)NULL), 0);
	in_tmp(csr, "there/edge-2.csr");
	in_tmp(cert, "there/edge-2.crt");
	ck_assert_int_eq(
	    command_run("foedus", "pki", "sign", csr, "--dir", dir, "--role=cloud", "--out", cert, (char *)NULL),
	    1);
	ck_assert(!file_exists(cert));
	ck_assert_int_eq(command_run("foedus", "pki", "sign", csr, "--dir", dir, "--out", cert, (char *)NULL), 0);
	ck_assert(file_exists(cert));
	ck_assert_int_eq(command_run("foedus", "pki", "request", "../up", "--out", out, (char *)NULL), 2);
}
END_TEST

START_TEST(lists_are_json_when_asked)
{
	char dir[512], out[512];
	json_t *list, *first;

	in_tmp(dir, "pki3");
	in_tmp(out, "keys3");
	ck_assert_int_eq(command_run("foedus", "pki", "init", "--dir", dir, (char *)NULL), 0);
	ck_assert_int_eq(
	    command_run("foedus", "pki", "issue", "cloud", "--role=cloud", "-d", dir, "-o", out, (char *)NULL),
	    0);
	ck_assert_int_eq(command_run("foedus", "pki", "list", "--json", "--dir", dir, (char *)NULL), 0);
	list = json_loads(command_output(), 0, NULL);
	ck_assert_ptr_nonnull(list);
	first = json_array_get(json_object_get(list, "certificates"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(first, "name")), "cloud");
	ck_assert_str_eq(json_string_value(json_object_get(first, "state")), "valid");
	json_decref(list);
	ck_assert_int_eq(command_run("foedus", "pki", "list", "--dir", "/nowhere", (char *)NULL), 1);
	ck_says("/nowhere");
}
END_TEST

START_TEST(a_demo_without_data_says_so)
{
	ck_assert_int_eq(command_run("foedus", "demo", "--data", "/nowhere", (char *)NULL), 2);
	ck_says("/nowhere");
	/* before minutes of work, not after them */
	ck_assert_int_eq(command_run("foedus", "demo", "--json", "/nowhere/x.json", (char *)NULL), 1);
	ck_says("--json: cannot write /nowhere/x.json");
}
END_TEST

/* DIR/tmp/foedus-demo-NAME as a demo leaves it, long ago; the lock's file descriptor, if it has one. */
static int leave_demo(const char *name, bool lock, bool old)
{
	static const struct timespec long_ago[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
	char folder[512], file[600];
	struct err e = ERR_INIT;
	int fd = -1;

	snprintf(folder, sizeof(folder), "%s/tmp/foedus-demo-%s", suite_tmp(), name);
	snprintf(file, sizeof(file), "%s/in-use", folder);
	ck_ok(dir_make(folder, 0700, &e), &e);
	if (lock)
		fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (old)
		ck_assert_int_eq(utimensat(AT_FDCWD, folder, long_ago, 0), 0);
	return fd;
}

static bool demo_is_there(const char *name)
{
	char folder[512];

	snprintf(folder, sizeof(folder), "%s/tmp/foedus-demo-%s", suite_tmp(), name);
	return file_exists(folder);
}

START_TEST(a_killed_demos_folder_goes_with_the_next_demo)
{
	char tmp[512];
	int held;

	ck_assert_int_eq(setenv("TMPDIR", in_tmp(tmp, "tmp"), 1), 0);
	close(leave_demo("killed", true, true));
	held = leave_demo("runs", true, true);
	ck_assert_int_eq(flock(held, LOCK_EX), 0);
	leave_demo("nolock", false, true);
	close(leave_demo("fresh", true, false));
	ck_assert_int_eq(command_run("foedus", "demo", "--data", "/nowhere", (char *)NULL), 2);
	ck_says("foedus-demo-killed, left by a demo that was killed");
	ck_assert(!demo_is_there("killed"));
	ck_assert(demo_is_there("runs"));
	ck_assert(demo_is_there("nolock"));
	ck_assert(demo_is_there("fresh"));
	close(held);
	unsetenv("TMPDIR");
}
END_TEST

/* What a program prints is its result: a full disk under it is a failure. */
START_TEST(a_full_standard_output_is_a_failure)
{
	static const char *const lines[][6] = {{"foedus", "--help"},
	                                       {"foedus", "demo", "--help"},
	                                       {"edmsac", "--version"},
	                                       {"edmsac", "draw", "--help"},
	                                       {"foedus-cloud", "--help"},
	                                       {"foedus-edge", "--version"},
	                                       {"foedus-sim", "--edges", "1", "--seeds", "1..1"}};
	const char *build = getenv("BUILD");

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		const char *words[7] = {0};
		struct process p = {.log = "/dev/full"};
		struct err e = ERR_INIT;
		char path[512];

		memcpy(words, lines[i], sizeof(lines[i]));
		snprintf(path, sizeof(path), "%s/%s", build ? build : "build", words[0]);
		words[0] = path;
		ck_ok(process_start(&p, words, &e), &e);
		while (process_check(&p, NULL) == 0)
			usleep(1000);
		ck_assert_msg(WIFEXITED(p.status) && WEXITSTATUS(p.status) != 0, "%s %s does not notice", lines[i][0],
		              lines[i][1]);
	}
}
END_TEST

SUITE("ctl", a_killed_demos_folder_goes_with_the_next_demo, a_full_standard_output_is_a_failure,
      mistakes_get_one_line_and_code_2, help_is_asked_for_in_every_way,
      an_authority_from_its_making_to_a_revocation, a_request_is_signed_elsewhere, lists_are_json_when_asked,
      a_demo_without_data_says_so)
