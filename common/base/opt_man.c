/* Manual pages in mdoc, the macros that both groff and mandoc read. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/opt_page.h"
#include "common/base/version.h"

#define LINE_MAX_OURS 78

/* In the middle of a line; lines begin at blanks, so that none is long. */
static void text(const char *s, FILE *out)
{
	size_t column = 0;

	for (; *s; s++) {
		if (*s == ' ' && column + 1 + strcspn(s + 1, " ") > LINE_MAX_OURS) {
			fputs(s[1] == '.' || s[1] == '\'' ? "\n\\&" : "\n", out);
			column = 0;
			continue;
		}
		if (!column && (*s == '.' || *s == '\''))
			fputs("\\&", out);
		fputs(*s == '\\' ? "\\e" : (const char[]){*s, '\0'}, out);
		column++;
	}
}

/* A word or more as one argument of a macro. */
static void argument(const char *s, FILE *out)
{
	fputc('"', out);
	for (; *s; s++) {
		if (*s == '"')
			fputs("\"\"", out);
		else if (*s == '\\')
			fputs("\\e", out);
		else
			fputc(*s, out);
	}
	fputc('"', out);
}

void man_text(const char *s, FILE *out)
{
	text(s, out);
	fputc('\n', out);
}

/* A summary begins without a capital and has no full stop; in a paragraph it has both. */
static void sentence(const char *s, FILE *out)
{
	char *whole = mem_strdup(s);

	whole[0] = (char)toupper((unsigned char)whole[0]);
	text(whole, out);
	fputs(".\n", out);
	free(whole);
}

void man_begin(const char *name, int section, const char *summary, FILE *out)
{
	fputs(".Dd ", out);
	fputs(FOEDUS_DATE "\n.Dt ", out);
	for (const char *c = name; *c; c++)
		fputc(toupper((unsigned char)*c), out);
	fprintf(out, " %d\n.Os\n.Sh NAME\n.Nm %s\n.Nd ", section, name);
	man_text(summary, out);
}

static void literal(const char *s, FILE *out)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", out);
	for (; *s; s++)
		fputs(*s == '\\' ? "\\e" : (const char[]){*s, '\0'}, out);
	fputc('\n', out);
}

void man_examples(const char *examples, FILE *out)
{
	if (!examples)
		return;
	fputs(".Bd -literal -offset indent\n", out);
	while (*examples) {
		char row[256];
		size_t n;

		examples += strspn(examples, " ");
		n = strcspn(examples, "\n");
		snprintf(row, sizeof(row), "%.*s", (int)n, examples);
		literal(row, out);
		examples += n + (examples[n] == '\n');
	}
	fputs(".Ed\n", out);
}

static const char *const others[] = {"edmsac", "foedus", "foedus-cloud", "foedus-edge", "foedus-sim"};

void man_end(const char *name, FILE *out)
{
	const size_t count = sizeof(others) / sizeof(*others);
	size_t left = count;

	for (size_t i = 0; i < count; i++)
		left -= strcmp(others[i], name) == 0;
	fputs(".Sh SEE ALSO\n", out);
	for (size_t i = 0; i < count; i++)
		if (strcmp(others[i], name) != 0)
			fprintf(out, ".Xr %s 1%s\n", others[i], --left ? " ," : "");
}

static void value_line(const struct opt *o, FILE *out)
{
	if (o->kind == OPT_INT || o->kind == OPT_DOUBLE)
		fprintf(out, "Accepted: %.10g to %.10g.\n", o->lo, o->hi);
	if (o->kind == OPT_CHOICE)
		fputs("Accepted is one of the words.\n", out);
	if (o->fallback == opt_needed)
		fputs("It must be given.\n", out);
	else if (o->fallback && *o->fallback && o->kind != OPT_FLAG) {
		fputs("Default: ", out);
		text(o->fallback, out);
		fputs(".\n", out);
	}
	if (o->reload)
		fputs("A new value is taken on SIGHUP.\n", out);
}

