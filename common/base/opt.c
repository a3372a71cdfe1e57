#include "common/base/opt.h"

#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/opt_page.h"
#include "common/base/str.h"
#include "common/base/version.h"

const char opt_needed[] = "";

static const struct opt *by_name(const struct opt_program *p, const char *name, size_t n)
{
	for (const struct opt *o = p->table; o->name; o++)
		if (strlen(o->name) == n && strncmp(o->name, name, n) == 0)
			return o;
	return NULL;
}

static const struct opt *by_letter(const struct opt_program *p, char letter)
{
	for (const struct opt *o = p->table; o->name; o++)
		if (o->letter && o->letter == letter)
			return o;
	return NULL;
}

static int unknown(const struct opt_program *p, const char *word, size_t n, struct err *e)
{
	const struct opt *best = NULL;
	size_t least = 4;

	for (const struct opt *o = p->table; o->name; o++) {
		size_t d = str_distance(word, n, o->name);

		if (d < least) {
			least = d;
			best = o;
		}
	}
	if (best)
		return err_set(e, E_INVALID, "unknown option '%.*s' (did you mean --%s? `%s --help` lists all)",
		               (int)n, word, best->name, p->name);
	return err_set(e, E_INVALID, "unknown option '%.*s' (`%s --help` lists all)", (int)n, word, p->name);
}

static bool is_choice(const char *words, const char *value)
{
	size_t n = strlen(value);

	for (const char *w = words; w; w = strchr(w, '|') ? strchr(w, '|') + 1 : NULL) {
		size_t m = strcspn(w, "|");

		if (m == n && strncmp(w, value, n) == 0)
			return true;
	}
	return false;
}

static int flag_value(const char *value, const char *what, bool *out, struct err *e)
{
	bool yes = strcmp(value, "true") == 0 || strcmp(value, "yes") == 0 || strcmp(value, "1") == 0;
	bool no = strcmp(value, "false") == 0 || strcmp(value, "no") == 0 || strcmp(value, "0") == 0;

	if (!yes && !no)
		return err_set(e, E_INVALID, "%s: '%.32s' is not true or false", what, value);
	*out = yes;
	return 0;
}

static int assign(const struct opt *o, const char *value, void *into, struct err *e)
{
	void *at = (char *)into + o->offset;
	char what[80];

	snprintf(what, sizeof(what), "--%s", o->name);
	switch (o->kind) {
	case OPT_FLAG:
		return flag_value(value, what, at, e);
	case OPT_INT:
		return str_to_int(value, what, (int64_t)o->lo, (int64_t)o->hi, at, e);
	case OPT_DOUBLE:
		return str_to_double(value, what, o->lo, o->hi, at, e);
	case OPT_BYTES:
		return str_to_bytes(value, what, (int64_t)o->hi, at, e);
	case OPT_CHOICE:
		if (!is_choice(o->arg, value))
			return err_set(e, E_INVALID, "%s: '%.64s' is not one of %s", what, value, o->arg);
		break;
	case OPT_TEXT:
		break;
	}
	*(const char **)at = value;
	return 0;
}

struct file_state {
	const struct opt_program *p;
	void *into;
	struct err *e;
	int rc;
};

/* Texts from configuration files live as long as the process, like argv. */
struct kept {
	struct kept *next;
	char text[];
};
static struct kept *kept_texts;

static const char *keep(const char *text)
{
	size_t n = strlen(text) + 1;
	struct kept *k = kept_texts;

	while (k && strcmp(k->text, text) != 0)
		k = k->next;
	if (k) /* what is read again and again does not pile up */
		return k->text;
	k = mem_alloc(sizeof(*k) + n);
	memcpy(k->text, text, n);
	k->next = kept_texts;
	kept_texts = k;
	return k->text;
}

static int on_key(void *ctx, const char *section, const char *key, const char *value)
{
	struct file_state *s = ctx;
	const struct opt *o = by_name(s->p, key, strlen(key));

	(void)section;
	if (s->rc)
		return 0;
	if (!o) {
		s->rc = unknown(s->p, key, strlen(key), s->e);
		return 0;
	}
	s->rc = assign(o, o->kind == OPT_TEXT || o->kind == OPT_CHOICE ? keep(value) : value, s->into, s->e);
	return s->rc == 0;
}

static int from_file(const struct opt_program *p, const char *path, void *into, struct err *e)
{
	struct file_state s = {p, into, e, 0};
	int line = ini_parse(path, on_key, &s);

	if (s.rc)
		return err_wrap(e, "%s, line %d", path, line);
	if (line < 0)
		return err_set(e, E_NOT_FOUND, "%s: cannot read the configuration file", path);
	if (line > 0)
		return err_set(e, E_INVALID, "%s, line %d: not of the form key = value", path, line);
	return 0;
}

static int defaults(const struct opt_program *p, void *into, struct err *e)
{
	for (const struct opt *o = p->table; o->name; o++) {
		int rc = o->fallback && o->fallback != opt_needed ? assign(o, o->fallback, into, e) : 0;

		if (rc)
			return rc;
	}
	return 0;
}

