#include "tests/support/table.h"

#include <string.h>

#include "common/base/file.h"
#include "common/base/str.h"
#include "tests/support/suite.h"

/* Cuts a line at its commas. */
static size_t cut(char *line, const char **cells)
{
	size_t n = 0;

	for (char *at = line; at; n++) {
		char *comma = strchr(at, ',');

		ck_assert_uint_lt(n, TABLE_COLUMNS_MAX);
		cells[n] = at;
		if (comma)
			*comma++ = '\0';
		at = comma;
	}
	return n;
}

static void add_row(struct table *t, char *line, const char *path)
{
	const char *cells[TABLE_COLUMNS_MAX];
	size_t n = cut(line, cells);

	if (t->columns == 0) {
		t->columns = n;
		memcpy(t->names, cells, sizeof(cells));
		return;
	}
	ck_assert_msg(n == t->columns, "%s, row %zu: %zu cells, the header has %zu", path, t->rows + 1, n,
	              t->columns);
	t->cells = mem_realloc(t->cells, (t->rows + 1) * t->columns, sizeof(*t->cells));
	memcpy(t->cells + t->rows++ * t->columns, cells, n * sizeof(*cells));
}

struct table table_read(const char *path)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	struct table t = {0};

	ck_ok(file_read(path, 1 << 24, &b, &e), &e);
	t.text = mem_strdup(buf_cstr(&b));
	buf_release(&b);
	for (char *line = t.text, *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		if (*line != '#')
			add_row(&t, line, path);
	}
	ck_assert_msg(t.rows > 0, "%s: no rows", path);
	return t;
}

void table_release(struct table *t)
{
	free(t->cells);
	free(t->text);
	*t = (struct table){0};
}

const char *table_text(const struct table *t, size_t row, const char *column)
{
	for (size_t c = 0; c < t->columns; c++)
		if (strcmp(t->names[c], column) == 0)
			return t->cells[row * t->columns + c];
	ck_abort_msg("no column '%s'", column);
	return "";
}

double table_number(const struct table *t, size_t row, const char *column)
{
	struct err e = ERR_INIT;
	double v = 0;

	ck_ok(str_to_double(table_text(t, row, column), column, -1e12, 1e12, &v, &e), &e);
	return v;
}
