#include "common/base/opt_page.h"

#include <string.h>

#include "common/base/mem.h"

const char opt_pages[] = "man, man5, conf, bash, zsh";

static void script(const struct opt_program *p, enum words_shell shell, FILE *out)
{
	struct words w = {out, shell};

	words_script_begin(&w, p->name);
	words_options(&w, p);
	words_script_end(&w, p->name);
}

static void page_bash(const struct opt_program *p, FILE *out)
{
	script(p, WORDS_BASH, out);
}

static void page_zsh(const struct opt_program *p, FILE *out)
{
	script(p, WORDS_ZSH, out);
}

static void page_bash_words(const struct opt_program *p, FILE *out)
{
	words_options(&(struct words){out, WORDS_BASH}, p);
}

static void page_zsh_words(const struct opt_program *p, FILE *out)
{
	words_options(&(struct words){out, WORDS_ZSH}, p);
}

static const struct page {
	const char *name;
	bool of_file; /* only where options may stand in a file */
	void (*print)(const struct opt_program *p, FILE *out);
} pages[] = {
    {"man", false, man_page},
    {"man5", true, man_page5},
    {"conf", true, opt_sample},
    {"bash", false, page_bash},
    {"zsh", false, page_zsh},
    {"man-section", false, man_section},
    {"bash-words", false, page_bash_words},
    {"zsh-words", false, page_zsh_words},
};

int opt_page(const struct opt_program *p, const char *page, FILE *out, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		if (strcmp(pages[i].name, page) != 0)
			continue;
		if (pages[i].of_file && !opt_has_config(p))
			return err_set(e, E_INVALID, "--help=%s: %s has no configuration file", page, p->name);
		pages[i].print(p, out);
		return 0;
	}
	return err_set(e, E_INVALID, "--help=%.40s: there is no such page (accepted: %s)", page, opt_pages);
}
