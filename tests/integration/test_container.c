/* What containers start with: an authority that signs by itself, edges that take places, the health probe. */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/process.h"
#include "tests/support/command.h"
#include "tests/support/suite.h"

enum { PATH_CAP = 512, PATIENCE = 30000 };

static struct process authority;

#define ck_says(part)                                                                                        \
	ck_assert_msg(strstr(command_output(), part) != NULL, "'%s' does not say '%s'", command_output(), part)

static const char *in_tmp(const char *name)
{
	static char paths[16][PATH_CAP];
	static unsigned next;
	char *out = paths[next++ % ARRAY_LEN(paths)];

	snprintf(out, PATH_CAP, "%s/%s", suite_tmp(), name);
	return out;
}

static void wait_file(const char *path)
{
	int64_t until = clock_mono_ms() + PATIENCE;

	while (!file_exists(path) && clock_mono_ms() < until)
		usleep(10000);
	ck_assert_msg(file_exists(path), "%s does not appear", path);
}

/* The answer to a request comes in a moment; whoever asks sees the request go. */
static void wait_gone(const char *path)
{
	int64_t until = clock_mono_ms() + PATIENCE;

	while (file_exists(path) && clock_mono_ms() < until)
		usleep(10000);
	ck_assert_msg(!file_exists(path), "%s stays", path);
}

static void start_authority(void)
{
	static const char *const folders[] = {"authority", "keys", "trust", "requests", "state"};
	const char *build = getenv("BUILD"), *words[16];
	char program[PATH_CAP];
	struct err e = ERR_INIT;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		ck_ok(dir_make(in_tmp(folders[i]), 0700, &e), &e);
	snprintf(program, sizeof(program), "%s/foedus", build ? build : "build");
	snprintf(authority.name, sizeof(authority.name), "authority");
	snprintf(authority.log, sizeof(authority.log), "%s", in_tmp("authority.log"));
	words[n++] = program;
	words[n++] = "container";
	words[n++] = "authority";
	for (size_t i = 0; i < 4; i++) {
		static const char *const option[] = {"--dir", "--keys", "--trust", "--requests"};

		words[n++] = option[i];
		words[n++] = in_tmp(folders[i]);
	}
	words[n] = NULL;
	ck_ok(process_start(&authority, words, &e), &e);
	wait_file(in_tmp("keys/cloud.crt"));
}

static void stop_authority(void)
{
	process_stop_all(&authority, 1, PATIENCE);
	ck_assert(WIFEXITED(authority.status) && WEXITSTATUS(authority.status) == 0);
}

/* With the option behind "--" foedus-edge only shows that it was reached. */
static int edge(const char *shards)
{
	return command_run("foedus", "container", "edge", "--state", in_tmp("state"), "--trust", in_tmp("trust"),
	                   "--requests", in_tmp("requests"), "--wait-s=30", "--shards", shards, "--",
	                   "--market-does-not-exist", (char *)NULL);
}

START_TEST(edges_get_places_and_certificates)
{
	start_authority();
	ck_assert(file_exists(in_tmp("keys/agent-key.pem")) && file_exists(in_tmp("keys/ca.crl")));
	ck_assert(!file_exists(in_tmp("trust/agent-key.pem")) && !file_exists(in_tmp("trust/ca.key")));
	ck_assert_int_eq(edge("2"), 2);
	ck_says("unknown option 'market-does-not-exist'"); /* said by foedus-edge */
	ck_says("edge-1, part 1 of 2");
	ck_assert_int_eq(command_run("foedus", "pki", "show", in_tmp("trust/edge-1.crt"), (char *)NULL), 0);
	ck_says("edge-1");
	wait_gone(in_tmp("requests/edge-1.csr"));
	/* the same place again: nothing is asked for */
	ck_assert_int_eq(edge("2"), 2);
	ck_says("edge-1, part 1 of 2");
	stop_authority();
	/* the next start puts back what was lost, and goes on with the same authority */
	ck_assert_int_eq(unlink(in_tmp("trust/ca.crt")), 0);
	start_authority();
	wait_file(in_tmp("trust/ca.crt"));
	stop_authority();
}
END_TEST

