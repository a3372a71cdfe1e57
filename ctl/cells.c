#include "ctl/cells.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/buf.h"

const char *field_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

double field_number(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

int64_t field_int(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

bool field_bool(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

void cell_text(struct grid *g, const json_t *object, const char *key)
{
	const char *text = field_text(object, key);

	grid_cell(g, "%s", *text ? text : "-");
}

void cell_int(struct grid *g, const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	if (json_is_integer(v))
		grid_cell(g, "%lld", (long long)json_integer_value(v));
	else
		grid_cell(g, "-");
}

void cell_number(struct grid *g, const json_t *object, const char *key, int decimals)
{
	const json_t *v = json_object_get(object, key);

	/* what rounds to nothing has no sign */
	if (json_is_number(v))
		grid_cell(g, "%.*f", decimals,
		          fabs(json_number_value(v)) < 0.5 * pow(10, -decimals) ? 0.0 : json_number_value(v));
	else
		grid_cell(g, "-");
}

void cell_bool(struct grid *g, const json_t *object, const char *key, const char *yes, const char *no)
{
	grid_cell(g, "%s", field_bool(object, key) ? yes : no);
}

void cell_time(struct grid *g, const json_t *object, const char *key)
{
	const char *text = field_text(object, key);

	if (strlen(text) < 19)
		grid_cell(g, "-");
	else
		grid_cell(g, "%.10s %.8s", text, text + 11);
}

void cell_item(struct grid *g, const json_t *object, const char *key)
{
	if (json_is_string(json_object_get(object, key)))
		cell_text(g, object, key);
	else
		cell_int(g, object, key);
}

struct grid *fields_new(void)
{
	return grid_new(2, NULL, "ll");
}

void fields_add(struct grid *g, const char *name, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&text, fmt, ap);
	va_end(ap);
	grid_cell(g, "%s", name);
	grid_tone(g, GRID_FAINT);
	grid_cell(g, "%s", buf_cstr(&text));
	buf_release(&text);
}

const char *duration_text(double seconds, char out[32])
{
	long long s = seconds > 0 ? (long long)fmin(seconds, 1e15) : 0;

	if (s < 120)
		snprintf(out, 32, "%lld s", s);
	else if (s < 7200)
		snprintf(out, 32, "%lld min", s / 60);
	else if (s < 172800)
		snprintf(out, 32, "%lld h %lld min", s / 3600, s / 60 % 60);
	else
		snprintf(out, 32, "%lld d", s / 86400);
	return out;
}

int64_t time_parse(const char *text)
{
	struct tm t = {0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &t);
	int ms = 0;

	if (!end)
		return -1;
	if (*end == '.' && sscanf(end, ".%3d", &ms) != 1)
		return -1;
	return (int64_t)timegm(&t) * 1000 + ms;
}
