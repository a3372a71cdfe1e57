#include "tests/support/lab.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/file.h"
#include "tests/support/suite.h"

#define WORDS_MAX 24

static void redirect(const char *path, int flags, int to)
{
	int fd = open(path, flags, 0600);

	if (fd < 0 || dup2(fd, to) < 0)
		_exit(126);
}

static void stream(const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/lab.%s", suite_tmp(), name);
}

static void read_back(const char *name, struct buf *into)
{
	struct err e = ERR_INIT;
	char path[300];

	stream(name, path, sizeof(path));
	ck_ok(file_read(path, 1 << 24, into, &e), &e);
	buf_cstr(into);
}

pid_t lab_start(const char *input, const char *words)
{
	char program[200], line[1000], in[300], out[300], err[300];
	char *argv[WORDS_MAX + 2] = {program};
	char *rest = line;
	struct err e = ERR_INIT;
	const char *build = getenv("BUILD");
	int n = 1;
	pid_t pid;

	snprintf(program, sizeof(program), "%s/edmsac", build ? build : "build");
	snprintf(line, sizeof(line), "%s", words);
	for (char *w = strtok_r(line, " ", &rest); w && n <= WORDS_MAX; w = strtok_r(NULL, " ", &rest))
		argv[n++] = w;
	stream("in", in, sizeof(in));
	stream("out", out, sizeof(out));
	stream("err", err, sizeof(err));
	ck_ok(file_write(in, input, strlen(input), 0600, &e), &e);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		redirect(in, O_RDONLY, STDIN_FILENO);
		redirect(out, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
		redirect(err, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
		execv(program, argv);
		_exit(127);
	}
	return pid;
}

struct lab_outcome lab_wait(pid_t pid)
{
	struct lab_outcome o = {0};
	int status = 0;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	o.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	read_back("out", &o.out);
	read_back("err", &o.err);
	return o;
}

struct lab_outcome lab_run(const char *input, const char *words)
{
	struct lab_outcome o = lab_wait(lab_start(input, words));

	ck_assert_msg(o.code < 128, "edmsac %s: killed by signal %d", words, o.code - 128);
	return o;
}

void lab_done(struct lab_outcome *o)
{
	buf_release(&o->out);
	buf_release(&o->err);
}

char *lab_prints(const char *words)
{
	struct lab_outcome o = lab_run("", words);
	char *text;

	ck_assert_msg(o.code == 0, "edmsac %s: %s", words, (char *)o.err.data);
	text = mem_strdup(buf_cstr(&o.out));
	lab_done(&o);
	return text;
}

void lab_refuses(const char *input, const char *words, const char *part)
{
	struct lab_outcome o = lab_run(input, words);

	ck_assert_msg(o.code == 2, "edmsac %s: exit code %d", words, o.code);
	ck_assert_msg(o.out.len == 0, "edmsac %s: printed %s", words, (char *)o.out.data);
	ck_assert_msg(strstr(buf_cstr(&o.err), part) != NULL, "edmsac %s: '%s' does not say '%s'", words,
	              (char *)o.err.data, part);
	lab_done(&o);
}
