/* Ways to make one block of parameters of many updates, in a table by name.
 *
 *   fedavg         the mean weighted by effort (fedavg.h)
 *   trimmed-mean   coordinate by coordinate, the mean without the RULE_TRIM share of the largest and of the
 *                  smallest values (at least one of each from three updates on)
 *   median         coordinate by coordinate (of an even number, the mean of the two in the middle)
 *
 * The median bears any minority of false updates, the trimmed mean as many as it cuts off at an end (Yin et
 * al. 2018, "Byzantine-robust distributed learning"). In them every update has one voice: weights only say
 * whether it has one, so influence cannot be bought with a claimed effort. Values must be finite (screen.h).
 * Blocks and determinism as in fedavg.h. */
#ifndef AGGREGATE_RULE_H
#define AGGREGATE_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/err.h"

#define RULE_TRIM 0.2 /* share of the updates cut off at each end */

struct aggregate_rule {
	const char *name;
	bool streams; /* aggregate_new() and its like (fedavg.h) give the same, a few blocks at a time */
	/* E_INVALID names a weight that is negative or not finite, E_STATE when none is positive. */
	int (*run)(const void *const *blocks, const double *weights, size_t n, size_t floats, float *out,
	           struct err *e) MUST_CHECK;
};

extern const struct aggregate_rule aggregate_rules[]; /* fedavg is the first */
extern const size_t aggregate_rule_count;

/* E_NOT_FOUND names the rules there are. */
int aggregate_rule_find(const char *name, const struct aggregate_rule **out, struct err *e) MUST_CHECK;

#endif
