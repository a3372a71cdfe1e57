/* Programs with subcommands, and subcommands with verbs: dispatch by name, exit codes, and the pages of
 * opt_page.h for the whole tree. */
#ifndef BASE_CLI_H
#define BASE_CLI_H

#include <stddef.h>

#include "common/base/err.h"
#include "common/base/opt.h"

enum cli_exit {
	CLI_OK = 0,
	CLI_FAILED = 1, /* it was understood but did not work */
	CLI_USAGE = 2,  /* it was not understood; nothing was changed */
};

/* A word of the command line and what it runs; `argv[0]` of the call is that word. */
struct cli_command {
	const char *name;
	const char *summary; /* one line */
	int (*run)(int argc, char **argv);
};

struct cli_group {
	const char *name;    /* "foedus pki" */
	const char *summary; /* one line */
	const char *what;    /* "command" or "verb", for messages */
	const struct cli_command *commands;
	size_t count;
	const char *examples; /* lines shown at the end of the help, or NULL */
	const char *manual;   /* further sections of the manual page, in mdoc, or NULL */
};

/* Runs the command named by argv[1]. `--help=man`, `--help=bash` and `--help=zsh` print pages. Help goes to
 * stdout when asked for, to stderr (CLI_USAGE) when nothing or nothing known was named; a near miss is
 * suggested. */
int cli_dispatch(const struct cli_group *g, int argc, char **argv);

/* opt_parse() with operands and options in any order (operands are moved behind; "--" ends the options).
 * Returns -1 to go on, with *first the first operand, or the exit code to leave with; errors are printed. */
int cli_parse(const struct opt_program *p, int argc, char **argv, void *into, int *first);

/* Print one line on stderr and return the exit code. */
int cli_usage(const char *program, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int cli_failed(const char *program, const struct err *e);

#endif
