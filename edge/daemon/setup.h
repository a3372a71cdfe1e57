/* What foedus-edge opens before it dials: files, keys, data, its willingness. */
#ifndef EDGE_DAEMON_SETUP_H
#define EDGE_DAEMON_SETUP_H

#include "common/base/address.h"
#include "common/agent/key.h"
#include "common/blob/blob.h"
#include "common/net/tls_ctx.h"
#include "edge/daemon/nature.h"
#include "edge/daemon/options.h"
#include "edge/daemon/records.h"
#include "edge/train/task.h"
#include "edge/will/prices.h"
#include "edge/will/will.h"

struct edge_setup {
	struct tls_ctx *tls;
	char name[WIRE_NAME_MAX + 1]; /* the certificate's */
	char host[ADDRESS_HOST_MAX];  /* of the cloud */
	uint16_t port;
	struct records records;
	struct blobs *blobs;
	struct agent_key *agent_key; /* public half */
	struct dataset data;         /* our shard only */
	uint32_t *items;             /* 0, 1, ...: the shard within `data`; owned */
	struct train_data train;     /* both of the above */
	struct will will;
	struct nature nature;
	struct price_table prices;
	bool has_prices;
	struct edge_state state;
	bool has_state;
};

/* `s` must be zeroed. On an error what was opened is still there for setup_close(). */
int setup_open(const struct edge_options *o, struct edge_setup *s, struct err *e) MUST_CHECK;
void setup_close(struct edge_setup *s);
int setup_tls(const struct edge_options *o, struct tls_ctx **out, struct err *e) MUST_CHECK;

#endif
