/* A CSV file with a header, read whole. */
#ifndef TESTS_TABLE_H
#define TESTS_TABLE_H

#include <stddef.h>

#define TABLE_COLUMNS_MAX 16

struct table {
	char *text; /* owned; cells point into it */
	size_t columns, rows;
	const char *names[TABLE_COLUMNS_MAX];
	const char **cells; /* [rows][columns], owned */
};

/* The test fails when the file is not there, a row has another number of cells, or nothing follows the
 * header. Lines that begin with '#' are passed over. */
struct table table_read(const char *path);
void table_release(struct table *t);
/* The test fails when there is no such column, or the cell is no number. */
const char *table_text(const struct table *t, size_t row, const char *column);
double table_number(const struct table *t, size_t row, const char *column);

#endif
