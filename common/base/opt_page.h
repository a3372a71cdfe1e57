/* What else one table of options makes: manual pages, a sample configuration, completion for shells, and the
 * configuration in force.
 *
 *   --help=man    the manual page (mdoc)         --help=conf   a sample configuration file
 *   --help=man5   the page of that file          --help=bash, --help=zsh   completion
 *
 * A program with subcommands is a tree (cli.h). Its page is made of its leaves' sections, so each leaf also
 * answers to "man-section", "bash-words" and "zsh-words". */
#ifndef BASE_OPT_PAGE_H
#define BASE_OPT_PAGE_H

#include <stdio.h>

#include "common/base/opt.h"

/* Prints the page of that name; E_INVALID names those that there are. */
int opt_page(const struct opt_program *p, const char *page, FILE *out, struct err *e) MUST_CHECK;
extern const char opt_pages[]; /* "man, man5, ..." for messages */

void opt_show(const struct opt_program *p, const void *values, FILE *out);
void opt_show_json(const struct opt_program *p, const void *values, FILE *out);
void opt_help_examples(const char *examples, FILE *out); /* with a heading; nothing for NULL */

/* Parts of manual pages, for trees. */
void man_begin(const char *name, int section, const char *summary, FILE *out);
void man_text(const char *text, FILE *out);         /* one line; escaped */
void man_examples(const char *examples, FILE *out); /* may be NULL */
void man_end(const char *name, FILE *out);          /* exit status and see also */
void man_section(const struct opt_program *p, FILE *out);

/* Whole pages of one program. */
void man_page(const struct opt_program *p, FILE *out);
void man_page5(const struct opt_program *p, FILE *out);
void opt_sample(const struct opt_program *p, FILE *out);

/* Completion: the words that may follow a path ("foedus edge"), one call for all of them. */
enum words_shell { WORDS_BASH, WORDS_ZSH };
struct words {
	FILE *out;
	enum words_shell shell;
};
void words_script_begin(const struct words *w, const char *program);
void words_script_end(const struct words *w, const char *program);
void words_begin(const struct words *w, const char *path);
void words_add(const struct words *w, const char *word, const char *summary);
void words_end(const struct words *w);
void words_options(const struct words *w, const struct opt_program *p);

#endif
