/* The ledger: every payment, once, in a chain of hashes that anyone can check.
 *
 * hash = SHA-256 over the canonical bytes of an entry, which include the hash of the one before, so no entry
 * can be changed, removed or put in between without every later hash changing. Triggers in the database
 * refuse updates and deletions. Paying a task again answers with the entry that is there.
 *
 * The canonical bytes, all numbers big-endian: "foedus-ledger-1" with its final NUL; entry, task, round (8
 * bytes each); period (4); length of the edge's name (4) and the name; amount_micro, wall_ms (8 each, two's
 * complement); the previous entry's hash (32), zero for the first. */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include "cloud/store/records.h"
#include "cloud/store/store.h"

/* Appends (inside a transaction of store_begin). Fills entry, previous and hash of `x`; when x->task is
 * already paid, `x` becomes the entry that is there. E_INVALID for a task paid with another amount, edge,
 * round or period. */
int ledger_pay(struct store *s, struct ledger_entry *x, struct err *e) MUST_CHECK;
struct digest ledger_hash(const struct ledger_entry *x);

struct ledger_summary {
	uint64_t entries;
	int64_t total_micro;
	struct digest head; /* hash of the last entry; zero when empty */
};

/* Walks the whole chain, then asks every task that was paid for its entry, since a chain whose end was cut
 * off still fits. E_CORRUPT names the first entry, or task, that does not fit and how. */
int ledger_verify(struct store *s, struct ledger_summary *out, struct err *e) MUST_CHECK;
/* From entry `first`, at most `limit` (0 = all), in order; stops at the first non-zero answer, which is
 * returned. `each` must not walk the ledger itself. */
int ledger_each(struct store *s, uint64_t first, uint64_t limit,
                int (*each)(void *ctx, const struct ledger_entry *x), void *ctx, struct err *e) MUST_CHECK;
/* What stands behind entry `after`: the newest entry's number and hash, and the sum of those amounts. With
 * nothing behind it, entries = `after` and the hash is zero. Nothing is verified. */
int ledger_since(struct store *s, uint64_t after, struct ledger_summary *out, struct err *e) MUST_CHECK;
int ledger_paid_to(struct store *s, const char *edge, int64_t *micro, struct err *e) MUST_CHECK;

#endif
