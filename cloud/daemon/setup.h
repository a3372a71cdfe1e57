/* What foedus-cloud opens before it listens: files, keys, data, the store. */
#ifndef CLOUD_DAEMON_SETUP_H
#define CLOUD_DAEMON_SETUP_H

#include "cloud/core/cloud.h"
#include "cloud/daemon/options.h"
#include "cloud/work/work.h"
#include "common/net/tls_ctx.h"

struct setup {
	int lock; /* of the state folder; -1 = not held */
	struct tls_ctx *tls;
	struct store *store;
	struct blobs *blobs, *worker_blobs;
	struct agent_key *key;
	struct metrics *metrics;
	struct round_module module[WIRE_KINDS_MAX];
	struct cloud_config config;
	struct work work;
	char database[4096], token[4096]; /* paths */
};

/* `s` must be zeroed. On an error what was opened is still there for setup_close(). */
int setup_open(const struct cloud_options *o, struct setup *s, struct err *e) MUST_CHECK;
void setup_close(struct setup *s);
int setup_tls(const struct cloud_options *o, struct tls_ctx **out, struct err *e) MUST_CHECK;
/* The policy that --policy names, into s->work: for edmsac that of the checkpoint for the market of
 * s->config, or the exact one, said in the log, where there is no such checkpoint. */
int setup_policy(const struct cloud_options *o, struct setup *s, struct err *e) MUST_CHECK;
/* What cloud_retune() takes. */
void setup_pace(const struct cloud_options *o, struct cloud_config *c);
/* Puts the names of --allow on the allow-list. */
int setup_allow(const struct cloud_options *o, struct cloud *c, struct err *e) MUST_CHECK;

#endif
