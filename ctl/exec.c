#include "ctl/exec.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/mem.h"
#include "common/base/process.h"

#define OUTPUT_MAX ((size_t)1 << 20)

/* The program's path and the words as execv() wants them; the array is the caller's to free(). */
static int prepare(const char *program, const char *const *words, char path[PROCESS_PATH_MAX], char ***argv,
                   struct err *e)
{
	size_t n = 0;
	int rc = process_find(program, path, PROCESS_PATH_MAX, e);

	if (rc)
		return rc;
	while (words[n])
		n++;
	*argv = mem_array(n + 2, sizeof(**argv));
	(*argv)[0] = path;
	for (size_t i = 0; i < n; i++)
		(*argv)[i + 1] = (char *)words[i];
	return 0;
}

int exec_become(const char *program, const char *const *words, struct err *e)
{
	char path[PROCESS_PATH_MAX], **argv;
	int rc = prepare(program, words, path, &argv, e);

	if (rc)
		return rc;
	fflush(stdout);
	signal(SIGPIPE, SIG_DFL);
	execv(path, argv);
	rc = err_errno(e, "%s", path);
	free(argv);
	return rc;
}

static void collect(int fd, struct buf *out)
{
	for (;;) {
		ssize_t n = read(fd, buf_reserve(out, 4096), 4096);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		if (out->len + (size_t)n <= OUTPUT_MAX)
			out->len += (size_t)n;
	}
}

int exec_read(const char *program, const char *const *words, struct buf *out, int *code, struct err *e)
{
	char path[PROCESS_PATH_MAX], **argv;
	int pipes[2], status = 0;
	pid_t pid;
	int rc = prepare(program, words, path, &argv, e);

	if (rc)
		return rc;
	if (pipe2(pipes, 0) != 0) {
		free(argv);
		return err_errno(e, "a pipe");
	}
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		dup2(pipes[1], STDERR_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		execv(path, argv);
		_exit(126);
	}
	close(pipes[1]);
	free(argv);
	if (pid > 0)
		collect(pipes[0], out);
	close(pipes[0]);
	if (pid < 0)
		return err_errno(e, "%s", path);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	*code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return 0;
}
