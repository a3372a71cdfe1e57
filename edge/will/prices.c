#include "edge/will/prices.h"

#include <math.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/str.h"

#define TABLE_BYTES_MAX 65536
#define PRICE_MAX       1e6

/* One line without its comment; 1 when it held a price. */
static int parse_line(char *line, struct price_table *out, struct err *e)
{
	char *words[3] = {NULL};
	char *rest = line;
	int64_t hour;
	size_t n = 0;
	int rc;

	line[strcspn(line, "#\r")] = '\0';
	for (char *w = strtok_r(line, " \t", &rest); w && n < 3; w = strtok_r(NULL, " \t", &rest))
		words[n++] = w;
	if (n == 0)
		return 0;
	if (n != 2)
		return err_set(e, E_INVALID, "not of the form HOUR PRICE");
	rc = str_to_int(words[0], "hour", 0, PRICE_HOURS - 1, &hour, e);
	if (rc)
		return rc;
	if (!isnan(out->hour[hour]))
		return err_set(e, E_INVALID, "hour %d has a price already", (int)hour);
	rc = str_to_double(words[1], "price", 0, PRICE_MAX, &out->hour[hour], e);
	return rc ? rc : 1;
}

/* Fills the hours that were not listed from the listed one before them. */
static void fill_hours(struct price_table *t)
{
	double last = NAN;

	for (int i = 0; i < 2 * PRICE_HOURS; i++) {
		double *p = &t->hour[i % PRICE_HOURS];

		if (isnan(*p))
			*p = last;
		last = *p;
	}
	t->low = t->high = t->hour[0];
	for (int h = 1; h < PRICE_HOURS; h++) {
		t->low = fmin(t->low, t->hour[h]);
		t->high = fmax(t->high, t->hour[h]);
	}
}

int price_table_parse(const char *text, size_t n, const char *source, struct price_table *out, struct err *e)
{
	int prices = 0;
	size_t at = 0;

	for (int h = 0; h < PRICE_HOURS; h++)
		out->hour[h] = NAN;
	for (int number = 1; at < n; number++) {
		const char *end = memchr(text + at, '\n', n - at);
		size_t length = end ? (size_t)(end - text) - at : n - at;
		char line[128];
		int rc;

		if (memchr(text + at, '\0', length))
			return err_set(e, E_INVALID, "%s, line %d: not text", source, number);
		if (length >= sizeof(line))
			return err_set(e, E_INVALID, "%s, line %d: longer than %zu bytes", source, number,
			               sizeof(line) - 1);
		memcpy(line, text + at, length);
		line[length] = '\0';
		rc = parse_line(line, out, e);
		if (rc < 0)
			return err_wrap(e, "%s, line %d", source, number);
		prices += rc;
		at += length + 1;
	}
	if (prices == 0)
		return err_set(e, E_INVALID, "%s: has no prices; lines are HOUR PRICE", source);
	fill_hours(out);
	return 0;
}

int price_table_load(const char *path, struct price_table *out, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc = file_read(path, TABLE_BYTES_MAX, &text, e);

	if (rc == 0)
		rc = price_table_parse((const char *)text.data, text.len, path, out, e);
	buf_release(&text);
	return rc;
}
