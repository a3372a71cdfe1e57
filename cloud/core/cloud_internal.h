/* Shared by the files of the cloud: cloud.c (life), session.c (one edge), runner.c (what rounds ask for). */
#ifndef CORE_CLOUD_INTERNAL_H
#define CORE_CLOUD_INTERNAL_H

#include "cloud/core/cloud.h"
#include "cloud/policy/estimator.h"
#include "cloud/policy/value.h"
#include "common/base/log.h"
#include "common/net/transfer.h"

struct session {
	struct session *next;
	struct cloud *cloud;
	struct link *link; /* NULL once it is closed */
	struct transfers *transfers;
	bool open;                   /* welcomed */
	size_t edge;                 /* then: which one of the registry */
	int64_t opened_ms, heard_ms; /* wall clock */
	uint64_t agent_version;      /* it serves */
};

struct cloud {
	struct cloud_config config;
	struct cloud_env env;
	struct store *store;
	struct blobs *blobs;
	struct session *sessions;
	struct edge_record *edge; /* the registry, by name */
	size_t edge_count;
	struct estimator estimator;       /* what the population taught */
	char believed[WIRE_NAME_MAX + 1]; /* whose belief changed and is not saved yet; empty = none */
	struct value_model value;         /* what their effort was worth */
	double
	    measured[WIRE_KINDS_MAX]; /* metrics when the last agent was made, as the rules order; NAN = none */
	bool value_is_new;            /* not saved yet */
	bool going_back;              /* the round began with modules that are not the newest; not saved yet */
	struct round round;           /* id 0 = none yet */
	bool running;                 /* the round is under way */
	uint64_t last_round;
	int64_t next_start_ms;     /* no round before this */
	struct agent_record agent; /* version 0 = none */
	bool agent_is_new;         /* not saved yet */
	struct blob_ref agent_blob[WIRE_KINDS_MAX];
	size_t agent_blob_count;
	size_t jobs; /* under way */
	bool dead;
	struct cloud_control control;
	struct {
		struct metric *edges, *known, *allowed, *rounds, *rounds_failed, *paid, *deposits, *accepted,
		    *rejected, *late, *fallback, *phase, *round, *agent, *paused, *jobs, *duration;
		struct metric *module[WIRE_KINDS_MAX]; /* in the order of the rules */
	} metric;
	struct {
		uint64_t round;
		enum phase phase;
		int64_t since_ms;
	} timed; /* the phase that is being measured; round 0 = none */
};

/* runner.c: stores what changed, then lets the rest happen; empties and frees `a`. */
void cloud_apply(struct cloud *c, struct actions *a);
void cloud_begin_round(struct cloud *c);
void cloud_check_held(struct cloud *c, size_t seat, int stage, struct actions *a);
void cloud_die(struct cloud *c, const struct err *why);
int cloud_take_agent(struct cloud *c, struct agent_record *agent, struct err *e) MUST_CHECK;

/* session.c, session_say.c, session_blobs.c */
struct log_about session_about(const struct session *s);
struct transfers *session_transfers(struct session *s);
struct session *session_of(const struct cloud *c, const char *edge); /* open one, or NULL */
void session_tell_due(struct session *s, size_t seat);
void session_deploy(struct session *s, const struct msg *due);
void session_recorded(struct session *s, const struct seat *seat, int stage);
void session_receipt(struct session *s, const struct task *t);
void session_fetch(struct session *s, size_t seat, int stage, struct actions *a);
void session_tick(struct session *s, int64_t now_ms);
void session_free(struct session *s);
void session_error(struct session *s, const struct err *why, bool fatal, uint64_t reply_to);

/* original.c: false with the reason when an update's parameters are known already. */
bool cloud_is_original(struct cloud *c, size_t seat, int stage, char *reason, size_t cap);

/* norms.c: of what was accepted in a stage, by module kind; 0 = nothing yet. */
double cloud_norm_median(const struct round *r, int stage, const char *kind);

/* sweep.c: removes the blobs that a finished round leaves behind */
void cloud_sweep(struct cloud *c);

/* beliefs.c */
/* Within a transaction. */
int cloud_save_beliefs(struct cloud *c, struct err *e) MUST_CHECK;
int cloud_load_estimator(struct cloud *c, struct err *e) MUST_CHECK;
void cloud_believe_signal(struct cloud *c, const char *edge, const struct telemetry *x);
void cloud_believe_choice(struct cloud *c, const struct seat *seat, int stage);
/* The transition that the round's terms announce becomes the learned one; for the round's start, so that
 * edges weigh the whole round by it. */
void cloud_estimate_terms(struct cloud *c);
/* The prior of the round's instance becomes the mean belief of those who signalled, its value of effort the
 * fitted one. */
void cloud_estimate_prior(struct cloud *c);

/* The mean belief over the edges that signalled in the round; the configured prior when there are none. */
void cloud_mean_belief(struct cloud *c, const struct round *r, double *prior);

/* experience.c */
void cloud_learn_round(struct cloud *c); /* it is over */
int cloud_recall(struct cloud *c, struct err *e) MUST_CHECK;

/* worth.c */
int cloud_load_value(struct cloud *c, struct err *e) MUST_CHECK;
int cloud_save_value(struct cloud *c, struct err *e) MUST_CHECK; /* within a transaction */
/* The round's modules are final: what its effort did for them. */
void cloud_learn_value(struct cloud *c);

/* control.c */
int cloud_load_control(struct cloud *c, struct err *e) MUST_CHECK;

/* go_back.c */
int cloud_load_go_back(struct cloud *c, struct err *e) MUST_CHECK;
/* Within a transaction: the next round is to train from this version; 0 = from the newest modules. */
int cloud_save_go_back(struct cloud *c, uint64_t version, struct err *e) MUST_CHECK;
/* A round begins: in place of the newest states it gets those that were asked for, if they are still kept. */
void cloud_go_back(struct cloud *c, uint64_t round, struct module_state *modules, size_t count);
/* Within the transaction of the round's first record: they are the newest from here on. */
int cloud_save_gone_back(struct cloud *c, struct err *e) MUST_CHECK;

/* watch.c */
void cloud_tell(struct cloud *c, struct cloud_event x);
void cloud_tell_edge(struct cloud *c, const char *edge);
void cloud_tell_action(struct cloud *c, const struct action *a);

/* numbers.c; each does nothing when no metrics are kept */
void cloud_register_metrics(struct cloud *c);
void cloud_count_round(struct cloud *c); /* it is over */
void cloud_count_phase(struct cloud *c); /* the round's record was saved: perhaps another phase began */
void cloud_count_job(struct cloud *c, const struct job *job); /* it has ended */
void cloud_show_modules(struct cloud *c, const struct module_state *modules, size_t count);
void cloud_count_menu(struct cloud *c, const struct written *w);
void cloud_measure(struct cloud *c); /* what stands now */

/* cloud.c */
struct edge_record *cloud_edge(struct cloud *c, const char *edge);
struct edge_record *cloud_add_edge(struct cloud *c, const char *edge);
/* The newest module states in the order of the rules; first states are made where there are none. */
int cloud_load_modules(struct cloud *c, struct module_state *out, size_t *count, struct err *e) MUST_CHECK;
/* In a transaction of its own; a failure kills the cloud. */
int cloud_save_edge(struct cloud *c, const struct edge_record *edge);

static inline int64_t cloud_now(const struct cloud *c)
{
	return c->env.wall_ms(c->env.ctx);
}

#endif
