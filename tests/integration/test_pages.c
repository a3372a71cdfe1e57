/* The pages that programs print of themselves: manual pages that a checker takes, completion that offers
 * every command, sample configurations that `foedus config` finds right; and the live screen on a real
 * terminal. */
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/process.h"
#include "tests/support/command.h"
#include "tests/support/farm.h"
#include "tests/support/suite.h"

#define TERMINAL_MS 30000

#define ck_says(part)                                                                                        \
	ck_assert_msg(strstr(command_output(), part) != NULL, "'%s' does not say '%s'", command_output(), part)

static const char *const programs[] = {"foedus", "foedus-cloud", "foedus-edge", "foedus-sim", "edmsac"};

/* A program of the system; its exit code, or -1 when there is none. Its output is in DIR/tool.log. */
static int tool(const char *const *words, char log[512])
{
	struct process p = {.name = "tool"};
	struct err e = ERR_INIT;
	char path[PROCESS_PATH_MAX];
	const char *w[8] = {NULL};

	snprintf(p.log, sizeof(p.log), "%s/tool.log", suite_tmp());
	snprintf(log, 512, "%s", p.log);
	if (process_find(words[0], path, sizeof(path), &e))
		return -1;
	w[0] = path;
	for (size_t i = 1; i < 7 && words[i]; i++)
		w[i] = words[i];
	ck_ok(process_start(&p, w, &e), &e);
	while (process_check(&p, NULL) == 0)
		usleep(1000);
	return WIFEXITED(p.status) ? WEXITSTATUS(p.status) : 255;
}

static void keep(const char *path)
{
	struct err e = ERR_INIT;

	ck_ok(file_write(path, command_output(), strlen(command_output()), 0600, &e), &e);
}

/* Where mandoc is installed it must have nothing to say beyond matters of style. */
static void lint(const char *page)
{
	char path[512], log[512];
	const char *words[] = {"mandoc", "-T", "lint", "-W", "warning", path, NULL};
	struct buf said = BUF_INIT;
	struct err e = ERR_INIT;

	snprintf(path, sizeof(path), "%s/%s", suite_tmp(), page);
	keep(path);
	if (tool(words, log) < 0)
		return;
	ck_ok(file_read(log, 1 << 20, &said, &e), &e);
	ck_assert_msg(said.len == 0, "%s", buf_cstr(&said));
	buf_release(&said);
}

START_TEST(manual_pages_are_sound_and_name_what_help_names)
{
	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		ck_assert_int_eq(command_run(programs[i], "--help=man", (char *)NULL), 0);
		ck_says(".Sh NAME");
		ck_says(".Sh EXIT STATUS");
		ck_says(".Sh EXAMPLES");
		lint("page.1");
	}
	ck_assert_int_eq(command_run("foedus-cloud", "--help=man5", (char *)NULL), 0);
	ck_says("FOEDUS-CLOUD.CONF 5");
	lint("page.5");
	ck_assert_int_eq(command_run("foedus-edge", "--help=man5", (char *)NULL), 0);
	lint("page.5");
}
END_TEST

/* The first words of the lines that a help indents by two blanks, before its examples; the number of them. */
static size_t commands_of(const char *help, char out[][24], size_t max)
{
	const char *end = strstr(help, "\nExamples:");
	size_t n = 0;

	for (const char *at = strstr(help, "\n  "); at && (!end || at < end) && n < max;
	     at = strstr(at + 1, "\n  ")) {
		size_t length = strcspn(at + 3, " \n");

		if (length && length < 24)
			snprintf(out[n++], 24, "%.*s", (int)length, at + 3);
	}
	return n;
}

/* Every noun, and every verb of the nouns that have some, is in completion and manual page, and has an
 * example. */
