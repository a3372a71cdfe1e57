/* foedus doctor: what it looks at.
 *
 *   doctor.c         options, the report, the exit code
 *   doctor_cloud.c   by HTTP: whether it answers, versions, clocks, edges, policy, ledger
 *   doctor_config.c  by configuration file: options, certificates, keys, ports, folders, disk, checkpoints */
#ifndef CTL_DOCTOR_H
#define CTL_DOCTOR_H

#include <jansson.h>

#include "ctl/api.h"

enum finding { FINDING_OK, FINDING_WARN, FINDING_FAILED };

struct doctor {
	struct api_options api;
	const char *cloud_config, *edge_config;
	int64_t days, free_mb;
	bool strict, offline;

	bool colours;
	json_t *findings; /* {"check", "result", "text"} */
	size_t warned, failed;
};

/* One line of the report. */
void doctor_say(struct doctor *d, enum finding f, const char *check, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

void doctor_cloud(struct doctor *d);
void doctor_config(struct doctor *d, const char *program, const char *file);
/* Free space where a folder is or will be. */
void doctor_disk(struct doctor *d, const char *check, const char *dir);

#endif
