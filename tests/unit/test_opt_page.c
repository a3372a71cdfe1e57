/* One table makes parser, help, manual pages, sample configuration and completion: here they must agree, for
 * the daemons' own tables. */
#include "common/base/opt_page.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cloud/daemon/options.h"
#include "common/base/file.h"
#include "edge/daemon/options.h"
#include "tests/support/suite.h"

static const struct opt_program *const programs[] = {&cloud_program, &edge_program};

static union {
	struct cloud_options cloud;
	struct edge_options edge;
} values;

/* The page's text; the caller's. */
static char *page(const struct opt_program *p, const char *name)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	struct err e = ERR_INIT;

	ck_assert_ptr_nonnull(out);
	if (strcmp(name, "help") == 0)
		opt_help(p, out);
	else
		ck_ok(opt_page(p, name, out, &e), &e);
	fclose(out);
	return text;
}

static void parse(const struct opt_program *p, const char *file)
{
	char program[] = "program", option[] = "--config", path[512];
	char *argv[] = {program, option, path, NULL};
	struct err e = ERR_INIT;

	snprintf(path, sizeof(path), "%s", file);
	memset(&values, 0, sizeof(values));
	ck_ok(opt_parse(p, 3, argv, &values, NULL, &e), &e);
}

static void write_text(const char *path, const char *text)
{
	struct err e = ERR_INIT;

	ck_ok(file_write(path, text, strlen(text), 0600, &e), &e);
}

START_TEST(every_option_is_on_every_page)
{
	static const struct {
		const char *page, *form; /* the option's name is %s; conf: see below */
	} cases[] = {{"help", "--%s"},  {"man", "Fl -%s"}, {"man5", ".It Cm %s No"}, {"conf", ""},
	             {"bash", "--%s "}, {"zsh", "--%s:"},  {"man-section", "Fl -%s"}};

	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
			char *text = page(programs[i], cases[k].page);
			bool of_file = strcmp(cases[k].page, "conf") == 0 || strcmp(cases[k].page, "man5") == 0;

			for (const struct opt *o = programs[i]->table; o->name; o++) {
				char want[96];

				if (of_file && strcmp(o->name, "config") == 0)
					continue;
				if (strcmp(cases[k].page, "conf") == 0)
					snprintf(want, sizeof(want), "\n%s%s = ", o->fallback == opt_needed ? "" : "#", o->name);
				else
					snprintf(want, sizeof(want), cases[k].form, o->name);
				ck_assert_msg(strstr(text, want) != NULL, "%s --help=%s has no '%s'", programs[i]->name,
				              cases[k].page, want);
			}
			free(text);
		}
	}
}
END_TEST

/* The sample is a right file, and says the defaults: with every remark made a line it reads the same values.
 */
START_TEST(the_sample_is_right_and_says_the_defaults)
{
	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		char path[512], *text = page(programs[i], "conf"), *as_is, *spelt;
		char *from = text, *to = text;
		size_t n = 0;
		FILE *out;

		snprintf(path, sizeof(path), "%s/sample.conf", suite_tmp());
		write_text(path, text);
		parse(programs[i], path);
		out = open_memstream(&as_is, &n);
		opt_show(programs[i], &values, out);
		fclose(out);
		for (; *from; from++) /* "#key = value" loses its mark where there is a default; "# remark" stays */
			if (*from != '#' || from[1] == ' ' || (from > text && from[-1] != '\n'))
				*to++ = *from;
		*to = '\0';
		for (const struct opt *o = programs[i]->table; o->name; o++) {
			char line[160], *at;

			snprintf(line, sizeof(line), "\n%s = %s\n", o->name, o->arg);
			at = o->fallback || o->kind == OPT_FLAG ? NULL : strstr(text, line);
			if (at)
				at[1] = '#'; /* a placeholder, no default */
		}
		write_text(path, text);
		parse(programs[i], path);
		out = open_memstream(&spelt, &n);
		opt_show(programs[i], &values, out);
		fclose(out);
		ck_assert_str_eq(as_is, spelt);
		free(text);
		free(as_is);
		free(spelt);
	}
}
END_TEST

START_TEST(what_is_shown_reads_back_as_itself)
{
	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		char path[512], *sample = page(programs[i], "conf"), *shown = NULL, *again = NULL, *text = NULL;
		size_t n = 0;
		json_t *object;
		FILE *out;

		snprintf(path, sizeof(path), "%s/shown.conf", suite_tmp());
		write_text(path, sample);
		parse(programs[i], path);
		out = open_memstream(&shown, &n);
		opt_show(programs[i], &values, out);
		fclose(out);
		write_text(path, shown);
		parse(programs[i], path);
		out = open_memstream(&again, &n);
		opt_show(programs[i], &values, out);
		fclose(out);
		ck_assert_str_eq(shown, again);
		out = open_memstream(&text, &n);
		opt_show_json(programs[i], &values, out);
		fclose(out);
		object = json_loads(text, 0, NULL);
		for (const struct opt *o = programs[i]->table; o->name; o++)
			ck_assert_msg(strcmp(o->name, "config") == 0 || json_object_get(object, o->name), "no %s",
			              o->name);
		json_decref(object);
		free(sample);
		free(shown);
		free(again);
		free(text);
	}
}
END_TEST

START_TEST(unknown_pages_are_refused)
{
	static const struct opt none[] = {OPT_END};
	static const struct opt_program bare = {"bare", "has no options", "", none, .examples = NULL};
	struct err e = ERR_INIT;

	ck_fails(opt_page(&cloud_program, "roff", stdout, &e), E_INVALID, &e, "man, man5, conf, bash, zsh");
	ck_fails(opt_page(&bare, "conf", stdout, &e), E_INVALID, &e, "bare has no configuration file");
}
END_TEST

SUITE("base/opt_page", every_option_is_on_every_page, the_sample_is_right_and_says_the_defaults,
      what_is_shown_reads_back_as_itself, unknown_pages_are_refused)
