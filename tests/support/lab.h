/* Runs build/edmsac from outside: with standard input, to its end, or with a signal on the way. */
#ifndef TESTS_LAB_H
#define TESTS_LAB_H

#include <sys/types.h>

#include "common/base/buf.h"

struct lab_outcome {
	int code; /* exit code, or 128 + the signal that killed it */
	struct buf out, err;
};

/* `words` are its arguments, separated by blanks. */
struct lab_outcome lab_run(const char *input, const char *words);
void lab_done(struct lab_outcome *o);

/* The same in two parts; one at a time. */
pid_t lab_start(const char *input, const char *words);
struct lab_outcome lab_wait(pid_t pid);

/* What one command prints, for the next one to read; the caller frees it. Fails the test with the command. */
char *lab_prints(const char *words);
/* Exit code 2, nothing on standard output, and a message that contains `part`. */
void lab_refuses(const char *input, const char *words, const char *part);

#endif
