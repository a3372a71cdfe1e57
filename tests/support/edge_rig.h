/* An edge's core on a scripted link: the test plays the cloud and everything else around the edge. */
#ifndef TESTS_EDGE_RIG_H
#define TESTS_EDGE_RIG_H

#include "edge/core/edge.h"

enum { RIG_SENT_MAX = 64, RIG_TYPES = 2 };

struct rig {
	struct edge *edge; /* NULL after rig_crash() */
	struct blobs *blobs;

	/* the link; made anew by rig_connect() */
	struct rig_link *link;
	struct msg sent[RIG_SENT_MAX]; /* what the edge said since rig_forget() */
	size_t sent_count;
	uint64_t seq; /* of what the test says */

	/* the disk */
	struct edge_state saved;
	bool has_saved;
	struct edge_agent agent; /* as installed */

	/* how the world behaves, and what it saw */
	int64_t now_ms;
	int save_fails;         /* this many calls to save() fail */
	size_t saves;           /* calls that succeeded */
	size_t sent_when_saved; /* sent_count at the latest of them */
	int own[2];             /* own type by period */
	bool hold_training;     /* train() only notes it; the test ends it with rig_trained() */
	bool hold_install;
	int train_fails, install_fails; /* this many fail */
	struct msg_task training;
	size_t trainings, cancels, telemetries, installs, receipts, reports;
	struct msg_receipt receipt; /* latest */
	uint64_t held_ms;           /* asked for by a Goodbye */
	bool used;                  /* there is something to report */
};

/* An edge that has no state, not connected. */
void rig_init(struct rig *r);
void rig_release(struct rig *r);
/* A new link, Hello and Welcome with a heartbeat of 100 ms. */
void rig_connect(struct rig *r);
/* A new link only. */
void rig_dial(struct rig *r);
void rig_cut(struct rig *r); /* the link is lost */
bool rig_closed(const struct rig *r);
/* kill -9, and a new process with what was saved. */
void rig_crash(struct rig *r);

/* The test says something, as the cloud would. */
void rig_say(struct rig *r, struct msg m);
void rig_chunk(struct rig *r, uint32_t transfer, uint64_t offset, const void *p, size_t n);
void rig_forget(struct rig *r);
/* The latest message the edge sent, which must be of this kind; or the number of that kind. */
const struct msg *rig_last(const struct rig *r, enum msg_kind kind);
size_t rig_count(const struct rig *r, enum msg_kind kind);
/* Ends a training that was held. */
void rig_trained(struct rig *r);

/* A market of RIG_TYPES types, a menu that both types take gladly, and messages with them. */
struct market rig_market(void);
struct menu rig_menu(void);
struct msg rig_signal_request(uint64_t round, uint32_t period);
struct msg rig_offer(uint64_t round, uint32_t period);
/* What the contract says for type 1 in period 1 and 2 (items 1 and 1), or deriving; the start blob is held.
 */
struct msg rig_task(struct rig *r, uint64_t task, uint64_t round, uint32_t period);
struct msg rig_receipt(const struct msg *task);
/* A deployment whose "signed form" is text that the rig understands; its blob is `size` bytes of `fill`. */
struct msg rig_deploy(struct rig *r, uint64_t version, bool held);
extern const char rig_blob[4096];

#endif