START_TEST(no_command_is_left_out)
{
	static char nouns[40][24], verbs[40][24];
	struct buf bash = BUF_INIT, zsh = BUF_INIT, man = BUF_INIT;
	size_t count, pairs = 0;

	ck_assert_int_eq(command_run("foedus", "--help=bash", (char *)NULL), 0);
	buf_str(&bash, command_output());
	ck_assert_int_eq(command_run("foedus", "--help=zsh", (char *)NULL), 0);
	buf_str(&zsh, command_output());
	ck_assert_int_eq(command_run("foedus", "--help=man", (char *)NULL), 0);
	buf_str(&man, command_output());
	ck_assert_int_eq(command_run("foedus", "--help", (char *)NULL), 0);
	count = commands_of(command_output(), nouns, ARRAY_LEN(nouns));
	ck_assert_uint_ge(count, 15);
	for (size_t i = 0; i < count; i++) {
		size_t n;

		ck_assert_int_eq(command_run("foedus", nouns[i], "--help", (char *)NULL), 0);
		ck_says("\nExamples:\n");
		n = strstr(command_output(), "<verb>") ? commands_of(command_output(), verbs, ARRAY_LEN(verbs)) : 0;
		for (size_t k = 0; k < (n ? n : 1); k++, pairs++) {
			char key[96], section[96];

			snprintf(key, sizeof(key), "'foedus %.23s%s%.23s'", nouns[i], n ? " " : "", n ? verbs[k] : "");
			snprintf(section, sizeof(section), ".Ss foedus %.23s%s%.23s ", nouns[i], n ? " " : "",
			         n ? verbs[k] : "");
			ck_assert_msg(strstr(buf_cstr(&bash), key) != NULL, "bash: no %s", key);
			ck_assert_msg(strstr(buf_cstr(&zsh), key) != NULL, "zsh: no %s", key);
			ck_assert_msg(strstr(buf_cstr(&man), section) != NULL, "man: no %s", section);
			if (n) {
				ck_assert_int_eq(command_run("foedus", nouns[i], verbs[k], "--help", (char *)NULL), 0);
				ck_says("\nExamples:\n");
			}
		}
	}
	ck_assert_uint_ge(pairs, 38);
	buf_release(&bash);
	buf_release(&zsh);
	buf_release(&man);
}
END_TEST

/* In the shell itself. */
START_TEST(bash_offers_what_may_follow)
{
	static const struct {
		const char *line, *offers;
	} cases[] = {
	    {"foedus edge ''", "list show allow revoke --help"},
	    {"foedus round w", "watch"},
	    {"foedus edge list --color ''", "auto always never"},
	    {"foedus pki issue x --role c", "cloud"},
	    {"foedus agent show 3 --js", "--json"},
	};
	char script[512], log[512], text[800];
	struct err e = ERR_INIT;

	ck_assert_int_eq(command_run("foedus", "--help=bash", (char *)NULL), 0);
	snprintf(script, sizeof(script), "%s/completion", suite_tmp());
	keep(script);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *words[] = {"bash", "-c", text, NULL};
		struct buf said = BUF_INIT;

		snprintf(text, sizeof(text),
		         "source %s; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _foedus; echo "
		         "\"${COMPREPLY[*]}\"",
		         script, cases[i].line);
		ck_assert_int_eq(tool(words, log), 0);
		ck_ok(file_read(log, 65536, &said, &e), &e);
		ck_assert_msg(strncmp(buf_cstr(&said), cases[i].offers, strlen(cases[i].offers)) == 0, "%s: %s",
		              cases[i].line, buf_cstr(&said));
		buf_release(&said);
	}
}
END_TEST

START_TEST(samples_are_right_and_mistakes_have_a_line)
{
	static const char *const daemons[] = {"cloud", "edge"};
	char path[512];
	struct err e = ERR_INIT;

	snprintf(path, sizeof(path), "%s/sample.conf", suite_tmp());
	for (size_t i = 0; i < ARRAY_LEN(daemons); i++) {
		ck_assert_int_eq(command_run("foedus", "config", "dump", daemons[i], (char *)NULL), 0);
		keep(path);
		ck_assert_int_eq(command_run("foedus", "config", "check", daemons[i], path, (char *)NULL), 0);
		ck_says("the options are right");
		ck_assert_int_eq(command_run("foedus", "config", "dump", daemons[i], path, "--json", (char *)NULL),
		                 0);
		ck_says("\"log-level\": \"info\"");
		ck_assert_int_eq(command_run("foedus", "config", "dump", daemons[i], path, (char *)NULL), 0);
		ck_says("log-level = info");
	}
	ck_ok(file_write(path, "name = x\nlisten-on = 1\n", 23, 0600, &e), &e);
	ck_assert_int_eq(command_run("foedus", "config", "check", "cloud", path, (char *)NULL), 2);
	ck_says("sample.conf, line 2: unknown option 'listen-on'");
	ck_assert_int_eq(command_run("foedus", "config", "check", "moon", path, (char *)NULL), 2);
	ck_says("accepted: cloud, edge");
	ck_assert_int_eq(command_run("foedus", "config", "check", "cloud", (char *)NULL), 2);
	ck_assert_int_eq(command_run("foedus", "doctor", "--offline", "--cloud-config", path, (char *)NULL), 1);
	ck_says("FAILED   foedus-cloud");
}
END_TEST

