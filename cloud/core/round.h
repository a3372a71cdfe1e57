/* One round as a pure state machine: events in, actions out.
 *
 *   signal1 -> policy -> choice1 -> train1 -> aggregate1
 *           -> signal2 ---------- -> choice2 -> train2 -> aggregate2
 *           -> derive -> aggregate3 -> integrate -> deploy -> done
 *   (any phase may end in failed; derive is skipped when no module kind is derived)
 *
 * The machine changes a `struct round` and lists what must happen because of it. The runner
 * (cloud.h) writes the changed records to the store first and lets the rest happen afterwards, so
 * a crash at any moment leaves a round that round_resume() can go on with. No clock, no input or output,
 * no randomness: the time comes with the events.
 *
 * Events about an edge answer 0, or an error for the peer: E_STATE when the message does not fit
 * the phase, E_INVALID when it does not fit the contract. On an error nothing has changed. */
#ifndef CORE_ROUND_H
#define CORE_ROUND_H

#include "cloud/store/records.h"

/* What the round needs to know of a module kind; rows in the order of the module table. */
struct round_module {
	const char *kind;
	bool derived; /* made once from the finished others, instead of trained in both periods */
	int needs;    /* index of the kind it builds on, or -1 */
};

struct round_rules {
	const struct round_module *module;
	size_t module_count;
	int64_t signal_ms, choice_ms, train_ms, deploy_ms; /* one deadline a phase; train_ms also for deriving */
	uint64_t derive_samples;                           /* samples that an edge embeds for derived modules */
	uint64_t seed;                                     /* tasks draw their seeds from it */
};

enum action_kind {
	ACT_SAVE_ROUND,  /* the round's own record changed */
	ACT_SAVE_SEAT,   /* seat */
	ACT_SAVE_TASK,   /* seat, stage */
	ACT_PAY,         /* seat, stage: append to the ledger, in the same transaction */
	ACT_SAVE_MODULE, /* module: its new state is the newest */
	ACT_TELL,        /* seat: send what round_due() says */
	ACT_RECORDED,    /* seat, stage: send ChoiceRecorded for that period */
	ACT_RECEIPT,     /* seat, stage: send the Receipt */
	ACT_FETCH,       /* seat, stage: get the update's blobs, then round_held() */
	ACT_JOB,         /* job (seat and stage for JOB_SCREEN): run it, then tell the result */
	ACT_FINISHED,    /* the round is done or failed */
};

enum job_kind {
	JOB_POLICY,    /* then round_menu() */
	JOB_SCREEN,    /* then round_screened() */
	JOB_AGGREGATE, /* then round_aggregated() */
	JOB_INTEGRATE, /* then round_integrated() */
};

struct action {
	enum action_kind kind;
	enum job_kind job;
	size_t seat;
	int stage; /* 0, 1: periods; 2: derivation */
	size_t module;
};

/* A growing list; actions_release() frees it. */
struct actions {
	struct action *list;
	size_t count, cap;
};

void actions_release(struct actions *a);

/* A menu and who wrote it; see struct round. */
struct written {
	struct menu menu;
	double expected_profit;
	char policy[WIRE_NAME_MAX + 1];
	char weights[WEIGHTS_TEXT_MAX + 1];
	uint64_t updates;
	bool fallback;
};

/* Begins round `id` with a seat for each of the edges named. `r` must be zeroed; its instance,
 * samples_per_effort and modules are set by the caller beforehand. */
void round_start(struct round *r, uint64_t id, const char *const *edges, size_t count,
                 const struct round_rules *rules, int64_t now_ms, struct actions *out);
/* After a restart: repeats the actions that may have been lost and renews the phase's deadline. */
void round_resume(struct round *r, const struct round_rules *rules, int64_t now_ms, struct actions *out);
/* The deadline may have passed. */
void round_tick(struct round *r, const struct round_rules *rules, int64_t now_ms, struct actions *out);

/* An edge is connected (again): takes a seat while signals are collected, and is told what is due. Also for a
 * round that is over, of which a receipt may have been lost. */
void round_join(struct round *r, const char *edge, struct actions *out);
int round_signal(struct round *r, const struct round_rules *rules, const char *edge,
                 const struct msg_signal *m, int64_t now_ms, struct actions *out, struct err *e) MUST_CHECK;
int round_choice(struct round *r, const struct round_rules *rules, const char *edge,
                 const struct msg_choice *m, int64_t now_ms, struct actions *out, struct err *e) MUST_CHECK;
int round_update(struct round *r, const char *edge, const struct msg_update *m, struct actions *out,
                 struct err *e) MUST_CHECK;
int round_deployed(struct round *r, const struct round_rules *rules, const char *edge,
                   const struct msg_deploy_status *m, int64_t now_ms, struct actions *out,
                   struct err *e) MUST_CHECK;

/* All blobs of the update are here. */
void round_held(struct round *r, size_t seat, int stage, struct actions *out);
/* The blobs cannot be had (too large, wrong digest): the update is rejected. */
void round_unfit(struct round *r, const struct round_rules *rules, size_t seat, int stage, const char *reason,
                 int64_t now_ms, struct actions *out);

/* Results of jobs; late or repeated ones are ignored. */
void round_menu(struct round *r, const struct round_rules *rules, const struct written *w, int64_t now_ms,
                struct actions *out);
void round_screened(struct round *r, const struct round_rules *rules, size_t seat, int stage, bool accepted,
                    const char *reason, double metric, int64_t now_ms, struct actions *out);
/* `modules` holds the new states of those kinds that the stage changed. */
void round_aggregated(struct round *r, const struct round_rules *rules, int stage,
                      const struct module_state *modules, size_t count, int64_t now_ms, struct actions *out);
void round_integrated(struct round *r, const struct round_rules *rules, uint64_t version,
                      const struct module_state *modules, size_t count, int64_t now_ms, struct actions *out);
/* A job failed for good. Open work is rejected: nobody waits for a receipt that never comes. */
void round_fail(struct round *r, const char *why, int64_t now_ms, struct actions *out);

/* Of which round a task is, by its id. */
uint64_t round_of_task(uint64_t task);
/* The stage whose work a phase is about (0, 1, 2), or -1. */
int phase_stage(enum phase p);
/* Waits for edges, rather than for a job? */
bool phase_waits_for_edges(enum phase p);
/* What this edge is to be told now: fills `m` and answers true. Deploy leaves the manifest to the caller. */
bool round_due(const struct round *r, size_t seat, int64_t now_ms, struct msg *m);
/* Has the seat nothing more to do in this phase? */
bool round_seat_done(const struct round *r, size_t seat);
/* Credits as whole millionths. */
int64_t credits_micro(double credits);

#endif
