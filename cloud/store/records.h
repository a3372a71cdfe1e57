/* What the cloud remembers: plain records that the round's state machine works on and the store keeps.
 * No pointers into anything else; a record read back equals the one written. */
#ifndef STORE_RECORDS_H
#define STORE_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/digest.h"
#include "common/contract/menu.h"
#include "common/contract/telemetry.h"
#include "common/wire/msg.h"

enum {
	PERIODS = 2,
	STAGES = 3,         /* bouts of work in a round: period 1, period 2, derivation */
	SEATS_MAX = 4096,   /* edges in one round */
	ITEM_NONE = -2,     /* no choice yet */
	ITEM_DECLINED = -1, /* declined, or too late to choose */
	WEIGHTS_TEXT_MAX = 16,
};

/* A round's phases in their order; the stored name stands beside each. Those marked `job` wait for a job of
 * the cloud's own, the others for the edges or the deadline. */
#define PHASE_LIST(X)                                                                                        \
	X(PHASE_SIGNAL1, "signal1")                                                                              \
	X(PHASE_POLICY, "policy") /* job: write the menu */                                                      \
	X(PHASE_CHOICE1, "choice1")                                                                              \
	X(PHASE_TRAIN1, "train1")                                                                                \
	X(PHASE_AGGREGATE1, "aggregate1") /* job */                                                              \
	X(PHASE_SIGNAL2, "signal2")                                                                              \
	X(PHASE_CHOICE2, "choice2")                                                                              \
	X(PHASE_TRAIN2, "train2")                                                                                \
	X(PHASE_AGGREGATE2, "aggregate2") /* job */                                                              \
	X(PHASE_DERIVE, "derive")                                                                                \
	X(PHASE_AGGREGATE3, "aggregate3") /* job */                                                              \
	X(PHASE_INTEGRATE, "integrate")   /* job: evaluate, sign the manifest */                                 \
	X(PHASE_DEPLOY, "deploy")                                                                                \
	X(PHASE_DONE, "done")                                                                                    \
	X(PHASE_FAILED, "failed")

enum phase {
#define X(phase, name) phase,
	PHASE_LIST(X)
#undef X
};

/* A task's life: assigned -> delivered (update announced) -> held (its blobs are here) -> accepted or
 * rejected by screening; late when the deadline passed first. */
#define TASK_STATE_LIST(X)                                                                                   \
	X(TASK_NONE, "none")                                                                                     \
	X(TASK_ASSIGNED, "assigned")                                                                             \
	X(TASK_DELIVERED, "delivered")                                                                           \
	X(TASK_HELD, "held")                                                                                     \
	X(TASK_ACCEPTED, "accepted")                                                                             \
	X(TASK_REJECTED, "rejected")                                                                             \
	X(TASK_LATE, "late")

enum task_state {
#define X(state, name) state,
	TASK_STATE_LIST(X)
#undef X
};

#define DEPLOY_STATE_LIST(X)                                                                                 \
	X(DEPLOY_NONE, "none")                                                                                   \
	X(DEPLOY_SENT, "sent")                                                                                   \
	X(DEPLOY_INSTALLED, "installed")                                                                         \
	X(DEPLOY_REFUSED, "refused")                                                                             \
	X(DEPLOY_LATE, "late")

enum deploy_state {
#define X(state, name) state,
	DEPLOY_STATE_LIST(X)
#undef X
};

struct task {
	struct msg_task order; /* what was asked; order.task is the id, 0 = no task */
	char edge[WIRE_NAME_MAX + 1];
	enum task_state state;
	struct msg_update update;       /* what came back, from TASK_DELIVERED on */
	uint64_t announced;             /* its place among the round's updates in the order they came; 0 = none */
	uint32_t brought;               /* bit i: the edge itself sent the bytes of result i; not stored */
	char reason[WIRE_TEXT_MAX + 1]; /* of a rejection or lateness */
	double metric;                  /* what validation measured; NAN = not measured */
	double norm[WIRE_KINDS_MAX];    /* how far each result is from its start; 0 = not measured */
	int64_t paid_micro;             /* millionths of a credit */
	uint64_t ledger_entry;          /* 0 = not in the ledger */
	struct digest ledger_hash;
};

