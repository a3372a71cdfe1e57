#include "cloud/lab/compare_part.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/mem.h"
#include "common/base/str.h"

#define PART_BYTES_MAX ((size_t)16 << 20)

static const char header[] = "series,x,y\n";

void part_release(struct part *p)
{
	free(p->rows);
	*p = (struct part){0};
}

void part_add(struct part *p, const char *series, double x, double y)
{
	struct part_row *row;

	if ((p->count & (p->count - 1)) == 0)
		p->rows = mem_realloc(p->rows, p->count ? 2 * p->count : 1, sizeof(*p->rows));
	row = &p->rows[p->count++];
	*row = (struct part_row){.x = x, .y = y};
	str_copy(row->series, sizeof(row->series), series);
}

double part_value(const struct part *p, const char *series, double x)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->rows[i].x == x && strcmp(p->rows[i].series, series) == 0)
			return p->rows[i].y;
	return NAN;
}

int part_write(const char *path, const char *spec, const struct part *p, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc;

	buf_fmt(&b, "# %s\n%s", spec, header);
	for (size_t i = 0; i < p->count; i++)
		buf_fmt(&b, "%s,%.17g,%.17g\n", p->rows[i].series, p->rows[i].x, p->rows[i].y);
	rc = file_write(path, b.data, b.len, 0644, e);
	buf_release(&b);
	return rc;
}

/* Cuts a line into its fields, in place. */
static int read_row(char *line, struct part *out, struct err *e)
{
	char *x = strchr(line, ','), *y = x ? strchr(x + 1, ',') : NULL;
	double at = 0, value = 0;
	int rc;

	if (!y || x == line || (size_t)(x - line) >= sizeof(out->rows->series))
		return err_set(e, E_CORRUPT, "not a series, x and y");
	*x++ = *y++ = '\0';
	rc = str_to_double(x, "x", -1e15, 1e15, &at, e);
	if (rc == 0)
		rc = str_to_double(y, "y", -1e15, 1e15, &value, e);
	if (rc == 0)
		part_add(out, line, at, value);
	return rc ? E_CORRUPT : 0;
}

static int read_rows(char *text, struct part *out, struct err *e)
{
	int number = 3;

	if (strncmp(text, header, strlen(header)) != 0)
		return err_set(e, E_CORRUPT, "line 2: not %.10s", header);
	for (char *line = text + strlen(header); *line; number++) {
		char *end = strchr(line, '\n');

		if (!end)
			return err_set(e, E_CORRUPT, "line %d is cut off", number);
		*end = '\0';
		if (read_row(line, out, e)) {
			err_wrap(e, "line %d", number);
			return E_CORRUPT;
		}
		line = end + 1;
	}
	return 0;
}

int part_read(const char *path, const char *spec, struct part *out, struct err *e)
{
	struct buf b = BUF_INIT;
	size_t n = strlen(spec);
	char *text;
	int rc;

	*out = (struct part){0};
	if (!file_exists(path))
		return err_set(e, E_NOT_FOUND, "%s: no such file", path);
	rc = file_read(path, PART_BYTES_MAX, &b, e);
	text = buf_cstr(&b);
	if (rc == 0 && (strncmp(text, "# ", 2) != 0 || strncmp(text + 2, spec, n) != 0 || text[2 + n] != '\n'))
		rc = err_set(e, E_STATE, "%s was made for another study", path);
	if (rc == 0) {
		rc = read_rows(text + 3 + n, out, e);
		if (rc)
			err_wrap(e, "%s", path);
	}
	if (rc)
		part_release(out);
	buf_release(&b);
	return rc;
}
