/* The ledger: every payment, once, in a chain of hashes that anyone can check.
 *
 * hash = SHA-256 over the canonical bytes of an entry, which include the hash of the one before, so no entry
 * can be changed, removed or put in between without every later hash changing. Triggers in the database
 * refuse updates and deletions. Paying a task again answers with the entry that is there. */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include "cloud/store/records.h"
#include "cloud/store/store.h"

/* Appends (inside a transaction of store_begin). Fills entry, previous and hash of `x`; when x->task is
 * already paid, `x` becomes the entry that is there. E_INVALID for a task paid with
 * another amount or edge. */
int ledger_pay(struct store *s, struct ledger_entry *x, struct err *e) MUST_CHECK;
struct digest ledger_hash(const struct ledger_entry *x);

struct ledger_summary {
	uint64_t entries;
	int64_t total_micro;
	struct digest head; /* hash of the last entry; zero when empty */
};

/* Walks the whole chain. E_CORRUPT names the first entry that does not fit and how. */
int ledger_verify(struct store *s, struct ledger_summary *out, struct err *e) MUST_CHECK;
/* From entry `first`, at most `limit` (0 = all), in order. */
int ledger_each(struct store *s, uint64_t first, uint64_t limit,
                int (*each)(void *ctx, const struct ledger_entry *x), void *ctx, struct err *e) MUST_CHECK;
int ledger_paid_to(struct store *s, const char *edge, int64_t *micro, struct err *e) MUST_CHECK;

#endif