/* One edge's place in a round. */
struct seat {
	char edge[WIRE_NAME_MAX + 1];
	bool signalled[PERIODS];
	struct telemetry signal[PERIODS];
	int item[PERIODS]; /* index, ITEM_DECLINED or ITEM_NONE */
	struct task task[STAGES];
	enum deploy_state deploy;
	char deploy_reason[WIRE_TEXT_MAX + 1];
};

/* The parameters of one module kind, as the round found or made them. */
struct module_state {
	char kind[WIRE_NAME_MAX + 1];
	struct blob_ref blob; /* safetensors */
	uint32_t generation;  /* aggregations behind it */
	uint64_t round;       /* that last changed it */
	double metric;        /* on the cloud's validation data; NAN = not measured */
};

struct round {
	uint64_t id; /* from 1 */
	enum phase phase;
	int64_t started_ms;       /* wall clock */
	int64_t ended_ms;         /* 0 while it runs */
	int64_t deadline_ms;      /* wall clock, of the phase; 0 = none */
	struct instance instance; /* the terms the menu is written for */
	double samples_per_effort;
	bool has_menu;
	struct menu menu;
	char policy[WIRE_NAME_MAX + 1];            /* that wrote the menu */
	char policy_weights[WEIGHTS_TEXT_MAX + 1]; /* of a learned one: start of their SHA-256, hex; else empty */
	uint64_t policy_updates;                   /* that those weights have learned from */
	bool policy_fallback;                      /* it stood in for the configured one, which failed */
	double expected_profit;                    /* per edge, credits, by the menu */
	struct module_state module[WIRE_KINDS_MAX];
	size_t module_count;
	uint64_t agent_version;          /* integrated by this round; 0 = none */
	char failure[WIRE_TEXT_MAX + 1]; /* why, in PHASE_FAILED */
	struct seat *seat;               /* owned */
	size_t seat_count;
};

/* A round's seats and tasks in numbers. */
struct round_counts {
	uint64_t seats, tasks, accepted, rejected, late;
	int64_t paid_micro;
};

struct ledger_entry {
	uint64_t entry; /* from 1, without gaps */
	uint64_t task, round;
	uint32_t period;
	char edge[WIRE_NAME_MAX + 1];
	int64_t amount_micro; /* millionths of a credit; negative when a period costs the edge a deposit */
	int64_t wall_ms;
	struct digest previous; /* hash of the entry before; zero for the first */
	struct digest hash;     /* SHA-256 over all of the above, see ledger.h */
};

struct agent_record {
	uint64_t version, round;
	int64_t made_ms;
	uint8_t *manifest; /* owned; signed form */
	size_t manifest_len;
};

struct edge_record {
	char edge[WIRE_NAME_MAX + 1];
	bool allowed;                        /* may join */
	bool revoked;                        /* may never join again */
	int64_t first_seen_ms, last_seen_ms; /* 0 = never */
	uint64_t agent_version;              /* last one it said it serves */
	int belief_types;                    /* K of the belief; 0 = none yet */
	double belief[CONTRACT_TYPES_MAX];   /* over its type, sums to 1 */
};

const char *phase_name(enum phase p);
const char *task_state_name(enum task_state s);
const char *deploy_state_name(enum deploy_state s);
/* E_CORRUPT for an unknown name (from the database). */
int phase_parse(const char *name, enum phase *out, struct err *e) MUST_CHECK;
int task_state_parse(const char *name, enum task_state *out, struct err *e) MUST_CHECK;
int deploy_state_parse(const char *name, enum deploy_state *out, struct err *e) MUST_CHECK;

void round_release(struct round *r);
void round_count(const struct round *r, struct round_counts *out);
struct seat *round_seat(const struct round *r, const char *edge); /* NULL if it has none */
/* Adds an empty seat (items ITEM_NONE, metrics NAN); pointers to other seats are no longer valid. NULL when
 * SEATS_MAX are taken or `edge` is no name. */
struct seat *round_add_seat(struct round *r, const char *edge);
void agent_record_release(struct agent_record *a);

#endif
