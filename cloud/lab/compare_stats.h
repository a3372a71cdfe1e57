/* Several seeds of one number: their mean and how sure it is. */
#ifndef LAB_COMPARE_STATS_H
#define LAB_COMPARE_STATS_H

#include "common/base/buf.h"

struct spread {
	int n;
	double mean;
	double low, high; /* 95 % interval of the mean by Student's t; the mean itself when n is 1 */
	double min, max;
};

/* n > 0 */
struct spread spread_of(const double *v, int n);

#define SPREAD_COLUMNS "seeds,mean,low,high,min,max"
/* The fields of SPREAD_COLUMNS, without a comma before or a newline after. */
void spread_print(struct buf *b, const struct spread *s);

#endif
