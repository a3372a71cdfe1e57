/* The manual page and the completion of a program with subcommands: its own part here, then that of each
 * subcommand, which is asked for by running it with the same word. */
#ifndef BASE_CLI_PAGE_H
#define BASE_CLI_PAGE_H

#include "common/base/cli.h"

/* `word` is "--help=PAGE". The exit code. */
int cli_page(const struct cli_group *g, const char *word);

#endif
