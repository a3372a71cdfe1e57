/* A table of energy prices by the hour of the day. */
#ifndef WILL_PRICES_H
#define WILL_PRICES_H

#include <stddef.h>

#include "common/base/err.h"

#define PRICE_HOURS 24

/* Price of energy by the hour of the day, credits per kWh. */
struct price_table {
	double hour[PRICE_HOURS];
	double low, high;
};

/* Lines "HOUR PRICE" (hour 0 to 23, each at most once; '#' starts a comment). An hour that is not listed
 * costs what the listed one before it does, round the clock. E_INVALID names the file and the line. */
int price_table_load(const char *path, struct price_table *out, struct err *e) MUST_CHECK;
int price_table_parse(const char *text, size_t n, const char *source, struct price_table *out,
                      struct err *e) MUST_CHECK;

#endif
