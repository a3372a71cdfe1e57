#include <stdio.h>
#include <string.h>

#include "common/base/opt_page.h"

#define HELP_COLUMN 36

static void line(const char *left, const char *help, FILE *out)
{
	/* What is too long for its column stands alone. */
	if (strlen(left) > HELP_COLUMN)
		fprintf(out, "  %s\n  %-*s %s", left, HELP_COLUMN, "", help);
	else
		fprintf(out, "  %-*s %s", HELP_COLUMN, left, help);
}

static void help_line(const struct opt *o, FILE *out)
{
	char left[96];

	snprintf(left, sizeof(left), "%s%c%s--%s%s%s", o->letter ? "-" : " ", o->letter ? o->letter : ' ',
	         o->letter ? ", " : "  ", o->name, o->kind == OPT_FLAG ? "" : " ",
	         o->kind == OPT_FLAG ? "" : o->arg);
	line(left, o->help, out);
	if (o->fallback == opt_needed)
		fputs(" (needed)", out);
	else if (o->fallback && *o->fallback && o->kind != OPT_FLAG)
		fprintf(out, " (default: %s)", o->fallback);
	if (o->reload)
		fputs(" (reloadable)", out);
	fputc('\n', out);
}

static void plain_line(const char *left, const char *help, FILE *out)
{
	line(left, help, out);
	fputc('\n', out);
}

bool opt_has_config(const struct opt_program *p)
{
	for (const struct opt *o = p->table; o->name; o++)
		if (strcmp(o->name, "config") == 0)
			return true;
	return false;
}

void opt_help_examples(const char *examples, FILE *out)
{
	if (examples)
		fprintf(out, "\nExamples:\n%s", examples);
}

void opt_help(const struct opt_program *p, FILE *out)
{
	fprintf(out, "%s: %s\n\nUsage: %s [options]%s%s\n\nOptions:\n", p->name, p->summary, p->name,
	        *p->operands ? " " : "", p->operands);
	for (const struct opt *o = p->table; o->name; o++)
		help_line(o, out);
	if (opt_has_config(p)) {
		plain_line("    --check-config", "say whether the options are right, and end", out);
		plain_line("    --show-config[=json]", "show what holds after all was read, and end", out);
	}
	plain_line("-h, --help", "show this", out);
	plain_line("    --version", "show the version", out);
	opt_help_examples(p->examples, out);
}
