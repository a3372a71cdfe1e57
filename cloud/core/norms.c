/* How far the updates accepted so far in this round moved a module: what the next one is compared with. */
#include <stdlib.h>
#include <string.h>

#include "cloud/core/cloud_internal.h"
#include "common/base/mem.h"

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* 0 when the task says nothing about the kind. */
static double norm_of(const struct task *t, const char *kind)
{
	if (t->state != TASK_ACCEPTED)
		return 0;
	for (size_t i = 0; i < t->update.result_count; i++)
		if (strcmp(t->update.result[i].kind, kind) == 0)
			return t->norm[i];
	return 0;
}

double cloud_norm_median(const struct round *r, int stage, const char *kind)
{
	double *norm = mem_array(r->seat_count + 1, sizeof(*norm));
	double found;
	size_t n = 0;

	for (size_t i = 0; i < r->seat_count; i++) {
		norm[n] = norm_of(&r->seat[i].task[stage], kind);
		n += norm[n] > 0;
	}
	qsort(norm, n, sizeof(*norm), compare_doubles);
	found = n ? norm[n / 2] : 0;
	free(norm);
	return found;
}
