/* The options of foedus-edge: one table is the parser, the help and the configuration file. */
#ifndef EDGE_DAEMON_OPTIONS_H
#define EDGE_DAEMON_OPTIONS_H

#include <stdint.h>

#include "common/base/opt.h"

struct edge_options {
	int argc; /* the words they were read from; kept by opt_parse() */
	char **argv;
	const char *config, *cloud, *serve, *state;
	const char *cert, *key, *ca, *crl, *agent_key, *agent_id;
	const char *data, *willingness, *price_table, *log_level, *log_format;
	int64_t shard, shards, data_seed, max_samples, will_seed;
	double alpha;
};

extern const struct opt_program edge_program;

#endif
