/* A cloud with scripted links: the test plays the edges and everything else around it. */
#ifndef TESTS_CLOUD_RIG_H
#define TESTS_CLOUD_RIG_H

#include "cloud/core/cloud.h"

enum { CLOUD_SENT_MAX = 32, CLOUD_ENDS_MAX = 4 };

/* One connection; the test is the edge. */
struct cloud_end {
	struct link link;
	struct msg sent[CLOUD_SENT_MAX]; /* by the cloud */
	size_t count;
	bool welcomed, closed;
	uint64_t seq;
};

struct cloud_rig {
	struct cloud_end ends[CLOUD_ENDS_MAX];
	struct cloud *cloud;
	struct store *store;
	struct blobs *blobs;
	struct cloud_config config;
	struct err e;
	int64_t now;
	int fatals;
	bool commits_fail;
};

extern struct cloud_rig cloud_rig;

void cloud_rig_begin(void);
void cloud_rig_start(void); /* again, with cloud_rig.config, after cloud_free() */
void cloud_rig_done(void);
struct cloud_end *cloud_rig_dial(int i, const char *edge);
struct cloud_end *cloud_rig_join(int i, const char *edge); /* with Hello and Welcome */
void cloud_rig_say(struct cloud_end *x, struct msg m);
/* What the implementation of a link does after close, or when the peer goes. */
void cloud_rig_gone(struct cloud_end *x);
struct msg cloud_rig_hello(uint64_t agent);
/* The latest message, which must be of this kind. */
const struct msg *cloud_rig_last(const struct cloud_end *x, enum msg_kind kind);
void cloud_rig_is_refused(const struct cloud_end *x, const char *code, bool fatal_too);
void cloud_rig_save_agent(uint64_t version);

#endif