START_TEST(a_name_is_signed_once)
{
	struct err e = ERR_INIT;

	start_authority();
	ck_assert_int_eq(edge("1"), 2);
	/* the key is lost, or somebody else claims the name */
	ck_assert_int_eq(unlink(in_tmp("trust/edge-1.crt")), 0);
	ck_assert_int_eq(edge("1"), 1);
	ck_says("the authority refused edge-1");
	/* names that are not an edge's, requests that are none, and requests under another's name */
	ck_assert_int_eq(command_run("foedus", "pki", "request", "cloud", "--out", in_tmp("out"), (char *)NULL),
	                 0);
	ck_assert_int_eq(rename(in_tmp("out/cloud.csr"), in_tmp("requests/edge-7.csr")), 0);
	wait_gone(in_tmp("requests/edge-7.csr"));
	ck_ok(file_write(in_tmp("requests/edge-8.csr"), "junk", 4, 0600, &e), &e);
	wait_gone(in_tmp("requests/edge-8.csr"));
	ck_ok(file_write(in_tmp("requests/..csr"), "junk", 4, 0600, &e), &e);
	wait_gone(in_tmp("requests/..csr"));
	ck_assert(!file_exists(in_tmp("trust/edge-7.crt")) && !file_exists(in_tmp("trust/edge-8.crt")));
	stop_authority();
}
END_TEST

static void request(const char *name)
{
	char file[64], from[PATH_CAP], to[PATH_CAP];

	ck_assert_int_eq(command_run("foedus", "pki", "request", name, "--out", in_tmp("out"), (char *)NULL), 0);
	snprintf(file, sizeof(file), "out/%s.csr", name);
	snprintf(from, sizeof(from), "%s", in_tmp(file));
	snprintf(file, sizeof(file), "requests/%s.csr", name);
	snprintf(to, sizeof(to), "%s", in_tmp(file));
	ck_assert_int_eq(rename(from, to), 0);
}

/* There are eight places, unless something else is said. */
START_TEST(only_names_of_places_are_signed)
{
	static const char *const no[] = {"edge-9", "edge-0", "edge-01", "edge", "edge-1x"};
	char path[64];

	start_authority();
	for (size_t i = 0; i < ARRAY_LEN(no); i++) {
		request(no[i]);
		snprintf(path, sizeof(path), "requests/%s.csr", no[i]);
		wait_gone(in_tmp(path));
		snprintf(path, sizeof(path), "trust/%s.crt", no[i]);
		ck_assert_msg(!file_exists(in_tmp(path)), "%s was signed", no[i]);
	}
	request("edge-4");
	wait_file(in_tmp("trust/edge-4.crt"));
	stop_authority();
}
END_TEST

/* An edge that is not what it should be must not keep the others from their certificates. */
START_TEST(requests_that_are_no_files_do_not_stop_the_authority)
{
	start_authority();
	ck_assert_int_eq(mkfifo(in_tmp("requests/edge-5.csr"), 0600), 0);
	wait_gone(in_tmp("requests/edge-5.csr"));
	ck_assert_int_eq(symlink(in_tmp("authority/ca.key"), in_tmp("requests/edge-6.csr")), 0);
	wait_gone(in_tmp("requests/edge-6.csr"));
	ck_assert(file_exists(in_tmp("authority/ca.key")));
	ck_assert_int_eq(mkdir(in_tmp("requests/edge-7.csr"), 0700), 0);
	wait_gone(in_tmp("requests/edge-7.csr"));
	request("edge-8");
	wait_file(in_tmp("trust/edge-8.crt"));
	wait_gone(in_tmp("requests/edge-8.csr"));
	ck_assert(!file_exists(in_tmp("authority/request.pem")));
	stop_authority();
}
END_TEST

START_TEST(health_is_an_exit_code)
{
	ck_assert_int_eq(command_run("foedus", "health", "127.0.0.1:1", (char *)NULL), 1);
	ck_says("http://127.0.0.1:1/healthz");
	ck_assert_int_eq(command_run("foedus", "health", (char *)NULL), 2);
	ck_assert_int_eq(command_run("foedus", "health", "a:1", "--path", "x", (char *)NULL), 2);
	ck_says("does not begin with '/'");
}
END_TEST

SUITE_TIMEOUT("integration/container", 400, edges_get_places_and_certificates, a_name_is_signed_once,
              requests_that_are_no_files_do_not_stop_the_authority, only_names_of_places_are_signed,
              health_is_an_exit_code)
