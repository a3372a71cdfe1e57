/* Options: one table is the parser, the configuration file, `--help`, and the pages of opt_page.h.
 *
 *   static const struct opt table[] = {
 *       {"listen", 'l', OPT_TEXT, "HOST:PORT", "where edges connect", "0.0.0.0:7700", 0, 0,
 *        OPT_AT(config, listen)},
 *       OPT_END};
 *
 * A program parses into its own struct, whose members have the types given at enum opt_kind. */
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/base/buf.h"
#include "common/base/err.h"

enum opt_kind {
	OPT_FLAG,   /* bool; takes no value */
	OPT_INT,    /* int64_t, lo..hi */
	OPT_DOUBLE, /* double, lo..hi */
	OPT_TEXT,   /* const char *, owned by the table or by argv */
	OPT_CHOICE, /* const char *, one of the words in `arg` separated by '|' */
	OPT_BYTES,  /* int64_t, with k, M or G, up to hi */
};

struct opt {
	const char *name; /* long name without dashes, and the key in the configuration file */
	char letter;      /* short name or 0 */
	enum opt_kind kind;
	const char *arg;      /* placeholder in the help, or the words of a choice */
	const char *help;     /* one sentence fragment */
	const char *fallback; /* default as text; NULL = unset, opt_needed = must be given */
	double lo, hi;        /* accepted range of numbers */
	size_t offset;        /* of the member in the program's struct */
	bool reload;          /* opt_reload() takes a new value while the program runs */
};

/* The last two members of a row. */
#define OPT_AT(type, member)        offsetof(struct type, member), false
#define OPT_AT_RELOAD(type, member) offsetof(struct type, member), true

#define OPT_END                                                                                              \
	{                                                                                                        \
		0                                                                                                    \
	}

extern const char opt_needed[]; /* as a fallback, of OPT_TEXT and OPT_CHOICE only */

struct opt_program {
	const char *name;     /* "foedus-cloud" */
	const char *summary;  /* one line */
	const char *operands; /* "[INSTANCES.jsonl]", or "" when none are taken */
	const struct opt *table;
	const char *examples; /* lines of two blanks, a command and perhaps a remark; NULL = none */
};

/* Result of opt_parse besides errors. */
enum { OPT_RUN = 0, OPT_HELP_SHOWN = 1 };

/* Defaults, then `--config FILE` if the table has it (INI, the keys are the long names), then the command
 * line, the last word winning. Unknown options are an error that names the nearest known one, and so is a
 * needed one that was not given. Prints the help for --help and -h, the version for --version, a page of
 * opt_page.h for --help=PAGE (E_IO when it could not be written). Where there is --config,
 * --show-config[=json] prints what holds after all was read, and --check-config that it is right. Options may
 * stand behind operands; what follows "--" is operands only. argv is put into order, and on OPT_RUN
 * *first_operand is the index in it of the first operand (argc when none). */
int opt_parse(const struct opt_program *p, int argc, char **argv, void *into, int *first_operand,
              struct err *e) MUST_CHECK;
/* The same words and files once more, while the program runs. `fresh` is a zeroed struct like `now`: it takes
 * all that is read now. What changed is told by opt_changes() and taken over by opt_take(). */
int opt_reload(const struct opt_program *p, int argc, char **argv, void *fresh, struct err *e) MUST_CHECK;
/* The names, separated by ", ", of the options of which `fresh` and `now` differ and that are (or are not)
 * marked as reloadable; an empty text when there are none. `out` is cleared first. */
void opt_changes(const struct opt_program *p, const void *now, const void *fresh, bool reloadable,
                 struct buf *out);
/* Both lists into the log: what changed, and what waits for a restart. */
void opt_say_changes(const struct opt_program *p, const void *now, const void *fresh);
/* Copies what is marked as reloadable from `fresh` to `now`. */
void opt_take(const struct opt_program *p, void *now, const void *fresh);
void opt_help(const struct opt_program *p, FILE *out);
bool opt_has_config(const struct opt_program *p); /* whether its options may stand in a file */

#endif
