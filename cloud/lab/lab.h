/* The policy laboratory: one file per subcommand, dispatched by main.c. */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include "common/base/err.h"

struct lab_command {
	const char *name;
	const char *summary;
	/* argv[0] is the subcommand's name. Returns the program's exit code. */
	int (*run)(int argc, char **argv);
};

extern const struct lab_command lab_solve;
extern const struct lab_command lab_draw;
extern const struct lab_command lab_train;
extern const struct lab_command lab_eval;
extern const struct lab_command lab_bench;
extern const struct lab_command lab_compare;

/* Exit codes: a failure on the way, wrong options or input, and a training that a signal ended early. */
enum { LAB_FAILED = 1, LAB_USAGE = 2, LAB_INTERRUPTED = 3 };

/* Says "edmsac NAME: what was wrong" (the name may be empty) on standard error and returns `code`. */
int lab_fail(const char *name, int code, const struct err *e);
/* Flushes standard output; 0, or LAB_FAILED with a message when not all of it could be written. */
int lab_finish(const char *name);

#endif
