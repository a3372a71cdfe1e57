/* The sample configuration, and the configuration in force. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/base/opt_page.h"

/* What a needed key says in the sample, so that the sample is a right one. */
static void needed(const struct opt *o, FILE *out)
{
	if (strcmp(o->arg, "FILE") == 0)
		fprintf(out, "%s = /etc/foedus/%s.pem\n", o->name, o->name);
	else if (strcmp(o->arg, "HOST:PORT") == 0)
		fprintf(out, "%s = cloud.example:7700\n", o->name);
	else
		fprintf(out, "%s = %s\n", o->name, o->arg);
}

void opt_sample(const struct opt_program *p, FILE *out)
{
	fprintf(out,
	        "# %s: %s.\n# Keys are the long options (%s(1), %s.conf(5)). What is commented out says the "
	        "default.\n",
	        p->name, p->summary, p->name, p->name);
	for (const struct opt *o = p->table; o->name; o++) {
		if (strcmp(o->name, "config") == 0)
			continue;
		fprintf(out, "\n# %s", o->help);
		if (o->kind == OPT_INT || o->kind == OPT_DOUBLE)
			fprintf(out, " (%.10g to %.10g)", o->lo, o->hi);
		else if (o->kind == OPT_CHOICE)
			fprintf(out, " (%s)", o->arg);
		if (o->reload)
			fputs(" (reloadable)", out);
		fputc('\n', out);
		if (o->fallback == opt_needed)
			needed(o, out);
		else if (o->kind == OPT_FLAG)
			fprintf(out, "#%s = false\n", o->name);
		else
			fprintf(out, "#%s = %s\n", o->name, o->fallback ? o->fallback : o->arg);
	}
}

static json_t *value(const struct opt *o, const void *values)
{
	const void *at = (const char *)values + o->offset;
	const char *text;

	switch (o->kind) {
	case OPT_FLAG:
		return json_boolean(*(const bool *)at);
	case OPT_INT:
	case OPT_BYTES:
		return json_integer(*(const int64_t *)at);
	case OPT_DOUBLE:
		return json_real(*(const double *)at);
	case OPT_TEXT:
	case OPT_CHOICE:
		break;
	}
	text = *(const char *const *)at;
	return text ? json_string(text) : json_null();
}

void opt_show(const struct opt_program *p, const void *values, FILE *out)
{
	for (const struct opt *o = p->table; o->name; o++) {
		const void *at = (const char *)values + o->offset;

		if (strcmp(o->name, "config") == 0)
			continue;
		if (o->kind == OPT_FLAG)
			fprintf(out, "%s = %s\n", o->name, *(const bool *)at ? "true" : "false");
		else if (o->kind == OPT_INT || o->kind == OPT_BYTES)
			fprintf(out, "%s = %lld\n", o->name, (long long)*(const int64_t *)at);
		else if (o->kind == OPT_DOUBLE)
			fprintf(out, "%s = %.15g\n", o->name, *(const double *)at);
		else if (*(const char *const *)at)
			fprintf(out, "%s = %s\n", o->name, *(const char *const *)at);
	}
}

void opt_show_json(const struct opt_program *p, const void *values, FILE *out)
{
	json_t *all = json_object();

	for (const struct opt *o = p->table; o->name; o++)
		if (strcmp(o->name, "config") != 0)
			json_object_set_new(all, o->name, value(o, values));
	json_dumpf(all, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	fputc('\n', out);
	json_decref(all);
}
