#include "common/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/str.h"

#define LOG_BYTES_MAX ((size_t)64 << 20)

static bool runnable(char *out, size_t cap, const char *folder, size_t folder_len, const char *program)
{
	int n = snprintf(out, cap, "%.*s/%s", (int)folder_len, folder, program);

	return n > 0 && (size_t)n < cap && access(out, X_OK) == 0;
}

int process_find(const char *program, char *out, size_t cap, struct err *e)
{
	char self[PROCESS_PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *slash, *path = getenv("PATH");

	self[n > 0 ? n : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash && runnable(out, cap, self, (size_t)(slash - self), program))
		return 0;
	while (path && *path) {
		size_t len = strcspn(path, ":");

		if (len && runnable(out, cap, path, len, program))
			return 0;
		path += len + (path[len] == ':');
	}
	return err_set(e, E_NOT_FOUND, "%s is neither beside %s nor in PATH", program, self);
}

/* In the child: only calls that are safe after fork(). */
static void become(const struct process *p, const char *const *argv, pid_t parent, const sigset_t *mask)
{
	static const int handled[] = {SIGPIPE, SIGTERM, SIGINT, SIGHUP};
	int log = open(p->log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int null = open("/dev/null", O_RDONLY);

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (log < 0 || null < 0 || getppid() != parent)
		_exit(126);
	dup2(null, STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	setpgid(0, 0); /* an interrupt from the terminal is for the parent, which ends its children in order */
	for (size_t i = 0; i < sizeof(handled) / sizeof(*handled); i++)
		signal(handled[i], SIG_DFL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execv(argv[0], (char *const *)argv);
	dprintf(STDERR_FILENO, "cannot execute %s: errno %d\n", argv[0], errno);
	_exit(127);
}

int process_start(struct process *p, const char *const *argv, struct err *e)
{
	sigset_t all, mask;
	pid_t parent = getpid(), pid;

	if (!str_copy(p->program, sizeof(p->program), argv[0]))
		return err_set(e, E_LIMIT, "%s: the path is longer than %zu", argv[0], sizeof(p->program) - 1);
	/* A signal between fork() and execv() must end the child, not run the parent's handler in it. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &mask);
	pid = fork();
	if (pid == 0)
		become(p, argv, parent, &mask);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (pid < 0)
		return err_errno(e, "%s: cannot start", p->name);
	p->pid = pid;
	return 0;
}

int process_check(struct process *p, struct err *e)
{
	pid_t pid;

	if (p->pid == 0)
		return err_set(e, E_UNAVAILABLE, "%s is not running", p->name);
	pid = waitpid(p->pid, &p->status, WNOHANG);
	if (pid == 0 || (pid < 0 && errno == EINTR))
		return 0;
	p->pid = 0;
	if (WIFSIGNALED(p->status))
		return err_set(e, E_UNAVAILABLE, "%s was ended by signal %d (%s)", p->name, WTERMSIG(p->status),
		               strsignal(WTERMSIG(p->status)));
	return err_set(e, E_UNAVAILABLE, "%s ended with code %d", p->name, WEXITSTATUS(p->status));
}

static bool all_ended(struct process *list, size_t count)
{
	bool all = true;

	for (size_t i = 0; i < count; i++)
		if (list[i].pid > 0 && process_check(&list[i], NULL) == 0)
			all = false;
	return all;
}

static void signal_all(const struct process *list, size_t count, int number)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].pid > 0)
			kill(list[i].pid, number);
}

void process_stop_all(struct process *list, size_t count, int patience_ms)
{
	const struct timespec pause = {0, 5000000};
	int64_t until = clock_mono_ms() + patience_ms;

	signal_all(list, count, SIGTERM);
	while (!all_ended(list, count) && clock_mono_ms() < until)
		nanosleep(&pause, NULL);
	signal_all(list, count, SIGKILL);
	for (size_t i = 0; i < count; i++)
		if (list[i].pid > 0) {
			waitpid(list[i].pid, &list[i].status, 0);
			list[i].pid = 0;
		}
}

void process_tail(const struct process *p, int lines, FILE *out)
{
	struct buf b = BUF_INIT;
	const char *text, *from;

	if (file_read(p->log, LOG_BYTES_MAX, &b, NULL) || b.len == 0) {
		fprintf(out, "    (%s is empty)\n", p->log);
		buf_release(&b);
		return;
	}
	text = buf_cstr(&b);
	from = text + b.len;
	while (from > text && lines > 0)
		if (*--from == '\n' && from[1])
			lines--;
	from += *from == '\n';
	while (*from) {
		size_t n = strcspn(from, "\n");

		fprintf(out, "    %.*s\n", (int)n, from);
		from += n + (from[n] == '\n');
	}
	buf_release(&b);
}

void process_yield(int nicer_by)
{
	int nice;

	errno = 0;
	nice = getpriority(PRIO_PROCESS, (id_t)getpid());
	if (nice == -1 && errno)
		return;
	/* on Linux a thread has its own */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), nice + nicer_by);
}

uint64_t process_open_files(uint64_t want)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return 0;
	if (limit.rlim_cur < want) {
		limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
		(void)getrlimit(RLIMIT_NOFILE, &limit);
	}
	return limit.rlim_cur;
}
