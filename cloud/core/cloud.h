/* The cloud: sessions with the edges, the registry, and the runner of rounds.
 *
 * Knows links, the store, the blob store, jobs and the time only through interfaces, so that the
 * daemon and the simulator run this very code. Every change is committed to the store before
 * anything of it leaves the process. All functions belong to one thread.
 *
 * When the store cannot take a commit the cloud is dead: it sends nothing any more, calls
 * env->fatal once, and waits to be freed. A restart goes on from what was committed. */
#ifndef CORE_CLOUD_H
#define CORE_CLOUD_H

#include "cloud/core/job.h"
#include "cloud/core/learn.h"
#include "cloud/core/round.h"
#include "cloud/store/store.h"
#include "common/base/executor.h"
#include "common/base/metrics.h"
#include "common/blob/blob.h"
#include "common/net/link.h"

struct cloud_config {
	char name[WIRE_NAME_MAX + 1];        /* told to the edges */
	char policy_note[WIRE_TEXT_MAX + 1]; /* why another policy than the one asked for writes; or empty */
	struct instance market;              /* terms of every round */
	double samples_per_effort;           /* training samples in one unit of effort */
	struct round_rules rules;
	size_t edges_min;    /* a round starts when this many are connected */
	uint64_t rounds_max; /* no new round after this many; 0 = no limit */
	int64_t pause_ms;    /* between two rounds */
	int64_t retry_ms;    /* before the round after a failed one */
	bool open_enrolment; /* unknown certificates of our CA may join */
	uint32_t heartbeat_ms;
	bool keep_updates; /* finished rounds' blobs stay, for whoever wants to look at them */
};

/* What changed and is stored, for whoever watches. All is borrowed for the call. */
enum cloud_event_kind {
	CLOUD_ROUND,   /* round: a phase began */
	CLOUD_SEAT,    /* round, seat: a signal, a choice, a deployment */
	CLOUD_TASK,    /* round, task */
	CLOUD_PAYMENT, /* round, task: it is in the ledger now */
	CLOUD_EDGE,    /* edge, connected: it joined or left, or its record changed */
	CLOUD_AGENT,   /* agent: a new version */
	CLOUD_CONTROL, /* rounds are begun otherwise than before: see cloud_control() */
};

struct cloud_event {
	enum cloud_event_kind kind;
	const struct round *round;
	const struct seat *seat;
	const struct task *task;
	const struct edge_record *edge;
	bool connected;
	const struct agent_record *agent;
};

struct cloud_env {
	void *ctx;
	int64_t (*wall_ms)(void *ctx);
	void (*fatal)(void *ctx, const struct err *why);
	/* NULL = nobody watches. Must not call anything that changes the cloud. */
	void (*event)(void *ctx, const struct cloud_event *x);
	struct executor *jobs;    /* heavy work; NULL = in place */
	struct executor *commits; /* of received blobs to the disk; NULL = in place */
	const struct job_ops *ops;
	void *ops_ctx;
	const struct learn_ops *learn; /* NULL = nobody learns from rounds */
	void *learn_ctx;
	struct metrics *metrics; /* NULL = none kept */
};

struct cloud;

/* Loads everything from the store; an unfinished round is resumed. The store and blobs stay the caller's. */
int cloud_new(const struct cloud_config *config, const struct cloud_env *env, struct store *store,
              struct blobs *blobs, struct cloud **out, struct err *e) MUST_CHECK;
/* From now on nothing is stored or sent and jobs end without effect: for the moments before cloud_free(). */
void cloud_abandon(struct cloud *c);
/* Drops all sessions without a word (their links must be closed or closing); jobs under way must have ended.
 */
void cloud_free(struct cloud *c);

/* A new authenticated link: takes it over (sets its events). */
void cloud_accept(struct cloud *c, struct link *l);
/* Deadlines, silent peers, the start of rounds; call it every 100 ms or so. */
void cloud_tick(struct cloud *c);
/* Says Goodbye to every edge and closes the links; no new round starts. */
void cloud_drain(struct cloud *c, uint64_t retry_after_ms);

/* Closes every session with a Goodbye that asks for a new one: certificates are looked at again. */
void cloud_reconnect(struct cloud *c, uint64_t retry_after_ms);

/* May this edge join? Changing it closes its session when the answer is no. */
int cloud_allow(struct cloud *c, const char *edge, bool allowed, struct err *e) MUST_CHECK;

/* What people may ask of the running cloud. E_STATE says why it cannot be now; a change that must outlive the
 * process is stored before the answer. */
struct cloud_control {
	bool paused;                    /* no round starts by itself; stored */
	bool finishing;                 /* no round starts any more, a resume takes it back */
	bool leaving;                   /* and the process is to end when the round is over */
	bool stopping;                  /* cloud_drain() was called */
	uint64_t train_from;            /* agent version that the next round trains from; stored; 0 = the newest
	                                   modules */
	char policy[WIRE_NAME_MAX + 1]; /* chosen for the next rounds; stored; empty = the configured one */
};

const struct cloud_control *cloud_control(const struct cloud *c);
/* Resuming also takes back cloud_finish(). */
int cloud_pause(struct cloud *c, bool paused, struct err *e) MUST_CHECK;
/* Begins a round now, also when paused; it needs edges_min edges and no other round under way. */
int cloud_start_round(struct cloud *c, struct err *e) MUST_CHECK;
/* The round under way goes on to its end, no other starts. */
int cloud_finish(struct cloud *c, bool leave, struct err *e) MUST_CHECK;
bool cloud_is_finishing_done(const struct cloud *c); /* asked to finish, and no round is under way */
/* The policy of the next rounds' menus. E_NOT_FOUND names those there are. */
int cloud_use_policy(struct cloud *c, const char *name, struct err *e) MUST_CHECK;
/* The i-th policy there is; false beyond the last. */
bool cloud_policy(const struct cloud *c, size_t i, struct job_policy *out);
/* What is learned from rounds; false when nobody learns, and `out` is as it was. */
bool cloud_learning(const struct cloud *c, struct learn_told *out);
/* Goes back: the modules of an earlier version become a new version (edges take none that is older than
 * theirs), which every edge gets; with `train` the next round also trains from them, while a round under way
 * ends as it began. E_NOT_FOUND when it, or a blob of it, is not kept any more. */
int cloud_redeploy(struct cloud *c, uint64_t version, bool train, struct err *e) MUST_CHECK;

/* For the administration: borrowed, valid until the next call. */
const struct round *cloud_round(const struct cloud *c); /* NULL between rounds */
/* Takes the pace of rounds from `config`, from the next phase on: deadlines, pauses, heartbeat, how many
 * rounds and with how many edges, who may join, whether updates are kept. All else stays. */
void cloud_retune(struct cloud *c, const struct cloud_config *config);
const struct cloud_config *cloud_settings(const struct cloud *c);
struct store *cloud_store(const struct cloud *c);
const struct edge_record *cloud_find_edge(const struct cloud *c, const char *edge); /* or NULL */
uint64_t cloud_agent_version(const struct cloud *c);                                /* newest; 0 = none */
uint64_t cloud_last_round(const struct cloud *c);                                   /* 0 = none yet */
bool cloud_is_connected(const struct cloud *c, const char *edge);
size_t cloud_connected(const struct cloud *c); /* open sessions */
size_t cloud_jobs_pending(const struct cloud *c);
/* The rounds asked for (rounds_max) are over. */
bool cloud_is_finished(const struct cloud *c);
void cloud_each_edge(const struct cloud *c,
                     void (*each)(void *ctx, const struct edge_record *edge, bool connected), void *ctx);

#endif
