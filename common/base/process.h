/* Child processes: started with their output in a log file, watched, and always ended by pid. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "common/base/err.h"

#define PROCESS_PATH_MAX 512

struct process {
	char name[80];                  /* for messages: "foedus-edge edge-2" */
	char log[PROCESS_PATH_MAX];     /* its standard output and error */
	char program[PROCESS_PATH_MAX]; /* what was executed */
	pid_t pid;                      /* 0 = not running */
	int status;                     /* of waitpid(), once ended */
};

/* Finds a program of the project: beside the running one, else in PATH. E_NOT_FOUND names both places. */
int process_find(const char *program, char *out, size_t cap, struct err *e) MUST_CHECK;
/* p->name and p->log are set by the caller. `argv` ends with NULL; argv[0] is the program's path. The child
 * gets SIGTERM when its parent dies in whatever way. */
int process_start(struct process *p, const char *const *argv, struct err *e) MUST_CHECK;
/* 0 while it runs; E_UNAVAILABLE says how it ended. */
int process_check(struct process *p, struct err *e) MUST_CHECK;
/* SIGTERM to all, then up to `patience_ms` for all of them, then SIGKILL. Those that do not run are skipped.
 */
void process_stop_all(struct process *list, size_t count, int patience_ms);
/* Raises the number of files (and sockets) this process may have open towards `want`; answers what it is now.
 */
uint64_t process_open_files(uint64_t want);
/* The calling thread gives way to others by so much more than the process's first thread does. Again is fine;
 * where it fails, the thread is as urgent as the rest. */
void process_yield(int nicer_by);
/* The last `lines` lines of its log, indented. */
void process_tail(const struct process *p, int lines, FILE *out);

#endif
