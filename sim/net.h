/* A simulated network in virtual time: one queue of events decided by one seed.
 *
 * Links implement net/link.h. They deliver in order after a random latency, unless a fault is drawn: a
 * message is lost, doubled or overtakes its elder, or the link is cut. Every message passes through the real
 * codec. Peers that are partitioned lose everything silently until the partition ends. */
#ifndef SIM_NET_H
#define SIM_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/executor.h"
#include "common/base/rng.h"
#include "common/net/link.h"

struct sim_net;

struct sim_faults {
	double lose, duplicate, overtake; /* probabilities for each message */
	double cut;                       /* that a message is the last of its link */
	int64_t latency_max_ms;
	int64_t calm_ms; /* no faults from this time on */
};

struct sim_net *sim_net_new(uint64_t seed, const struct sim_faults *faults);
void sim_net_free(struct sim_net *n);
int64_t sim_now(const struct sim_net *n); /* ms since the beginning */
bool sim_is_calm(const struct sim_net *n);
struct rng *sim_rng(struct sim_net *n);
uint64_t sim_sent(const struct sim_net *n, int owner); /* messages and chunks that it sent */
size_t sim_waiting_max(const struct sim_net *n);       /* messages under way on one link, at most */
size_t sim_bulk_max(const struct sim_net *n);          /* chunk bytes likewise */
uint64_t sim_trace(const struct sim_net *n);           /* hash of all that was delivered, and when */

/* Owners are processes: 0 is the cloud, 1.. the edges. What is scheduled for an owner is forgotten
 * when sim_forget() is called for it (a crash). */
typedef void sim_event_fn(void *ctx, uint64_t arg);
void sim_after(struct sim_net *n, int64_t delay_ms, int owner, sim_event_fn *fn, void *ctx, uint64_t arg);
void sim_forget(struct sim_net *n, int owner);
/* Runs the next event; false when there is none or `until_ms` is reached. */
bool sim_step(struct sim_net *n, int64_t until_ms);

/* The process dies in the middle of this event: after so many more sends nothing of it gets out, and when
 * the event is over, `died` is called (sim_on_death). Only one process at a time; a second is ignored. */
void sim_doom(struct sim_net *n, int owner, unsigned sends);
bool sim_is_doomed(const struct sim_net *n, int owner);
bool sim_is_mute(const struct sim_net *n, int owner); /* doomed, and has no send left */
void sim_on_death(struct sim_net *n, void (*died)(void *ctx, int owner), void *ctx);

/* An executor whose jobs end after a while. After sim_forget() of its owner, sim_executor_flush() ends
 * those that were under way. */
struct executor *sim_executor_new(struct sim_net *n, int owner);
void sim_executor_flush(struct executor *x);
void sim_executor_free(struct executor *x);

/* A connection from edge `owner`; `accepted` is called for the cloud's end and `connected` for the edge's,
 * after a latency. NULL ends when the cloud is down or a partition is between them: then only `connected` is
 * called, with NULL. */
struct sim_dial {
	int owner;
	const char *edge; /* name, as in a certificate */
	void (*accepted)(void *cloud_ctx, struct link *l);
	void *cloud_ctx;
	void (*connected)(void *edge_ctx, struct link *l);
	void *edge_ctx;
	bool reachable; /* the cloud is up */
};
void sim_dial(struct sim_net *n, const struct sim_dial *d);
/* The process is gone: its links fall silent, the other ends notice later. */
void sim_kill_links(struct sim_net *n, int owner);
/* The connection breaks; both ends notice soon. */
void sim_cut(struct sim_net *n, int owner);
void sim_partition(struct sim_net *n, int owner, int64_t until_ms);

#endif
