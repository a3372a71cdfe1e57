#include "common/base/cli_page.h"

#include <stdio.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/opt_page.h"

#define WORD_MAX 40

static int each(const struct cli_group *g, const char *page)
{
	int code = CLI_OK;

	for (size_t i = 0; i < g->count && code == CLI_OK; i++) {
		char name[WORD_MAX], word[WORD_MAX];
		char *words[] = {name, word, NULL};

		snprintf(name, sizeof(name), "%s", g->commands[i].name);
		snprintf(word, sizeof(word), "--help=%s", page);
		code = g->commands[i].run(2, words);
	}
	return code;
}

static int man(const struct cli_group *g)
{
	int code;

	man_begin(g->name, 1, g->summary, stdout);
	printf(".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar options\n.Sh DESCRIPTION\nThe commands:\n"
	       ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < g->count; i++) {
		printf(".It Cm %s\n", g->commands[i].name);
		man_text(g->commands[i].summary, stdout);
	}
	printf(".El\n.Pp\nEvery command takes\n.Fl h\nand\n.Fl -help .\n.Sh COMMANDS\n");
	code = each(g, "man-section");
	if (g->manual)
		fputs(g->manual, stdout);
	printf(".Sh EXIT STATUS\n0 when it did what it was asked to, 1 when that failed, 2 when it was not "
	       "understood "
	       "and nothing was changed.\n");
	if (g->examples)
		puts(".Sh EXAMPLES");
	man_examples(g->examples, stdout);
	man_end(g->name, stdout);
	return code;
}

static void own_words(const struct cli_group *g, const struct words *w)
{
	words_begin(w, g->name);
	for (size_t i = 0; i < g->count; i++)
		words_add(w, g->commands[i].name, g->commands[i].summary);
	words_add(w, "--help", "show help");
	words_end(w);
}

static int words(const struct cli_group *g, enum words_shell shell, bool whole)
{
	struct words w = {stdout, shell};
	int code;

	if (whole)
		words_script_begin(&w, g->name);
	own_words(g, &w);
	code = each(g, shell == WORDS_BASH ? "bash-words" : "zsh-words");
	if (whole)
		words_script_end(&w, g->name);
	return code;
}

int cli_page(const struct cli_group *g, const char *word)
{
	const char *page = word + strlen("--help=");
	bool is_part = strstr(page, "-words") != NULL;

	if (strcmp(page, "man") == 0)
		return man(g);
	if (strcmp(page, "man-section") == 0)
		return each(g, page);
	if (strcmp(page, "bash") == 0 || strcmp(page, "bash-words") == 0)
		return words(g, WORDS_BASH, !is_part);
	if (strcmp(page, "zsh") == 0 || strcmp(page, "zsh-words") == 0)
		return words(g, WORDS_ZSH, !is_part);
	return cli_usage(g->name, "%.60s: there is no such page (accepted: man, bash, zsh)", word);
}
