/* The options of foedus-cloud: one table is the parser, the help and the configuration file. */
#ifndef CLOUD_DAEMON_OPTIONS_H
#define CLOUD_DAEMON_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/opt.h"
#include "common/contract/instance.h"

struct cloud_options {
	int argc; /* the words they were read from; kept by opt_parse() */
	char **argv;
	const char *admin_read, *admin_token, *admin_hosts;
	const char *config, *listen, *admin, *state, *cert, *key, *ca, *crl, *agent_key, *agent_id, *name;
	const char *data, *policy, *policy_dir, *market, *participation, *aggregate, *log_level, *log_format;
	int64_t types, rounds, edges_min, seed, samples_per_effort, derive_samples, screen_samples;
	int64_t signal_ms, choice_ms, train_ms, deploy_ms, pause_ms, retry_ms, heartbeat_ms, links_max,
	    learn_updates, learn_ms;
	double norm_factor, metric_drop;
	bool open_enrolment, keep_updates;
	const char *allow;
};

extern const struct opt_program cloud_program;

/* The terms of every round: read from --market, else a grid of --types types between 0.8 and 2.2. */
int cloud_market(const struct cloud_options *o, struct instance *out, struct err *e) MUST_CHECK;

#endif
