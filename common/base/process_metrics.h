/* What Prometheus' client libraries tell of every process, and which build it is: process_* and
 * foedus_build_info. */
#ifndef BASE_PROCESS_METRICS_H
#define BASE_PROCESS_METRICS_H

#include "common/base/metrics.h"

struct process_metrics;

struct process_metrics *process_metrics_new(struct metrics *m, const char *program, const char *version);
void process_metrics_free(struct process_metrics *p); /* NULL is fine */
/* Reads the numbers anew, before they are rendered. What the system does not tell stays as it was. */
void process_metrics_update(struct process_metrics *p);

#endif
