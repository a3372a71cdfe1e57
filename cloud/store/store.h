/* The cloud's memory on disk: SQLite in WAL mode, synchronous=FULL, with numbered migrations.
 *
 * Every change happens between store_begin() and store_commit(); nothing leaves the process before the commit
 * that records it. One thread uses a store. Records are checked on both ways: one that could not be read back
 * is refused (E_INVALID), and a database that does not make sense is E_CORRUPT with the table and key.
 * Doubles come back bit for bit, NAN where a record allows it included. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "cloud/store/records.h"
#include "common/base/err.h"

struct store;

#define STORE_SETTING_MAX (1 << 20) /* bytes of one setting's value */

/* Opens or makes the database; ":memory:" is one that lives with the process. E_INVALID when a newer version
 * of the program made it (both versions are named), or another program; E_CORRUPT when it is no database. */
int store_open(const char *path, struct store **out, struct err *e) MUST_CHECK;
void store_close(struct store *s); /* an open transaction is rolled back */

/* E_STATE when one is open already. Changes without a transaction are E_STATE too. */
int store_begin(struct store *s, struct err *e) MUST_CHECK;
/* After an error nothing is recorded: roll back. */
int store_commit(struct store *s, struct err *e) MUST_CHECK;
/* For tests and the simulator: `fails` is asked before every commit, and a commit for which it answers true
 * fails with E_IO, as on a full disk. NULL = none. */
void store_plan_failures(struct store *s, bool (*fails)(void *ctx), void *ctx);
void store_rollback(struct store *s); /* fine without a transaction */

/* The round itself without its seats; one seat without its tasks; one task. Each inserts or replaces. A seat
 * needs its round to be there, and a task its seat (E_INVALID otherwise). The round's instance must be one
 * that instance_tidy() leaves as it is. Seats come back in the order in which each was saved first. */
int store_save_round(struct store *s, const struct round *r, struct err *e) MUST_CHECK;
int store_save_seat(struct store *s, uint64_t round, const struct seat *seat, struct err *e) MUST_CHECK;
int store_save_task(struct store *s, const struct task *t, struct err *e) MUST_CHECK;
/* A round with seats and tasks; round_release() it. E_NOT_FOUND. */
int store_load_round(struct store *s, uint64_t id, struct round *out, struct err *e) MUST_CHECK;
/* The round without its seats, which are counted instead. E_NOT_FOUND. */
int store_load_round_head(struct store *s, uint64_t id, struct round *out, struct round_counts *counts,
                          struct err *e) MUST_CHECK;
/* One task of any round. E_NOT_FOUND. */
int store_load_task(struct store *s, uint64_t task, struct task *out, struct err *e) MUST_CHECK;
/* Were these parameters given as an update in another round than this, or a module of any round? */
int store_knows_result(struct store *s, const struct digest *d, uint64_t round, bool *known,
                       struct err *e) MUST_CHECK;
/* The id of the newest round, 0 when there is none. */
int store_last_round(struct store *s, uint64_t *id, struct err *e) MUST_CHECK;

/* The newest state of each module kind, in the order in which the kinds were saved first;
 * *count <= WIRE_KINDS_MAX, one kind more is E_LIMIT. */
int store_save_module(struct store *s, const struct module_state *m, struct err *e) MUST_CHECK;
int store_load_modules(struct store *s, struct module_state out[WIRE_KINDS_MAX], size_t *count,
                       struct err *e) MUST_CHECK;

int store_save_agent(struct store *s, const struct agent_record *a, struct err *e) MUST_CHECK;
/* Version 0 = the newest. E_NOT_FOUND. */
int store_load_agent(struct store *s, uint64_t version, struct agent_record *out, struct err *e) MUST_CHECK;

int store_save_edge(struct store *s, const struct edge_record *edge, struct err *e) MUST_CHECK;
/* In the order of their names; stops at the first non-zero answer, which is returned. `each` may save edges.
 */
int store_each_edge(struct store *s, int (*each)(void *ctx, const struct edge_record *edge), void *ctx,
                    struct err *e) MUST_CHECK;

/* Small texts by key (a name, see str_is_name): the population estimate, the agent's id, ... ; *out is owned,
 * E_NOT_FOUND. */
int store_set(struct store *s, const char *key, const char *value, struct err *e) MUST_CHECK;
int store_get(struct store *s, const char *key, char **out, struct err *e) MUST_CHECK;

#endif