/* What a terminal gets until the program has ended. */
static void read_terminal(int fd, struct buf *out, int ms)
{
	int64_t until = clock_mono_ms() + ms;

	while (clock_mono_ms() < until) {
		ssize_t n = read(fd, buf_reserve(out, 4096), 4096);

		if (n > 0)
			out->len += (size_t)n;
		else
			usleep(5000);
	}
}

static void await_text(int fd, struct buf *seen, const char *text)
{
	int64_t until = clock_mono_ms() + TERMINAL_MS;

	while (!strstr(buf_cstr(seen), text)) {
		ck_assert_msg(clock_mono_ms() < until, "no '%s' in: %s", text, buf_cstr(seen));
		read_terminal(fd, seen, 20);
	}
}

/* Reads on, so that the program is not held up by a full terminal. */
static int await_end(pid_t pid, int fd, struct buf *seen)
{
	int64_t until = clock_mono_ms() + TERMINAL_MS;
	int status = -1;

	while (waitpid(pid, &status, WNOHANG) != pid) {
		ck_assert_msg(clock_mono_ms() < until, "top does not end");
		read_terminal(fd, seen, 20);
	}
	read_terminal(fd, seen, 20);
	return status;
}

static void leave_top(const char *state, int signal)
{
	const char *build = getenv("BUILD");
	struct termios before, after;
	struct buf seen = BUF_INIT;
	int host, device, status;
	char path[512];
	pid_t pid;

	snprintf(path, sizeof(path), "%s/foedus", build ? build : "build");
	ck_assert_int_eq(openpty(&host, &device, NULL, NULL, &(struct winsize){.ws_row = 24, .ws_col = 80}), 0);
	ck_assert_int_eq(tcgetattr(device, &before), 0);
	pid = fork();
	if (pid == 0) {
		setenv("TERM", "xterm", 1);
		login_tty(dup(device));
		execl(path, path, "top", "--state", state, "--interval-s", "0.2", (char *)NULL);
		_exit(126);
	}
	fcntl(host, F_SETFL, O_NONBLOCK);
	await_text(host, &seen, "\033[?1049h");
	await_text(host, &seen, "policy");
	if (signal)
		kill(pid, signal);
	else
		ck_assert_int_eq(write(host, "q", 1), 1);
	status = await_end(pid, host, &seen);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&seen), "\033[?7h\033[?25h\033[?1049l"));
	ck_assert_int_eq(tcgetattr(device, &after), 0);
	ck_assert_uint_eq(after.c_lflag, before.c_lflag);
	close(host);
	close(device);
	buf_release(&seen);
}

/* A root folder without /dev/pts has none. */
static bool there_are_terminals(void)
{
	int host, device;

	if (openpty(&host, &device, NULL, NULL, NULL) != 0)
		return false;
	close(host);
	close(device);
	return true;
}

START_TEST(top_gives_the_terminal_back)
{
	struct farm *f;
	char state[FARM_PATH];

	if (!there_are_terminals()) {
		puts("no pseudo-terminals on this system: top is not looked at");
		return;
	}
	f = farm_new((struct farm_options){.edges_min = 2});
	farm_start_cloud(f);
	farm_path(f, state, "cloud");
	leave_top(state, 0);
	leave_top(state, SIGTERM);
	leave_top(state, SIGINT);
	farm_free(f);
}
END_TEST

SUITE("pages", manual_pages_are_sound_and_name_what_help_names, no_command_is_left_out,
      bash_offers_what_may_follow, samples_are_right_and_mistakes_have_a_line, top_gives_the_terminal_back)
