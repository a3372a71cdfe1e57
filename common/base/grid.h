/* Text in aligned columns, for people: widths are those of UTF-8 on a terminal, and bytes that would move its
 * cursor are shown as '?' instead.
 *
 *   struct grid *g = grid_new(2, (const char *const[]){"EDGE", "PAID"}, "lr");
 *   grid_cell(g, "%s", name);
 *   grid_cell(g, "%.3f", paid);
 *   grid_print(g, stdout, true);
 *   grid_free(g); */
#ifndef BASE_GRID_H
#define BASE_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define GRID_COLUMNS_MAX 16

enum grid_tone { GRID_PLAIN, GRID_GOOD, GRID_WARN, GRID_BAD, GRID_FAINT };

struct buf;
struct grid;

/* `titles` may be NULL: no row of titles. `align` has an 'l' or 'r' for each column. Both are borrowed. */
struct grid *grid_new(size_t columns, const char *const *titles, const char *align);
void grid_free(struct grid *g);
/* The next cell, row by row. */
void grid_cell(struct grid *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The colour of the cell that was added last. */
void grid_tone(struct grid *g, enum grid_tone tone);
size_t grid_rows(const struct grid *g);
/* An unfinished row ends where it is. */
void grid_print(const struct grid *g, FILE *out, bool colours);

/* Columns that the text takes on a terminal. */
size_t grid_width(const char *text);
/* Appends the text as a cell would show it, on one line: for words of others outside a grid. */
void grid_clean(const char *text, struct buf *out);

#endif