static void option(const struct opt *o, FILE *out)
{
	fputs(".It ", out);
	if (o->letter)
		fprintf(out, "Fl %c , ", o->letter);
	fprintf(out, "Fl -%s", o->name);
	if (o->kind != OPT_FLAG) {
		fputs(" Ar ", out);
		argument(o->arg, out);
	}
	fputc('\n', out);
	sentence(o->help, out);
	value_line(o, out);
}

static void plain_option(const char *flags, const char *help, FILE *out)
{
	fprintf(out, ".It %s\n%s\n", flags, help);
}

static void options(const struct opt_program *p, FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (const struct opt *o = p->table; o->name; o++)
		option(o, out);
	if (opt_has_config(p)) {
		plain_option("Fl -check-config", "Say whether the options are right, and end.", out);
		plain_option("Fl -show-config Ns Op = Ns Cm json", "Show what holds after all was read, and end.",
		             out);
	}
	plain_option("Fl h , Fl -help", "Show a summary.", out);
	plain_option("Fl -version", "Show the version.", out);
	fputs(".El\n", out);
}

void man_section(const struct opt_program *p, FILE *out)
{
	fputs(".Ss ", out);
	fprintf(out, "%s Op Ar options", p->name);
	if (*p->operands) {
		fputs(" Ar ", out);
		argument(p->operands, out);
	}
	fputc('\n', out);
	sentence(p->summary, out);
	if (p->table->name) {
		fputs(".Bl -tag -width Ds\n", out);
		for (const struct opt *o = p->table; o->name; o++)
			option(o, out);
		fputs(".El\n", out);
	}
	man_examples(p->examples, out);
}

void man_page(const struct opt_program *p, FILE *out)
{
	man_begin(p->name, 1, p->summary, out);
	fputs(".Sh SYNOPSIS\n.Nm\n.Op Ar options\n", out);
	if (*p->operands) {
		fputs(".Ar ", out);
		argument(p->operands, out);
		fputc('\n', out);
	}
	fputs(".Sh DESCRIPTION\n", out);
	sentence(p->summary, out);
	fputs(".Pp\nThe options are:\n", out);
	options(p, out);
	if (opt_has_config(p))
		fprintf(out,
		        ".Sh FILES\n.Bl -tag -width Ds\n.It Pa %s.conf\nNamed by\n.Fl -config ;\nsee\n.Xr %s.conf 5 "
		        ".\n.El\n",
		        p->name, p->name);
	fputs(".Sh EXIT STATUS\n0 when it did what it was asked to, 1 when that failed, 2 when the options were "
	      "wrong.\n",
	      out);
	if (p->examples)
		fputs(".Sh EXAMPLES\n", out);
	man_examples(p->examples, out);
	man_end(p->name, out);
}

void man_page5(const struct opt_program *p, FILE *out)
{
	char name[80];

	snprintf(name, sizeof(name), "%s.conf", p->name);
	man_begin(name, 5, "configuration file", out);
	fprintf(out,
	        ".Sh DESCRIPTION\nRead by\n.Xr %s 1\nfor its option\n.Fl -config .\n"
	        "Lines are of the form\n.Ql key = value ;\n"
	        "those that begin with\n.Ql #\nor\n.Ql \\&;\nare remarks.\n"
	        "The keys are the long options; what the command line says goes before.\n"
	        "Options without a value take\n.Ql true\nor\n.Ql false .\n.Pp\nThe keys are:\n"
	        ".Bl -tag -width Ds\n",
	        p->name);
	for (const struct opt *o = p->table; o->name; o++) {
		if (strcmp(o->name, "config") == 0)
			continue;
		fprintf(out, ".It Cm %s No = Ar ", o->name);
		argument(o->kind == OPT_FLAG ? "true|false" : o->arg, out);
		fputc('\n', out);
		sentence(o->help, out);
		value_line(o, out);
	}
	fprintf(out,
	        ".El\n.Sh EXAMPLES\nA sample with every key and its default:\n.Bd -literal -offset indent\n"
	        "%s --help=conf > %s\n.Ed\n.Sh SEE ALSO\n.Xr foedus 1 ,\n.Xr %s 1\n",
	        p->name, name, p->name);
}
