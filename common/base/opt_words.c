/* Completion: a list from a path ("foedus edge list") to the words that may follow it, and one function for
 * each shell that walks it. After an option with a choice the path is "foedus edge list --color". */
#include <stdlib.h>
#include <string.h>

#include "common/base/opt_page.h"

/* Names of functions have no dashes. */
static void symbol(const char *program, FILE *out)
{
	for (; *program; program++)
		fputc(*program == '-' ? '_' : *program, out);
}

static void replace(const char *text, const char *program, FILE *out)
{
	for (; *text; text++) {
		if (*text == '@')
			symbol(program, out);
		else if (*text == '%')
			fputs(program, out);
		else
			fputc(*text, out);
	}
}

void words_script_begin(const struct words *w, const char *program)
{
	replace(w->shell == WORDS_BASH ? "# bash completion for %\ndeclare -gA _@_words=(\n"
	                               : "#compdef %\ntypeset -gA _@_words\n_@_words=(\n",
	        program, w->out);
}

static const char bash_walk[] =
    ")\n_@()\n{\n"
    "\tlocal current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path=% i\n"
    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
    "\t\t[[ ${_@_words[$path ${COMP_WORDS[i]}]+x} && ${COMP_WORDS[i]} != -* ]] && path+=\" "
    "${COMP_WORDS[i]}\"\n"
    "\tdone\n"
    "\tif [[ $before == -* && ${_@_words[$path $before]+x} ]]; then\n"
    "\t\tpath+=\" $before\"\n"
    "\t\t[[ ${_@_words[$path]} == file ]] && { COMPREPLY=($(compgen -f -- \"$current\")); return; }\n"
    "\tfi\n"
    "\tCOMPREPLY=($(compgen -W \"${_@_words[$path]}\" -- \"$current\"))\n"
    "}\ncomplete -o filenames -F _@ %\n";

static const char zsh_walk[] =
    ")\n_@()\n{\n"
    "\tlocal route=% next i\n\tlocal -a offers\n"
    "\tfor ((i = 2; i < CURRENT; i++)); do\n"
    "\t\tnext=\"$route $words[i]\"\n"
    "\t\t[[ $words[i] != -* && -n $_@_words[$next] ]] && route=$next\n"
    "\tdone\n"
    "\tnext=\"$route $words[CURRENT-1]\"\n"
    "\tif [[ $words[CURRENT-1] == -* && -n $_@_words[$next] ]]; then\n"
    "\t\troute=$next\n"
    "\t\t[[ $_@_words[$route] == file* ]] && { _files; return; }\n"
    "\tfi\n"
    "\toffers=(${(f)_@_words[$route]})\n"
    "\t_describe -o % offers || _files\n"
    "}\nif [[ $zsh_eval_context[-1] == loadautofunc ]]; then _@ \"$@\"; else compdef _@ %; fi\n";

void words_script_end(const struct words *w, const char *program)
{
	replace(w->shell == WORDS_BASH ? bash_walk : zsh_walk, program, w->out);
}

void words_begin(const struct words *w, const char *path)
{
	fprintf(w->out, w->shell == WORDS_BASH ? "['%s']='" : "'%s' $'", path);
}

static void quoted(const struct words *w, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs(w->shell == WORDS_BASH ? "'\\''" : "\\'", w->out);
		else if (*text == ':' && w->shell == WORDS_ZSH)
			fputs("\\\\:", w->out);
		else if (*text == '\\')
			fputs("\\\\", w->out);
		else
			fputc(*text, w->out);
	}
}

void words_add(const struct words *w, const char *word, const char *summary)
{
	quoted(w, word);
	if (w->shell == WORDS_BASH) {
		fputc(' ', w->out);
		return;
	}
	if (*summary) {
		fputc(':', w->out);
		quoted(w, summary);
	}
	fputs("\\n", w->out);
}

void words_end(const struct words *w)
{
	fputs("'\n", w->out);
}

/* What may stand behind one option. */
static void values(const struct words *w, const struct opt_program *p, const struct opt *o,
                   const char *dashed)
{
	char path[160], word[64];
	const char *at = o->arg;

	snprintf(path, sizeof(path), "%s %s", p->name, dashed);
	words_begin(w, path);
	if (o->kind != OPT_CHOICE) {
		fputs("file", w->out);
		words_end(w);
		return;
	}
	while (*at) {
		size_t n = strcspn(at, "|");

		snprintf(word, sizeof(word), "%.*s", (int)n, at);
		words_add(w, word, "");
		at += n + (at[n] == '|');
	}
	words_end(w);
}

static bool has_values(const struct opt *o)
{
	return o->kind == OPT_CHOICE ||
	       (o->kind == OPT_TEXT && (strstr(o->arg, "FILE") || strstr(o->arg, "DIR") || strstr(o->arg, "F.")));
}

void words_options(const struct words *w, const struct opt_program *p)
{
	char word[80];

	words_begin(w, p->name);
	for (const struct opt *o = p->table; o->name; o++) {
		snprintf(word, sizeof(word), "--%s", o->name);
		words_add(w, word, o->help);
	}
	words_add(w, "--help", "show help");
	words_end(w);
	for (const struct opt *o = p->table; o->name; o++) {
		snprintf(word, sizeof(word), "--%s", o->name);
		if (has_values(o))
			values(w, p, o, word);
		snprintf(word, sizeof(word), "-%c", o->letter);
		if (has_values(o) && o->letter)
			values(w, p, o, word);
	}
}
