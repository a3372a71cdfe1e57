/* Parts of the study: what one training run or one sweep of benchmarks found, as a CSV file of its own.
 *
 * The first line of the file is a comment with all that the numbers depend on; a file with the same comment
 * is a finished part and is not computed again. */
#ifndef LAB_COMPARE_PART_H
#define LAB_COMPARE_PART_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"

struct part_row {
	char series[32];
	double x, y;
};

struct part {
	struct part_row *rows; /* owned */
	size_t count;
};

void part_release(struct part *p);
/* `series` has at most 31 letters, none of them a comma. */
void part_add(struct part *p, const char *series, double x, double y);
/* The value of a series at x exactly; NAN where there is none. */
double part_value(const struct part *p, const char *series, double x);

/* Whole or not at all. `spec` is one line. */
int part_write(const char *path, const char *spec, const struct part *p, struct err *e) MUST_CHECK;
/* E_NOT_FOUND when there is none, E_STATE for one of another specification, E_CORRUPT names the line. */
int part_read(const char *path, const char *spec, struct part *out, struct err *e) MUST_CHECK;

#endif
