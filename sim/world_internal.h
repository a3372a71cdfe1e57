/* Shared by the files of the simulated federation: world.c (time and crashes), side_cloud.c, side_edge.c
 * (the processes), toy.c (training and the cloud's jobs), check.c (invariants). */
#ifndef SIM_WORLD_INTERNAL_H
#define SIM_WORLD_INTERNAL_H

#include "cloud/core/cloud.h"
#include "edge/core/edge.h"
#include "sim/net.h"
#include "sim/world.h"

enum {
	SIM_EDGES_MAX = 64,
	SIM_RECEIPTS_MAX = 4096,
	TOY_KINDS = 2,
	WORLD = SIM_EDGES_MAX + 1, /* owner of events that survive every crash */
};

struct world;

struct receipt_record {
	uint64_t round;
	struct msg_receipt receipt;
};

struct side_edge {
	struct world *world;
	int number; /* from 1: its owner in the network */
	char name[16];
	struct edge *edge; /* NULL while it is down */
	struct blobs *blobs;
	struct executor *executor;
	bool liar;        /* sends updates that screening must reject */
	int64_t speed_us; /* virtual time for a sample */
	/* what survives a crash */
	bool has_state;
	struct edge_state state;
	struct edge_agent agent;
	struct receipt_record *receipt; /* SIM_RECEIPTS_MAX of them */
	size_t receipt_count;
	/* what is under way */
	struct msg_task training;
	uint64_t training_number;
	struct buf installing;
	uint64_t trained_twice; /* trainings of tasks whose update was saved */
	uint64_t links;         /* that came up since the process started */
	int64_t dial_ms;        /* no dial before this */
};

struct world {
	struct sim_config config;
	struct sim_net *net;
	struct sim_faults faults;
	struct rng rng;  /* of crashes and the like */
	uint32_t floats; /* in a toy blob */
	struct round_module module[TOY_KINDS];
	struct cloud_config cloud_config;
	struct cloud *cloud; /* NULL while it is down */
	struct store *store;
	struct blobs *cloud_blobs;
	struct executor *executor;
	struct side_edge edge[SIM_EDGES_MAX];
	struct sim_outcome out;
	uint64_t commits_failed; /* on purpose, since the cloud started */
	bool cloud_is_dead;      /* its store failed */
	uint64_t sent_at_death;
	bool mild;               /* trouble_mild() is on */
	struct experience *told; /* what rounds taught, through all restarts */
	size_t told_count;
	uint64_t recalled; /* the last round that the process now running recalled */
	struct err broken; /* code 0 while all invariants hold */
};

/* side_cloud.c */
int cloud_start(struct world *w, struct err *e) MUST_CHECK;
void cloud_crash(struct world *w);
/* From now on commits may fail, and the process may die at one. */
void cloud_plan_failures(struct world *w);

/* side_edge.c */
void edge_start(struct side_edge *s);
void edge_crash(struct side_edge *s);

/* trouble.c: crashes, partitions and cuts. */
void trouble_begin(struct world *w);
/* Breaks that a federation must get over without anybody's loss: links cut, processes restarted. */
void trouble_mild(struct world *w, bool on);

/* toy.c: blobs are `floats` numbers; training mixes the start with numbers from the seed. */
extern const struct job_ops toy_ops; /* ctx = struct world */
int toy_train(struct side_edge *s, const struct msg_task *task, struct msg_update *out,
              struct err *e) MUST_CHECK;
/* The toy manifest: version and module blobs. */
int toy_inspect(const uint8_t *manifest, size_t n, uint64_t *version, struct blob_ref *out, size_t *count,
                struct err *e) MUST_CHECK;

/* menu.c: a menu by a learned policy, or by the exact one for it where its weights are poisoned. */
bool menu_is_learned(uint64_t round);
bool menu_is_poisoned(uint64_t round);
int menu_learned(struct job *job, struct err *e) MUST_CHECK;

/* learn.c: ctx = struct world */
extern const struct learn_ops sim_learn;

/* Records the first broken invariant. */
#define BREAK(w, ...) (void)((w)->broken.code || err_set(&(w)->broken, E_INTERNAL, __VA_ARGS__))

/* check.c: records the first broken invariant in w->broken. */
void check_now(struct world *w);
void check_end(struct world *w);
/* Rounds in the calm: every honest edge that took an item was paid for it, and all serve the new agent.
 * `all`: every edge has a seat. */
void check_calm(struct world *w, uint64_t round, bool all);
/* check_store.c: what the cloud holds in memory is what its store holds. */
void check_memory(struct world *w);
/* check_modules.c: every module is the mean of exactly the accepted updates. */
void check_modules(struct world *w);

#endif
