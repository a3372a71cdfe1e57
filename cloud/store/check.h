/* What makes a record sound. Records are checked when they are saved (E_INVALID: whatever is in the database
 * can be read back) and when they are read (the store turns the answer into E_CORRUPT with table and key). */
#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include "cloud/store/records.h"
#include "common/base/err.h"

int round_check(const struct round *r, struct err *e) MUST_CHECK; /* without its seats */
int seat_check(const struct seat *s, struct err *e) MUST_CHECK;   /* without its tasks */
int task_record_check(const struct task *t, struct err *e) MUST_CHECK;
int module_state_check(const struct module_state *m, struct err *e) MUST_CHECK;
int agent_record_check(const struct agent_record *a, struct err *e) MUST_CHECK;
int edge_record_check(const struct edge_record *x, struct err *e) MUST_CHECK;
int ledger_entry_check(const struct ledger_entry *x, struct err *e) MUST_CHECK;

#endif