static int check_needed(const struct opt_program *p, const void *into, struct err *e)
{
	for (const struct opt *o = p->table; o->name; o++) {
		const void *at = (const char *)into + o->offset;

		if (o->fallback == opt_needed && !*(const char *const *)at)
			return err_set(e, E_INVALID, "--%s %s is needed: %s (`%s --help` lists all)", o->name, o->arg,
			               o->help, p->name);
	}
	return 0;
}

/* One option at argv[*i]; moves *i past its value. With `config_only` everything but --config is read and
 * dropped. */
static int one(const struct opt_program *p, int argc, char **argv, int *i, void *into, bool config_only,
               struct err *e)
{
	const char *word = argv[*i];
	bool is_long = word[1] == '-';
	size_t n = is_long ? strcspn(word + 2, "=") : 1;
	const struct opt *o = is_long ? by_name(p, word + 2, n) : by_letter(p, word[1]);
	const char *value = is_long && word[2 + n] == '=' ? word + 3 + n : NULL;

	if (!o)
		return is_long ? unknown(p, word + 2, n, e) : unknown(p, word, strlen(word), e);
	if (!is_long && word[2])
		value = word + 2;
	if (o->kind == OPT_FLAG)
		return config_only ? 0 : assign(o, value ? value : "true", into, e);
	if (!value && *i + 1 >= argc)
		return err_set(e, E_INVALID, "--%s needs a value: %s", o->name, o->arg);
	if (!value)
		value = argv[++*i];
	if (config_only)
		return strcmp(o->name, "config") == 0 ? from_file(p, value, into, e) : 0;
	return assign(o, value, into, e);
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1] && strcmp(word, "--") != 0;
}

/* Moves argv[from..to) to argv[at], and what stood between them behind it, in its order. */
static void bring_forward(char **argv, int at, int from, int to)
{
	for (; from < to; at++, from++) {
		char *word = argv[from];

		memmove(&argv[at + 1], &argv[at], (size_t)(from - at) * sizeof(*argv));
		argv[at] = word;
	}
}

/* Options may stand behind operands, up to "--": argv is put into the order options, operands. */
static int command_line(const struct opt_program *p, int argc, char **argv, void *into, bool config_only,
                        int *first, struct err *e)
{
	int i = 1, front = 1;

	for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
		int from = i, rc;

		if (!is_option(argv[i]))
			continue;
		rc = one(p, argc, argv, &i, into, config_only, e);
		if (rc)
			return rc;
		bring_forward(argv, front, from, i + 1);
		front += i + 1 - from;
	}
	if (i < argc)
		bring_forward(argv, front++, i, i + 1);
	i = front;
	*first = i;
	if (i < argc && !*p->operands)
		return err_set(e, E_INVALID, "'%.64s': %s takes no operands (`%s --help`)", argv[i], p->name,
		               p->name);
	return 0;
}

static int shown(struct err *e)
{
	int rc = stdout_finish(e);

	return rc ? rc : OPT_HELP_SHOWN;
}

/* A word that asks for a page instead of a run. */
static bool shows_page(const struct opt_program *p, const char *word, struct err *e, int *rc)
{
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		opt_help(p, stdout);
	else if (strcmp(word, "--version") == 0)
		printf("%s %s\n", p->name, FOEDUS_VERSION);
	else if (strncmp(word, "--help=", 7) == 0)
		*rc = opt_page(p, word + 7, stdout, e);
	else
		return false;
	if (!*rc)
		*rc = shown(e);
	return true;
}

/* Takes a word that asks for what the configuration is out of argv; NULL when there is none. */
static const char *take_config_word(const struct opt_program *p, int *argc, char **argv)
{
	const char *word = NULL;

	for (int i = 1; opt_has_config(p) && i < *argc && strcmp(argv[i], "--") != 0; i++) {
		if (strncmp(argv[i], "--show-config", 13) != 0 && strcmp(argv[i], "--check-config") != 0)
			continue;
		word = argv[i];
		memmove(argv + i, argv + i + 1, (size_t)(*argc - i) * sizeof(*argv));
		--*argc;
		break;
	}
	return word;
}

static int show_config(const struct opt_program *p, const char *word, const void *into, struct err *e)
{
	if (strcmp(word, "--check-config") == 0)
		printf("%s: the options are right\n", p->name);
	else if (strcmp(word, "--show-config") == 0)
		opt_show(p, into, stdout);
	else if (strcmp(word, "--show-config=json") == 0)
		opt_show_json(p, into, stdout);
	else
		return err_set(e, E_INVALID, "'%.64s' is neither --show-config nor --show-config=json", word);
	return shown(e);
}

int opt_parse(const struct opt_program *p, int argc, char **argv, void *into, int *first_operand,
              struct err *e)
{
	const char *config_word;
	int rc = 0, first;

	/* Wherever they stand: an option's value before them does not hide them. */
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (shows_page(p, argv[i], e, &rc))
			return rc;
	config_word = take_config_word(p, &argc, argv);
	rc = defaults(p, into, e);
	if (!rc)
		rc = command_line(p, argc, argv, into, true, &first, e);
	if (!rc)
		rc = command_line(p, argc, argv, into, false, &first, e);
	if (!rc)
		rc = check_needed(p, into, e);
	if (!rc && config_word)
		return show_config(p, config_word, into, e);
	if (!rc && first_operand)
		*first_operand = first;
	return rc;
}
