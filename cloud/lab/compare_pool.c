#include "cloud/lab/compare_pool.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/mem.h"

#define SAY_EVERY_MS  1000  /* on a terminal */
#define SAY_SELDOM_MS 20000 /* elsewhere */
#define THOUSANDTHS   1000

/* What a job's process tells the pool, in memory that both see. */
struct slot {
	atomic_int done; /* thousandths */
	struct err e;
};

struct state {
	const struct pool *p;
	struct slot *slots; /* [jobs] */
	pid_t *pids;        /* [jobs]: 0 = not running */
	sigset_t before;    /* signals blocked when the pool began */
	size_t next, running, finished, failed;
	bool interrupted, terminal;
	int64_t began, said;
	double total; /* cost of all jobs */
};

static struct slot *own; /* of this process, when it is a job's */

void pool_tick(double share)
{
	if (own)
		atomic_store(&own->done, (int)(share * THOUSANDTHS));
}

static _Noreturn void become(struct state *s, size_t job, pid_t parent)
{
	int rc;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	sigprocmask(SIG_SETMASK, &s->before, NULL);
	own = &s->slots[job];
	rc = s->p->work(s->p->user, job, &own->e);
	_exit(rc ? 1 : 0);
}

static int start(struct state *s, struct err *e)
{
	size_t job = s->next;
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		become(s, job, parent);
	if (pid < 0)
		return err_errno(e, "cannot start a process");
	s->pids[job] = pid;
	s->next++;
	s->running++;
	return 0;
}

static void finish(struct state *s, size_t job, int status, struct err *e)
{
	const struct err *why = &s->slots[job].e;
	const char *name = s->p->name(s->p->user, job);

	s->pids[job] = 0;
	s->running--;
	s->finished++;
	atomic_store(&s->slots[job].done, THOUSANDTHS);
	if ((WIFEXITED(status) && WEXITSTATUS(status) == 0) || s->interrupted || s->failed++ > 0)
		return;
	if (WIFSIGNALED(status))
		err_set(e, E_INTERNAL, "%s: ended by signal %d", name, WTERMSIG(status));
	else
		err_set(e, why->code ? why->code : E_INTERNAL, "%s: %.400s", name, why->text);
}

static void collect(struct state *s, struct err *e)
{
	for (size_t i = 0; i < s->next; i++) {
		int status = 0;

		if (s->pids[i] && waitpid(s->pids[i], &status, WNOHANG) == s->pids[i])
			finish(s, i, status, e);
	}
}

static void say(struct state *s, bool last)
{
	int64_t now = clock_mono_ms();
	double done = 0, seconds = (double)(now - s->began) / 1000;

	if (s->p->quiet || (!last && now - s->said < (s->terminal ? SAY_EVERY_MS : SAY_SELDOM_MS)))
		return;
	s->said = now;
	for (size_t i = 0; i < s->next; i++)
		done += s->p->cost(s->p->user, i) * atomic_load(&s->slots[i].done) / THOUSANDTHS;
	fprintf(stderr, "%s%zu of %zu runs done, %zu under way  %.1f %%  %.0f s gone", s->terminal ? "\r" : "",
	        s->finished, s->p->jobs, s->running, 100 * done / s->total, seconds);
	if (done > 0 && !last)
		fprintf(stderr, ", about %.0f s left, %.2f %% a minute   ", seconds * (s->total - done) / done,
		        6000 * done / s->total / seconds);
	fputs(s->terminal && !last ? "" : "\n", stderr);
}

static void stop(struct state *s)
{
	s->interrupted = true;
	for (size_t i = 0; i < s->next; i++)
		if (s->pids[i])
			kill(s->pids[i], SIGTERM);
}

static int run(struct state *s, const sigset_t *wanted, struct err *e)
{
	const struct timespec patience = {0, 200000000};

	while (s->running || (s->next < s->p->jobs && !s->interrupted)) {
		int rc = 0, signal;

		while (rc == 0 && !s->interrupted && s->next < s->p->jobs && s->running < (size_t)s->p->workers)
			rc = start(s, e);
		if (rc && s->running == 0)
			return rc;
		signal = sigtimedwait(wanted, NULL, &patience);
		if (signal == SIGINT || signal == SIGTERM)
			stop(s);
		collect(s, e);
		say(s, false);
	}
	say(s, true);
	if (s->interrupted)
		return err_set(e, E_UNAVAILABLE, "interrupted; the same command goes on from what is finished");
	if (s->failed > 1)
		return err_wrap(e, "%zu of %zu runs failed, the first", s->failed, s->p->jobs);
	return s->failed ? e->code : 0;
}

int pool_run(const struct pool *p, struct err *e)
{
	struct state s = {.p = p, .began = clock_mono_ms(), .terminal = isatty(STDERR_FILENO)};
	size_t bytes = p->jobs * sizeof(*s.slots);
	sigset_t wanted;
	int rc;

	if (p->jobs == 0)
		return 0;
	s.slots = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s.slots == MAP_FAILED)
		return err_errno(e, "%zu bytes of shared memory", bytes);
	s.pids = mem_array(p->jobs, sizeof(*s.pids));
	s.said = s.began;
	for (size_t i = 0; i < p->jobs; i++)
		s.total += p->cost(p->user, i);
	fflush(NULL); /* what is buffered now is the parent's to write */
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGTERM);
	sigprocmask(SIG_BLOCK, &wanted, &s.before);
	rc = run(&s, &wanted, e);
	sigprocmask(SIG_SETMASK, &s.before, NULL);
	munmap(s.slots, bytes);
	free(s.pids);
	return rc;
}
