/* Counters, gauges and histograms, printed in Prometheus' text format.
 *
 * A program keeps one `struct metrics`; each metric is registered once and updated through its
 * handle. Handles may be updated from any thread. */
#ifndef BASE_METRICS_H
#define BASE_METRICS_H

#include "common/base/buf.h"

struct metrics;
struct metric;

struct metrics *metrics_new(void);
void metrics_free(struct metrics *m);

/* `labels` is the text between braces (`kind="perception"`) or NULL; name and help live as long as `m`.
 * Registering the same name and labels again returns the first handle. */
struct metric *metrics_counter(struct metrics *m, const char *name, const char *labels, const char *help);
struct metric *metrics_gauge(struct metrics *m, const char *name, const char *labels, const char *help);
/* Bounds in ascending order, in the metric's unit; +Inf is added. */
struct metric *metrics_histogram(struct metrics *m, const char *name, const char *labels, const char *help,
                                 const double *bounds, int count);

void metric_add(struct metric *x, double v);     /* counters and gauges */
void metric_set(struct metric *x, double v);     /* gauges */
void metric_observe(struct metric *x, double v); /* histograms */
double metric_value(const struct metric *x);     /* a histogram's number of observations */

void metrics_render(struct metrics *m, struct buf *out);

#endif
