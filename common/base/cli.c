#include "common/base/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/cli_page.h"
#include "common/base/grid.h"
#include "common/base/mem.h"
#include "common/base/opt_page.h"
#include "common/base/str.h"
#include "common/base/version.h"

static void group_help(const struct cli_group *g, FILE *out)
{
	fprintf(out, "%s: %s\n\nUsage: %s <%s> [options]\n\n", g->name, g->summary, g->name, g->what);
	for (size_t i = 0; i < g->count; i++)
		fprintf(out, "  %-10s %s\n", g->commands[i].name, g->commands[i].summary);
	fprintf(out, "\n`%s <%s> --help` tells more about one.\n", g->name, g->what);
	opt_help_examples(g->examples, out);
}

static const struct cli_command *find(const struct cli_group *g, const char *word)
{
	for (size_t i = 0; i < g->count; i++)
		if (strcmp(g->commands[i].name, word) == 0)
			return &g->commands[i];
	return NULL;
}

/* The nearest name within two edits, or NULL. */
static const char *nearest(const struct cli_group *g, const char *word)
{
	const char *best = NULL;
	size_t least = 3;

	for (size_t i = 0; i < g->count; i++) {
		size_t d = str_distance(word, strlen(word), g->commands[i].name);

		if (d < least && d < strlen(g->commands[i].name)) {
			least = d;
			best = g->commands[i].name;
		}
	}
	return best;
}

static int unknown(const struct cli_group *g, const char *word)
{
	const char *near = nearest(g, word);

	if (near)
		return cli_usage(g->name, "unknown %s '%.40s' (did you mean %s? `%s --help` lists all)", g->what,
		                 word, near, g->name);
	return cli_usage(g->name, "unknown %s '%.40s' (`%s --help` lists all)", g->what, word, g->name);
}

static int help(const struct cli_group *g, int argc, char **argv)
{
	const struct cli_command *c;
	char flag[] = "--help";
	char *ask[] = {NULL, flag, NULL};

	if (argc < 3) {
		group_help(g, stdout);
		return CLI_OK;
	}
	c = find(g, argv[2]);
	if (!c)
		return unknown(g, argv[2]);
	ask[0] = argv[2];
	return c->run(2, ask);
}

int cli_dispatch(const struct cli_group *g, int argc, char **argv)
{
	const struct cli_command *c;

	if (argc < 2) {
		group_help(g, stderr);
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		group_help(g, stdout);
		return CLI_OK;
	}
	if (strcmp(argv[1], "help") == 0)
		return help(g, argc, argv);
	if (strncmp(argv[1], "--help=", 7) == 0)
		return cli_page(g, argv[1]);
	if (strcmp(argv[1], "--version") == 0) {
		printf("%s %s\n", g->name, FOEDUS_VERSION);
		return CLI_OK;
	}
	c = find(g, argv[1]);
	return c ? c->run(argc - 1, argv + 1) : unknown(g, argv[1]);
}

int cli_parse(const struct opt_program *p, int argc, char **argv, void *into, int *first)
{
	struct err e = ERR_INIT;
	int rc;

	rc = opt_parse(p, argc, argv, into, first, &e);
	if (rc == OPT_HELP_SHOWN)
		return CLI_OK;
	if (rc) {
		fprintf(stderr, "%s: %s\n", p->name, e.text);
		return CLI_USAGE;
	}
	return -1;
}

int cli_usage(const char *program, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "%s: ", program);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	return CLI_USAGE;
}

int cli_failed(const char *program, const struct err *e)
{
	struct buf text = BUF_INIT; /* it may quote a peer */

	grid_clean(e->text, &text);
	fprintf(stderr, "%s: %s\n", program, buf_cstr(&text));
	buf_release(&text);
	return e->code == E_INVALID ? CLI_USAGE : CLI_FAILED;
}
